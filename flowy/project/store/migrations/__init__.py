"""Alembic's scripts, which take the tables of projects forward."""
