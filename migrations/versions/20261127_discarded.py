"""Files that show what was put off the record afterwards, until they are deleted."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_discarded"
down_revision = "20261126_live"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discarded_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_files")),
        sa.UniqueConstraint("key", name=op.f("uq_discarded_files_key")),
    )


def downgrade() -> None:
    op.drop_table("discarded_files")
