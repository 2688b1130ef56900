"""Answers that people write or record for a question."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_answers"
down_revision = "20261127_fate"
branch_labels = None
depends_on = None

_TO = {
    "question_id": ("questions", "CASCADE"),
    "author_id": ("users", "SET NULL"),
    "clip_id": ("clips", "SET NULL"),
    "entry_id": ("faq_entries", "SET NULL"),
    "recording_id": ("recordings", "SET NULL"),
}


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_answers_{column}"), ondelete=gone)
            for column, (table, gone) in _TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answers_public_id")),
    )
    for column in ("author_id", "clip_id", "entry_id", "recording_id"):
        op.create_index(op.f(f"ix_answers_{column}"), "answers", [column])
    op.create_index("ix_answers_question_state", "answers", ["question_id", "state"])
    draft = sa.text("state = 'draft'")
    op.create_index(
        "uq_answers_draft", "answers", ["question_id", "author_id"], unique=True, sqlite_where=draft, postgresql_where=draft
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("answers")
