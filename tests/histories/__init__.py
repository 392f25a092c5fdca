"""Histories that earlier versions of Flowy and of the examples wrote; see README.md."""
