"""What comes along with a question: files, fingerprints by which it is known again; and who left after watching."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_asking"
down_revision = "20261127_routing"
branch_labels = None
depends_on = None


def _to_question(table: str, column: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["questions.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    with op.batch_alter_table("deflections") as table:
        table.add_column(sa.Column("explicit", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "question_attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("poster_key", sa.String(length=300), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _to_question("question_attachments", "question_id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_attachments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_attachments_public_id")),
    )
    for column in ("question_id", "ticket", "due_at"):
        op.create_index(op.f(f"ix_question_attachments_{column}"), "question_attachments", [column])
    op.create_table(
        "ask_traces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to_question("ask_traces", "question_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_traces")),
    )
    op.create_index("ix_ask_traces_words_at", "ask_traces", ["words", "at"])
    for column in ("question_id", "at"):
        op.create_index(op.f(f"ix_ask_traces_{column}"), "ask_traces", [column])
    op.create_table(
        "question_twins",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to_question("question_twins", "question_id"),
        _to_question("question_twins", "first_id"),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_twins")),
    )
    op.create_index(op.f("ix_question_twins_first_id"), "question_twins", ["first_id"])
    op.create_table(
        "ask_once",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to_question("ask_once", "question_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_once")),
        sa.UniqueConstraint("key", name=op.f("uq_ask_once_key")),
    )
    op.create_index(op.f("ix_ask_once_at"), "ask_once", ["at"])


def downgrade() -> None:
    for table in ("ask_once", "question_twins", "ask_traces", "question_attachments"):
        op.drop_table(table)
    with op.batch_alter_table("deflections") as table:
        table.drop_column("explicit")
