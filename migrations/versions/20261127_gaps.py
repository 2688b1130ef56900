"""What readers say of answers, what follows from it, what is searched for, and what that leaves for an agenda."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_gaps"
down_revision = "20261127_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that would make the table anew, without the triggers that keep the full-text index.
    op.add_column("search_documents", sa.Column("lift", sa.Double(), nullable=False, server_default=sa.text("1.0")))
    with op.batch_alter_table("ratings") as table:
        table.alter_column("entry_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("question_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("kind", sa.String(length=32), nullable=False, server_default=""))
        table.add_column(sa.Column("mark", sa.String(length=32), nullable=True))
        table.create_foreign_key(
            op.f("fk_ratings_question_id"), "questions", ["question_id"], ["id"], ondelete="SET NULL"
        )
        table.create_unique_constraint(op.f("uq_ratings_mark"), ["mark"])
        table.create_index(op.f("ix_ratings_clip_id"), ["clip_id"])
    _create_searches()
    _create_editor_tasks()
    _create_gap_items()


def _create_searches() -> None:
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("without", sa.Integer(), nullable=False),
        sa.Column("clicked", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
        sa.UniqueConstraint("day", "language", "key", name=op.f("uq_searches_day_language_key")),
    )
    op.create_index("ix_searches_language_key", "searches", ["language", "key"])


def _create_editor_tasks() -> None:
    op.create_table(
        "editor_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        *_keys(
            "editor_tasks",
            entry_id="faq_entries:CASCADE",
            clip_id="clips:SET NULL",
            question_id="questions:SET NULL",
            user_id="users:SET NULL",
        ),
    )
    op.create_index(op.f("ix_editor_tasks_thing"), "editor_tasks", ["thing"])
    op.create_index("ix_editor_tasks_state_last_at", "editor_tasks", ["state", "last_at"])
    waiting = sa.text("state IN ('open', 'taken')")
    op.create_index(
        "uq_editor_tasks_waiting",
        "editor_tasks",
        ["thing", "kind"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _create_gap_items() -> None:
    op.create_table(
        "gap_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        *_keys(
            "gap_items", session_id="live_sessions:CASCADE", question_id="questions:SET NULL", user_id="users:SET NULL"
        ),
    )
    op.create_index(op.f("ix_gap_items_state"), "gap_items", ["state"])
    op.create_index(op.f("ix_gap_items_session_id"), "gap_items", ["session_id"])


def _keys(table: str, **columns: str) -> list[sa.Constraint]:
    """The primary key, the public id's, and the foreign keys, given as "table:what becomes of it"."""
    keys: list[sa.Constraint] = [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    ]
    for column, target in columns.items():
        other, ondelete = target.split(":")
        keys.append(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)
        )
    return keys


def downgrade() -> None:
    for table in ("gap_items", "editor_tasks", "searches"):
        op.drop_table(table)
    op.execute("DELETE FROM ratings WHERE entry_id IS NULL")
    with op.batch_alter_table("ratings") as table:
        table.drop_index(op.f("ix_ratings_clip_id"))
        table.drop_constraint(op.f("uq_ratings_mark"), type_="unique")
        table.drop_constraint(op.f("fk_ratings_question_id"), type_="foreignkey")
        for column in ("mark", "kind", "question_id"):
            table.drop_column(column)
        table.alter_column("entry_id", existing_type=sa.Integer(), nullable=False)
    op.drop_column("search_documents", "lift")
