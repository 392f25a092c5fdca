"""The first schema."""

from alembic import op

from flowy.service.store.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
