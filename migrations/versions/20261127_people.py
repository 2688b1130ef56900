"""Whether an answer solved it, the circle of super-users, and what a customer has and follows."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime, new_public_id


revision = "20261127_people"
down_revision = "20261127_alarms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("askers") as table:
        table.add_column(sa.Column("told_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("solved", sa.String(length=32), nullable=False, server_default="unknown"))
        table.create_index(op.f("ix_askers_told_at"), ["told_at"])
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("recommend_since", UtcDateTime(), nullable=True))
    with op.batch_alter_table("subscriptions") as table:
        table.add_column(sa.Column("due_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("told_at", UtcDateTime(), nullable=True))
        table.create_index(op.f("ix_subscriptions_due_at"), ["due_at"])
    op.create_table(
        "owned_products",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_owned_products_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_owned_products_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "topic_id", name=op.f("pk_owned_products")),
    )
    op.create_index(op.f("ix_owned_products_topic_id"), "owned_products", ["topic_id"])
    op.create_table(
        "helpers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("state_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_helpers_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["users.id"], name=op.f("fk_helpers_invited_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_helpers_public_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_helpers_user_id")),
    )
    _take_in_super_users()
    _create_suggestions()


def _take_in_super_users() -> None:
    """Whoever is a super-user already is in the circle."""
    users = sa.table("users", sa.column("id"), sa.column("role"), sa.column("created_at", UtcDateTime()))
    helpers = sa.table(
        "helpers", sa.column("public_id"), sa.column("user_id"), sa.column("name"), sa.column("state"),
        sa.column("invited_at", UtcDateTime()), sa.column("state_at", UtcDateTime()),
    )  # fmt: skip
    found = op.get_bind().execute(sa.select(users.c.id, users.c.created_at).where(users.c.role == "super-user")).all()
    for user_id, at in found:
        values = {"public_id": new_public_id(), "user_id": user_id, "name": "", "state": "active"}
        op.execute(helpers.insert().values(**values, invited_at=at, state_at=at))


def _create_suggestions() -> None:
    name = "helper_suggestions"
    foreign = {
        "question_id": ("questions", "CASCADE"), "helper_id": ("users", "SET NULL"), "entry_id": ("faq_entries", "SET NULL"),
        "clip_id": ("clips", "SET NULL"), "other_id": ("questions", "SET NULL"), "decided_by_id": ("users", "SET NULL"),
    }  # fmt: skip
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("helper_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}"), ondelete=deleted)
            for column, (table, deleted) in foreign.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{name}_public_id")),
    )
    op.create_index(op.f(f"ix_{name}_created_at"), name, ["created_at"])
    op.create_index(op.f(f"ix_{name}_helper_id"), name, ["helper_id"])
    op.create_index(op.f(f"ix_{name}_question_id"), name, ["question_id"])
    op.create_index(f"ix_{name}_state", name, ["state", "question_id"])


def downgrade() -> None:
    for name in ("helper_suggestions", "helpers", "owned_products"):
        op.drop_table(name)
    with op.batch_alter_table("subscriptions") as table:
        table.drop_index(op.f("ix_subscriptions_due_at"))
        table.drop_column("told_at")
        table.drop_column("due_at")
    with op.batch_alter_table("users") as table:
        table.drop_column("recommend_since")
    with op.batch_alter_table("askers") as table:
        table.drop_index(op.f("ix_askers_told_at"))
        table.drop_column("solved")
        table.drop_column("told_at")
