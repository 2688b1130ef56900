"""The rota's absences, wishes, swaps, proposals and calendars; archived teams; open shifts that are told of."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_rota"
down_revision = "20261127_asking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("archived_at", UtcDateTime(), nullable=True))
    op.add_column("team_members", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("shifts", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("shifts", sa.Column("updated_at", UtcDateTime(), nullable=True))
    op.add_column("shifts", sa.Column("warn_at", UtcDateTime(), nullable=True))
    op.create_index(op.f("ix_shifts_warn_at"), "shifts", ["warn_at"])
    _absences_and_wishes()
    _swaps()
    _planning()


def _absences_and_wishes() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("first_half", sa.String(length=32), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("last_half", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("public_id", name=op.f("uq_absences_public_id")),
    )
    op.create_index(op.f("ix_absences_user_id_last_day"), "absences", ["user_id", "last_day"])
    op.create_table(
        "wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=10), nullable=False),
        sa.Column("half", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_wishes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("user_id", "slot", "half", name=op.f("uq_wishes_user_id_slot_half")),
    )


def _swaps() -> None:
    op.create_table(
        "swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("against_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_swaps_shift_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["against_id"], ["shifts.id"], name=op.f("fk_swaps_against_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["offered_by_id"], ["users.id"], name=op.f("fk_swaps_offered_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["to_id"], ["users.id"], name=op.f("fk_swaps_to_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swaps")),
        sa.UniqueConstraint("public_id", name=op.f("uq_swaps_public_id")),
    )
    for column in ("shift_id", "offered_by_id", "to_id", "against_id"):
        op.create_index(op.f(f"ix_swaps_{column}"), "swaps", [column])
    offered = sa.text("state = 'offered'")
    op.create_index(
        "uq_swaps_offered", "swaps", ["shift_id"], unique=True, sqlite_where=offered, postgresql_where=offered
    )


def _planning() -> None:
    op.create_table(
        "rota_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_rota_proposals_created_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_proposals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rota_proposals_public_id")),
    )
    op.create_index(op.f("ix_rota_proposals_created_by_id"), "rota_proposals", ["created_by_id"])
    op.create_index(op.f("ix_rota_proposals_created_at"), "rota_proposals", ["created_at"])
    op.create_table(
        "rota_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("renewed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rota_calendars_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_rota_calendars_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_calendars")),
        sa.UniqueConstraint("user_id", name=op.f("uq_rota_calendars_user_id")),
        sa.UniqueConstraint("team_id", name=op.f("uq_rota_calendars_team_id")),
    )


def downgrade() -> None:
    for table in ("rota_calendars", "rota_proposals", "swaps", "wishes", "absences"):
        op.drop_table(table)
    op.drop_index(op.f("ix_shifts_warn_at"), "shifts")
    for table, columns in (
        ("shifts", ("warn_at", "updated_at", "sequence")),
        ("team_members", ("since",)),
        ("teams", ("archived_at",)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
