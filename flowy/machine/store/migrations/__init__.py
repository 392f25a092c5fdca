"""Alembic's scripts: how the service's tables came to be."""
