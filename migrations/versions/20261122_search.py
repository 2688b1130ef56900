"""Index what can be found.

Two indexes, since entries must not drown among a million cues: `answers` for what editors made, `speech` for cues. On SQLite
these are contentless FTS5 tables that triggers keep; on PostgreSQL a generated column with two partial indexes. Their names
begin with search_index, by which env.py knows that no model speaks of them.
"""

import sqlalchemy as sa
from alembic import op


revision = "20261122_search"
down_revision = "20261122_found"
branch_labels = None
depends_on = None

INDEXES = {"search_index_answers": "<>", "search_index_speech": "="}
# What the index sees of a row: its stems, who may find it, its language and kind (words never hold an underscore).
CONTENT = "{row}.terms || ' v_' || {row}.visibility || ' l_' || {row}.language || ' k_' || {row}.kind"


def upgrade() -> None:
    op.create_table(
        "search_terms",
        sa.Column(
            "term", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("cues", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_search_terms")),
    )
    # The cues inside a chapter.
    op.execute("CREATE INDEX search_index_places ON search_documents (recording_id, start) WHERE kind = 'cue'")
    # The most frequent terms.
    op.execute("CREATE INDEX search_index_frequent ON search_terms (cues)")
    if op.get_bind().dialect.name == "postgresql":
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()


def _upgrade_postgresql() -> None:
    op.execute(
        "ALTER TABLE search_documents ADD COLUMN search_index_vector tsvector "
        "GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED"
    )
    for name, sign in INDEXES.items():
        # Each query reads the list of what is not yet in its place: a short one keeps queries quick while recordings come in.
        op.execute(
            f"CREATE INDEX {name} ON search_documents USING gin (search_index_vector) "
            f"WITH (gin_pending_list_limit = 256) WHERE kind {sign} 'cue'"
        )


def _upgrade_sqlite() -> None:
    for name, sign in INDEXES.items():
        # Our terms are folded already: the tokenizer is to split at blanks and leave all else alone.
        op.execute(f"CREATE VIRTUAL TABLE {name} USING fts5(terms, content='', tokenize=\"ascii tokenchars '_'\")")
        added = f"INSERT INTO {name} (rowid, terms) VALUES (new.id, {CONTENT.format(row='new')})"  # noqa: S608 -- constants above
        removed = f"INSERT INTO {name} ({name}, rowid, terms) VALUES ('delete', old.id, {CONTENT.format(row='old')})"  # noqa: S608 -- constants above
        for event, row, statements in (
            ("INSERT", "new", (added,)),
            ("DELETE", "old", (removed,)),
            ("UPDATE", "new", (removed, added)),
        ):
            op.execute(
                f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON search_documents WHEN {row}.kind {sign} 'cue' "
                f"BEGIN {'; '.join(statements)}; END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in INDEXES:
            op.execute(f"DROP INDEX {name}")
        op.execute("ALTER TABLE search_documents DROP COLUMN search_index_vector")
    else:
        for name in INDEXES:
            for event in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {name}_{event}")
            op.execute(f"DROP TABLE {name}")
    op.execute("DROP INDEX search_index_places")
    op.drop_table("search_terms")
