"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "machine_workflow",
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("token_pos", sa.Integer(), nullable=False),
        sa.Column("callback_pos", sa.JSON(), nullable=False),
        sa.Column("current_object_processed", sa.Boolean(), nullable=False),
        sa.Column("extra_data", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_table(
        "machine_object",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_workflow", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("callback_pos", sa.JSON(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id_workflow"], ["machine_workflow.uuid"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_machine_object_id_workflow", "machine_object", ["id_workflow"])
