"""Who should answer: skills, decisions, and what is learned from them."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261127_routing"
down_revision = "20261127_gaps"
branch_labels = None
depends_on = None

_PEOPLE = ("actor_id", "expert_id", "from_id")


def upgrade() -> None:
    op.create_table(
        "expert_skills",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_expert_skills_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_expert_skills")),
    )
    op.create_table(
        "routing_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=60), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in (*_PEOPLE, "topic_id")),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_routing_decisions_question_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["users.id"], name=op.f(f"fk_routing_decisions_{name}"), ondelete="SET NULL"
            )
            for name in _PEOPLE
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_routing_decisions_topic_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decisions")),
        sa.UniqueConstraint("question_id", "claim", name=op.f("uq_routing_decisions_question_id_claim")),
    )
    for name in ("question_id", "at", *_PEOPLE, "topic_id"):
        op.create_index(op.f(f"ix_routing_decisions_{name}"), "routing_decisions", [name])
    op.create_table(
        "routing_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("term", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("good", sa.Double(), nullable=False),
        sa.Column("bad", sa.Double(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["users.id"], name=op.f("fk_routing_terms_expert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_routing_terms_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_terms")),
        sa.UniqueConstraint("owner", "term", name=op.f("uq_routing_terms_owner_term")),
    )
    for name in ("term", "expert_id", "topic_id"):
        op.create_index(op.f(f"ix_routing_terms_{name}"), "routing_terms", [name])


def downgrade() -> None:
    for table in ("routing_terms", "routing_decisions", "expert_skills"):
        op.drop_table(table)
