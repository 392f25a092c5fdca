"""Alembic's entry: runs the scripts on the connection and in the transaction that it is given."""

from alembic import context

from flowy.db.migrate import Schema

schema: Schema = context.config.attributes["schema"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    version_table=schema.version_table,
)
context.run_migrations()
