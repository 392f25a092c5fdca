"""A report from two sources, as a durable workflow."""
