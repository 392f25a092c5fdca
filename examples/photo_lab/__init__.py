"""Photographs of a project, by all five systems together."""
