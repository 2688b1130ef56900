"""The live desk: questions and votes of sessions, guests, a relay beside the broadcast, clips of running sessions."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261126_live"
down_revision = "20261124_insisting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_pulses",
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_live_pulses_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_live_pulses")),
    )
    op.create_table(
        "desk_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column(
            "deed",
            sa.Enum(
                "take_on",
                "drop",
                "move",
                "answer",
                "done",
                "skip",
                "topic",
                "off_record",
                "on_record",
                "undo",
                name="deskdeed",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_desk_actions_actor_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_desk_actions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_actions")),
        sa.UniqueConstraint("session_id", "key", name=op.f("uq_desk_actions_session_id_key")),
    )
    op.create_table(
        "question_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_votes_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_question_votes_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_votes")),
        sa.UniqueConstraint("question_id", "voter", name=op.f("uq_question_votes_question_id_voter")),
    )
    op.create_index(op.f("ix_question_votes_session_id"), "question_votes", ["session_id"])
    op.create_index(op.f("ix_question_votes_voter"), "question_votes", ["voter"])
    op.create_index(op.f("ix_question_votes_created_at"), "question_votes", ["created_at"])
    op.create_table(
        "session_guests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited", "knocking", "admitted", "left", "removed", name="gueststate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_session_guests_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_guests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_guests_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_guests_token_hash")),
    )
    op.create_index(op.f("ix_session_guests_session_id"), "session_guests", ["session_id"])
    op.create_table(
        "session_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column(
            "moderation",
            sa.Enum("waiting", "shown", "hidden", name="moderation", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("open", "answering", "answered", "skipped", name="agendastage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("voter", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_session_questions_clip_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_session_questions_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_session_questions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_questions")),
        sa.UniqueConstraint("session_id", "question_id", name=op.f("uq_session_questions_session_id_question_id")),
    )
    op.create_index(op.f("ix_session_questions_question_id"), "session_questions", ["question_id"])
    op.create_index(op.f("ix_session_questions_voter"), "session_questions", ["voter"])
    op.create_index("ix_session_questions_session_place", "session_questions", ["session_id", "place"])
    with op.batch_alter_table("broadcasts") as table:
        table.add_column(sa.Column("relay", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.drop_constraint("uq_broadcasts_session_id", type_="unique")
        table.create_unique_constraint("uq_broadcasts_session_id_relay", ["session_id", "relay"])
    with op.batch_alter_table("clips") as table:
        table.add_column(sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("markers") as table:
        table.add_column(sa.Column("made_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_markers_made_by_id"), "users", ["made_by_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("live_sessions") as table:
        table.add_column(
            sa.Column(
                "kind",
                sa.Enum("session", "office hours", name="sessionkind", native_enum=False, length=32),
                nullable=False,
                server_default="session",
            )
        )
        table.add_column(sa.Column("relay_channel_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("moderated", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("answers_at_once", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("notes", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            op.f("fk_live_sessions_relay_channel_id"), "channels", ["relay_channel_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("live_sessions") as table:
        table.drop_constraint(op.f("fk_live_sessions_relay_channel_id"), type_="foreignkey")
        for name in ("notes", "answers_at_once", "moderated", "relay_channel_id", "kind"):
            table.drop_column(name)
    with op.batch_alter_table("markers") as table:
        table.drop_constraint(op.f("fk_markers_made_by_id"), type_="foreignkey")
        table.drop_column("made_by_id")
    with op.batch_alter_table("clips") as table:
        table.drop_column("provisional")
    op.execute("DELETE FROM broadcasts WHERE relay")
    with op.batch_alter_table("broadcasts") as table:
        table.drop_constraint("uq_broadcasts_session_id_relay", type_="unique")
        table.create_unique_constraint("uq_broadcasts_session_id", ["session_id"])
        table.drop_column("relay")
    for name in ("session_questions", "session_guests", "question_votes", "desk_actions", "live_pulses"):
        op.drop_table(name)
