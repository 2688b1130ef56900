"""A host may insist on going live although the picture is bad."""

import sqlalchemy as sa
from alembic import op


revision = "20261124_insisting"
down_revision = "20261123_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("insisted", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("broadcasts") as table:
        table.drop_column("insisted")
