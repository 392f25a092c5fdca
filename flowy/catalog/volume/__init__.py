"""Volumes under the documented path."""
