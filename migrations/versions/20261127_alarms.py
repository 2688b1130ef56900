"""When the next thing is to be done about an overdue question, and what the public reads of who answers."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_alarms"
down_revision = "20261127_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("questions") as table:
        table.add_column(sa.Column("alarm_at", UtcDateTime(), nullable=True))
        table.create_index(op.f("ix_questions_alarm_at"), ["alarm_at"])
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("public_name", sa.String(length=60), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.drop_column("public_name")
    with op.batch_alter_table("questions") as table:
        table.drop_index(op.f("ix_questions_alarm_at"))
        table.drop_column("alarm_at")
