"""Alembic's entry: runs the scripts on the connection and in the transaction that it is given."""

from flowy.db.migrate import run_in_alembic

run_in_alembic()
