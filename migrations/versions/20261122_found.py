"""Found the tables."""

import sqlalchemy as sa
import helpcenter.models.base
from alembic import op


revision = "20261122_found"
down_revision = None
branch_labels = None
depends_on = None

CIRCLES = (
    ("recordings", "version_id", "recording_versions", None),
    ("questions", "answer_clip_id", "clips", "SET NULL"),
    ("questions", "entry_id", "faq_entries", "SET NULL"),
)


def upgrade() -> None:
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seen_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("process", "name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "outgoing_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("effect_key", sa.String(length=160), nullable=False),
        sa.Column("message_id", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "sending",
                "handing over",
                "sent",
                "unknown",
                "failed",
                name="mailstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.Column("due_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("sent_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mails")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_outgoing_mails_effect_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mails_message_id")),
    )
    op.create_index(op.f("ix_outgoing_mails_recipient"), "outgoing_mails", ["recipient"], unique=False)
    op.create_index("ix_outgoing_mails_state_due", "outgoing_mails", ["state", "due_at"], unique=False)
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("descriptions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["topics.id"], name=op.f("fk_topics_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("slug", name=op.f("uq_topics_slug")),
    )
    op.create_index(op.f("ix_topics_parent_id"), "topics", ["parent_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "anonymous",
                "customer",
                "super-user",
                "expert",
                "editor",
                "admin",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("disabled_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_users_public_id")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_actor_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_actor_id"), "audit", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index("ix_audit_thing", "audit", ["kind", "thing_id"], unique=False)
    op.create_table(
        "faq_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=160), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "in review", "published", "stale", name="entrystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum("public", "unlisted", "customers", "staff", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("published_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_faq_entries_topic_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entries")),
        sa.UniqueConstraint("public_id", name=op.f("uq_faq_entries_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_faq_entries_slug")),
    )
    op.create_index(op.f("ix_faq_entries_state"), "faq_entries", ["state"], unique=False)
    op.create_index(op.f("ix_faq_entries_topic_id"), "faq_entries", ["topic_id"], unique=False)
    op.create_table(
        "mail_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("used_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_links_token_hash")),
    )
    op.create_index(op.f("ix_mail_links_user_id"), "mail_links", ["user_id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "routed",
                "queued",
                "being answered",
                "answered",
                "confirmed",
                "merged",
                "declined",
                "reopened",
                name="questionstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answer_clip_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("answered_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["questions.id"], name=op.f("fk_questions_merged_into_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_questions_topic_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_questions_public_id")),
    )
    op.create_index(op.f("ix_questions_state"), "questions", ["state"], unique=False)
    op.create_index(op.f("ix_questions_topic_id"), "questions", ["topic_id"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column(
            "source",
            sa.Enum("file", "upload", "url", "youtube", "live", name="source", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("source_ref", sa.String(length=2000), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("processing", "ready", "failed", name="recordingstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum("public", "unlisted", "customers", "staff", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("ready_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_recordings_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_recordings_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recordings_public_id")),
    )
    op.create_index(op.f("ix_recordings_created_by_id"), "recordings", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_recordings_state"), "recordings", ["state"], unique=False)
    op.create_index(op.f("ix_recordings_topic_id"), "recordings", ["topic_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=120), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("seen_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "topic_experts",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_topic_experts_topic_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_topic_experts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("topic_id", "user_id", name=op.f("pk_topic_experts")),
    )
    op.create_index(op.f("ix_topic_experts_user_id"), "topic_experts", ["user_id"], unique=False)
    op.create_table(
        "askers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_askers_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_askers_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_askers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_askers_public_id")),
        sa.UniqueConstraint("question_id", "email", name=op.f("uq_askers_question_id_email")),
    )
    op.create_index(op.f("ix_askers_email"), "askers", ["email"], unique=False)
    op.create_index(op.f("ix_askers_user_id"), "askers", ["user_id"], unique=False)
    op.create_index(
        "uq_askers_first",
        "askers",
        ["question_id"],
        unique=True,
        sqlite_where=sa.text("first"),
        postgresql_where=sa.text("first"),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_assets_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("recording_id", "kind", name=op.f("uq_assets_recording_id_kind")),
    )
    op.create_index(op.f("ix_assets_recording_id"), "assets", ["recording_id"], unique=False)
    op.create_table(
        "clips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "confirmed", "rejected", "withdrawn", name="clipstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("proposed_topic_id", sa.Integer(), nullable=True),
        sa.Column("proposed_entry_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("media_key", sa.String(length=300), nullable=True),
        sa.Column("media_start", sa.Double(), nullable=True),
        sa.Column("media_mode", sa.String(length=8), nullable=False),
        sa.Column("poster_key", sa.String(length=300), nullable=True),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("decided_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint('"end" > start', name=op.f("ck_clips_ordered")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_clips_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_entry_id"], ["faq_entries.id"], name=op.f("fk_clips_proposed_entry_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_topic_id"], ["topics.id"], name=op.f("fk_clips_proposed_topic_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_clips_question_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_clips_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clips_public_id")),
    )
    op.create_index(op.f("ix_clips_question_id"), "clips", ["question_id"], unique=False)
    op.create_index("ix_clips_recording_start", "clips", ["recording_id", "start"], unique=False)
    op.create_index(op.f("ix_clips_state"), "clips", ["state"], unique=False)
    op.create_index("uq_clips_recording_origin", "clips", ["recording_id", "origin"], unique=True)
    op.create_table(
        "faq_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_faq_revisions_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entries.id"], name=op.f("fk_faq_revisions_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_revisions")),
        sa.UniqueConstraint("entry_id", "language", "number", name=op.f("uq_faq_revisions_entry_id_language_number")),
    )
    op.create_table(
        "faq_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entries.id"], name=op.f("fk_faq_texts_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_texts")),
        sa.UniqueConstraint("entry_id", "language", name=op.f("uq_faq_texts_entry_id_language")),
    )
    op.create_table(
        "markers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "answering",
                "answered",
                "topic",
                "off_record",
                "on_record",
                name="markerkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_markers_question_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_markers_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markers")),
    )
    op.create_index(op.f("ix_markers_question_id"), "markers", ["question_id"], unique=False)
    op.create_index(op.f("ix_markers_recording_id"), "markers", ["recording_id"], unique=False)
    op.create_table(
        "recording_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("t0", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("t0_method", sa.String(length=32), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("pending_path", sa.String(length=2000), nullable=False),
        sa.Column("original_name", sa.String(length=300), nullable=False),
        sa.Column("original_key", sa.String(length=300), nullable=True),
        sa.Column("play_key", sa.String(length=300), nullable=True),
        sa.Column("play_type", sa.String(length=64), nullable=False),
        sa.Column("poster_key", sa.String(length=300), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("media", sa.JSON(), nullable=True),
        sa.Column("scan", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_recording_versions_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_versions")),
        sa.UniqueConstraint("recording_id", "number", name=op.f("uq_recording_versions_recording_id_number")),
    )
    op.create_index(op.f("ix_recording_versions_recording_id"), "recording_versions", ["recording_id"], unique=False)
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum("public", "unlisted", "customers", "staff", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("start", sa.Double(), nullable=True),
        sa.Column("end", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_search_documents_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_owner", "search_documents", ["owner"], unique=False)
    op.create_index(op.f("ix_search_documents_recording_id"), "search_documents", ["recording_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("todo", "doing", "done", "failed", "quarantined", name="stepstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.Column("due_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("started_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.Column("ended_at", helpcenter.models.base.UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_steps_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("recording_id", "name", "subject", name=op.f("uq_steps_recording_id_name_subject")),
    )
    op.create_index(op.f("ix_steps_recording_id"), "steps", ["recording_id"], unique=False)
    op.create_index("ix_steps_state_due", "steps", ["state", "due_at"], unique=False)
    op.create_index("ix_steps_state_leased", "steps", ["state", "leased_until"], unique=False)
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("human", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_transcripts_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("recording_id", "language", name=op.f("uq_transcripts_recording_id_language")),
    )
    op.create_index(op.f("ix_transcripts_recording_id"), "transcripts", ["recording_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("created_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_uploads_recording_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("public_id", name=op.f("uq_uploads_public_id")),
    )
    op.create_index(op.f("ix_uploads_user_id"), "uploads", ["user_id"], unique=False)
    op.create_table(
        "chapters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("marker_id", sa.Integer(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.CheckConstraint('"end" >= start', name=op.f("ck_chapters_ordered")),
        sa.ForeignKeyConstraint(["marker_id"], ["markers.id"], name=op.f("fk_chapters_marker_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_chapters_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chapters")),
    )
    op.create_index("ix_chapters_recording_start", "chapters", ["recording_id", "start"], unique=False)
    op.create_table(
        "cues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("speaker", sa.String(length=120), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.CheckConstraint('"end" >= start', name=op.f("ck_cues_ordered")),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name=op.f("fk_cues_transcript_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cues")),
    )
    op.create_index("ix_cues_transcript_start", "cues", ["transcript_id", "start"], unique=False)
    op.create_table(
        "faq_clips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("best", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_faq_clips_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["faq_entries.id"], name=op.f("fk_faq_clips_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_clips")),
        sa.UniqueConstraint("entry_id", "clip_id", name=op.f("uq_faq_clips_entry_id_clip_id")),
    )
    op.create_index(op.f("ix_faq_clips_clip_id"), "faq_clips", ["clip_id"], unique=False)
    op.create_index(
        "uq_faq_clips_best",
        "faq_clips",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("best"),
        postgresql_where=sa.text("best"),
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", helpcenter.models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_ratings_clip_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], name=op.f("fk_ratings_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
    )
    op.create_index(op.f("ix_ratings_entry_id"), "ratings", ["entry_id"], unique=False)

    # References that close a circle come last; SQLite adds them by copying the table.
    for table, column, target, ondelete in CIRCLES:
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_{column}", target, [column], ["id"], ondelete=ondelete)


def downgrade() -> None:
    for table, column, _, _ in CIRCLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")

    op.drop_index(op.f("ix_ratings_entry_id"), table_name="ratings")
    op.drop_table("ratings")
    op.drop_index(
        "uq_faq_clips_best", table_name="faq_clips", sqlite_where=sa.text("best"), postgresql_where=sa.text("best")
    )
    op.drop_index(op.f("ix_faq_clips_clip_id"), table_name="faq_clips")
    op.drop_table("faq_clips")
    op.drop_index("ix_cues_transcript_start", table_name="cues")
    op.drop_table("cues")
    op.drop_index("ix_chapters_recording_start", table_name="chapters")
    op.drop_table("chapters")
    op.drop_index(op.f("ix_uploads_user_id"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_index(op.f("ix_transcripts_recording_id"), table_name="transcripts")
    op.drop_table("transcripts")
    op.drop_index("ix_steps_state_leased", table_name="steps")
    op.drop_index("ix_steps_state_due", table_name="steps")
    op.drop_index(op.f("ix_steps_recording_id"), table_name="steps")
    op.drop_table("steps")
    op.drop_index(op.f("ix_search_documents_recording_id"), table_name="search_documents")
    op.drop_index("ix_search_documents_owner", table_name="search_documents")
    op.drop_table("search_documents")
    op.drop_index(op.f("ix_recording_versions_recording_id"), table_name="recording_versions")
    op.drop_table("recording_versions")
    op.drop_index(op.f("ix_markers_recording_id"), table_name="markers")
    op.drop_index(op.f("ix_markers_question_id"), table_name="markers")
    op.drop_table("markers")
    op.drop_table("faq_texts")
    op.drop_table("faq_revisions")
    op.drop_index("uq_clips_recording_origin", table_name="clips")
    op.drop_index(op.f("ix_clips_state"), table_name="clips")
    op.drop_index("ix_clips_recording_start", table_name="clips")
    op.drop_index(op.f("ix_clips_question_id"), table_name="clips")
    op.drop_table("clips")
    op.drop_index(op.f("ix_assets_recording_id"), table_name="assets")
    op.drop_table("assets")
    op.drop_index(
        "uq_askers_first", table_name="askers", sqlite_where=sa.text("first"), postgresql_where=sa.text("first")
    )
    op.drop_index(op.f("ix_askers_user_id"), table_name="askers")
    op.drop_index(op.f("ix_askers_email"), table_name="askers")
    op.drop_table("askers")
    op.drop_index(op.f("ix_topic_experts_user_id"), table_name="topic_experts")
    op.drop_table("topic_experts")
    op.drop_index(op.f("ix_sign_ins_user_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_recordings_topic_id"), table_name="recordings")
    op.drop_index(op.f("ix_recordings_state"), table_name="recordings")
    op.drop_index(op.f("ix_recordings_created_by_id"), table_name="recordings")
    op.drop_table("recordings")
    op.drop_index(op.f("ix_questions_topic_id"), table_name="questions")
    op.drop_index(op.f("ix_questions_state"), table_name="questions")
    op.drop_table("questions")
    op.drop_index(op.f("ix_mail_links_user_id"), table_name="mail_links")
    op.drop_table("mail_links")
    op.drop_index(op.f("ix_faq_entries_topic_id"), table_name="faq_entries")
    op.drop_index(op.f("ix_faq_entries_state"), table_name="faq_entries")
    op.drop_table("faq_entries")
    op.drop_index("ix_audit_thing", table_name="audit")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_actor_id"), table_name="audit")
    op.drop_table("audit")
    op.drop_table("users")
    op.drop_index(op.f("ix_topics_parent_id"), table_name="topics")
    op.drop_table("topics")
    op.drop_index("ix_outgoing_mails_state_due", table_name="outgoing_mails")
    op.drop_index(op.f("ix_outgoing_mails_recipient"), table_name="outgoing_mails")
    op.drop_table("outgoing_mails")
    op.drop_table("heartbeats")
    op.drop_table("content_version")
