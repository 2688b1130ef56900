"""Who has a question, until when, and who is on duty; what a question tells besides."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_fate"
down_revision = "20261127_deflections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("questions") as table:
        table.add_column(sa.Column("expert_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("product", sa.String(length=300), nullable=False, server_default=""))
        table.add_column(sa.Column("circle", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("held_for", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("alarm", sa.String(length=32), nullable=False, server_default="none"))
        table.add_column(sa.Column("state_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("due_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("first_answered_at", UtcDateTime(), nullable=True))
        table.create_foreign_key(op.f("fk_questions_expert_id"), "users", ["expert_id"], ["id"], ondelete="SET NULL")
        table.create_index(op.f("ix_questions_expert_id"), ["expert_id"])
        table.create_index(op.f("ix_questions_due_at"), ["due_at"])
    op.execute("UPDATE questions SET first_answered_at = answered_at, state_at = COALESCE(answered_at, created_at)")
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_teams_public_id")),
    )
    for table, column, other in (("team_members", "user_id", "users"), ("team_topics", "topic_id", "topics")):
        op.create_table(
            table,
            sa.Column("team_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f(f"fk_{table}_team_id"), ondelete="CASCADE"),
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("team_id", column, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_shifts_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shifts_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shifts_public_id")),
        sa.UniqueConstraint("team_id", "day", "half", "place", name=op.f("uq_shifts_team_id_day_half_place")),
    )
    op.create_index("ix_shifts_starts_at_ends_at", "shifts", ["starts_at", "ends_at"])
    op.create_index(op.f("ix_shifts_user_id"), "shifts", ["user_id"])


def downgrade() -> None:
    for table in ("shifts", "team_topics", "team_members", "teams"):
        op.drop_table(table)
    with op.batch_alter_table("questions") as table:
        table.drop_index(op.f("ix_questions_due_at"))
        table.drop_index(op.f("ix_questions_expert_id"))
        table.drop_constraint(op.f("fk_questions_expert_id"), type_="foreignkey")
        for column in (
            "first_answered_at",
            "due_at",
            "state_at",
            "alarm",
            "held_for",
            "circle",
            "product",
            "expert_id",
        ):
            table.drop_column(column)
