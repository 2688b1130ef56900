"""Who wrote a question that was merged into another: what he wrote stays his."""

import sqlalchemy as sa
from alembic import op


revision = "20261127_wrote"
down_revision = "20261127_rota"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("askers") as table:
        table.add_column(sa.Column("wrote", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("askers") as table:
        table.drop_column("wrote")
