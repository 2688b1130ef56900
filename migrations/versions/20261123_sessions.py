"""Live sessions, the channels that broadcast them, and what their quota costs."""

import sqlalchemy as sa
from alembic import op

from helpcenter.models.base import UtcDateTime


revision = "20261123_sessions"
down_revision = "20261122_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quota_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("exhausted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_days")),
        sa.UniqueConstraint("project", "day", "bucket", name=op.f("uq_quota_days_project_day_bucket")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("rrule", sa.String(length=300), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("first_local", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
    )
    op.create_table(
        "channel_connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_channel_connections_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_connections")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_channel_connections_state_hash")),
    )
    op.create_index(op.f("ix_channel_connections_user_id"), "channel_connections", ["user_id"], unique=False)
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("uploads", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ok", "expiring", "revoked", name="channelstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("token_expires_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("check_due_at", UtcDateTime(), nullable=True),
        sa.Column("connected_at", UtcDateTime(), nullable=False),
        sa.Column("connected_by_id", sa.Integer(), nullable=True),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.String(length=120), nullable=True),
        sa.Column("stream_key", sa.Text(), nullable=True),
        sa.Column("stream_address", sa.String(length=300), nullable=False),
        sa.Column("stream_backup_address", sa.String(length=300), nullable=False),
        sa.Column("stream_started_at", UtcDateTime(), nullable=True),
        sa.Column("playlists_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connected_by_id"], ["users.id"], name=op.f("fk_channels_connected_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("public_id", name=op.f("uq_channels_public_id")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_channels_remote_id")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=140), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscriptions_public_id")),
        sa.UniqueConstraint("target", "email", name=op.f("uq_subscriptions_target_email")),
    )
    op.create_index(op.f("ix_subscriptions_email"), "subscriptions", ["email"], unique=False)
    op.create_index(op.f("ix_subscriptions_user_id"), "subscriptions", ["user_id"], unique=False)
    op.create_table(
        "channel_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("playlist", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("listing", "pulling", "done", "stopped", name="importstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("next_token", sa.String(length=200), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_imports_channel_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_channel_imports_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_channel_imports_topic_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_channel_imports_public_id")),
    )
    op.create_index(op.f("ix_channel_imports_channel_id"), "channel_imports", ["channel_id"], unique=False)
    op.create_index("ix_channel_imports_due_at", "channel_imports", ["due_at"], unique=False)
    op.create_table(
        "live_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("occurrence", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum("public", "unlisted", "customers", "staff", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("picture_key", sa.String(length=300), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "rehearsing",
                "live",
                "ended",
                "processing",
                "published",
                "cancelled",
                name="livesessionstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=True),
        sa.Column("live_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_live_sessions_ordered")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_live_sessions_channel_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_live_sessions_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_live_sessions_recording_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_live_sessions_series_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_live_sessions_public_id")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_live_sessions_recording_id")),
        sa.UniqueConstraint("series_id", "occurrence", name=op.f("uq_live_sessions_series_id_occurrence")),
    )
    op.create_index(op.f("ix_live_sessions_channel_id"), "live_sessions", ["channel_id"], unique=False)
    op.create_index(op.f("ix_live_sessions_created_by_id"), "live_sessions", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_live_sessions_starts_at"), "live_sessions", ["starts_at"], unique=False)
    op.create_index("ix_live_sessions_state_starts_at", "live_sessions", ["state", "starts_at"], unique=False)
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(length=40), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "created",
                "ready",
                "testStarting",
                "testing",
                "liveStarting",
                "live",
                "complete",
                "revoked",
                name="broadcaststatus",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "wanted",
            sa.Enum(
                "created",
                "ready",
                "testStarting",
                "testing",
                "liveStarting",
                "live",
                "complete",
                "revoked",
                name="broadcaststatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("renewed", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("status_since", UtcDateTime(), nullable=True),
        sa.Column("stream_id", sa.String(length=120), nullable=True),
        sa.Column("chat_id", sa.String(length=200), nullable=True),
        sa.Column("create_started_at", UtcDateTime(), nullable=True),
        sa.Column("create_looks", sa.Integer(), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("health", sa.JSON(), nullable=True),
        sa.Column("health_at", UtcDateTime(), nullable=True),
        sa.Column("healthy_since", UtcDateTime(), nullable=True),
        sa.Column("end_at", UtcDateTime(), nullable=True),
        sa.Column("alerts", sa.JSON(), nullable=False),
        sa.Column("actual_start", UtcDateTime(), nullable=True),
        sa.Column("actual_end", UtcDateTime(), nullable=True),
        sa.Column("refreshed_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_broadcasts_channel_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_broadcasts_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("marker", name=op.f("uq_broadcasts_marker")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_broadcasts_remote_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_broadcasts_session_id")),
    )
    op.create_index(op.f("ix_broadcasts_channel_id"), "broadcasts", ["channel_id"], unique=False)
    op.create_index("ix_broadcasts_due_at", "broadcasts", ["due_at"], unique=False)
    op.create_table(
        "date_options",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_date_options_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_options")),
        sa.UniqueConstraint("public_id", name=op.f("uq_date_options_public_id")),
        sa.UniqueConstraint("session_id", "starts_at", name=op.f("uq_date_options_session_id_starts_at")),
    )
    op.create_index(op.f("ix_date_options_session_id"), "date_options", ["session_id"], unique=False)
    op.create_table(
        "platform_videos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("listed", "waiting", "pulled", "gone", "refused", name="videostate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("captions", sa.JSON(), nullable=False),
        sa.Column("looks", sa.JSON(), nullable=False),
        sa.Column("caption_looks", sa.Integer(), nullable=False),
        sa.Column("pulled_duration", sa.Double(), nullable=True),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("refreshed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_platform_videos_channel_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["channel_imports.id"], name=op.f("fk_platform_videos_import_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_platform_videos_recording_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_platform_videos_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_videos")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_platform_videos_remote_id")),
    )
    op.create_index(op.f("ix_platform_videos_channel_id"), "platform_videos", ["channel_id"], unique=False)
    op.create_index("ix_platform_videos_due_at", "platform_videos", ["due_at"], unique=False)
    op.create_index(op.f("ix_platform_videos_import_id"), "platform_videos", ["import_id"], unique=False)
    op.create_index(op.f("ix_platform_videos_recording_id"), "platform_videos", ["recording_id"], unique=False)
    op.create_index(op.f("ix_platform_videos_session_id"), "platform_videos", ["session_id"], unique=False)
    op.create_index(op.f("ix_platform_videos_state"), "platform_videos", ["state"], unique=False)
    op.create_table(
        "quota_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["day_id"], ["quota_days.id"], name=op.f("fk_quota_entries_day_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_quota_entries_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_entries")),
    )
    op.create_index(op.f("ix_quota_entries_day_id"), "quota_entries", ["day_id"], unique=False)
    op.create_index(op.f("ix_quota_entries_session_id"), "quota_entries", ["session_id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_reminders_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("session_id", "lead", name=op.f("uq_reminders_session_id_lead")),
    )
    op.create_index("ix_reminders_sent_at_due_at", "reminders", ["sent_at", "due_at"], unique=False)
    op.create_table(
        "session_hosts",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_session_hosts_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_session_hosts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_session_hosts")),
    )
    op.create_index(op.f("ix_session_hosts_user_id"), "session_hosts", ["user_id"], unique=False)
    op.create_table(
        "session_topics",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["live_sessions.id"], name=op.f("fk_session_topics_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_session_topics_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "topic_id", name=op.f("pk_session_topics")),
    )
    op.create_index(op.f("ix_session_topics_topic_id"), "session_topics", ["topic_id"], unique=False)
    op.create_table(
        "date_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["option_id"], ["date_options.id"], name=op.f("fk_date_votes_option_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_votes")),
        sa.UniqueConstraint("option_id", "voter", name=op.f("uq_date_votes_option_id_voter")),
    )
    op.create_index(op.f("ix_date_votes_option_id"), "date_votes", ["option_id"], unique=False)
    op.create_index(op.f("ix_date_votes_voter"), "date_votes", ["voter"], unique=False)
    with op.batch_alter_table("markers") as batch:
        batch.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("key", sa.String(length=64), nullable=True))
        batch.alter_column("recording_id", existing_type=sa.Integer(), nullable=True)
        batch.create_index(op.f("ix_markers_session_id"), ["session_id"], unique=False)
        batch.create_unique_constraint(op.f("uq_markers_session_id_key"), ["session_id", "key"])
        batch.create_foreign_key(
            op.f("fk_markers_session_id"), "live_sessions", ["session_id"], ["id"], ondelete="CASCADE"
        )


def downgrade() -> None:
    op.execute("DELETE FROM markers WHERE recording_id IS NULL")
    with op.batch_alter_table("markers") as batch:
        batch.drop_constraint(op.f("fk_markers_session_id"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_markers_session_id_key"), type_="unique")
        batch.drop_index(op.f("ix_markers_session_id"))
        batch.alter_column("recording_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("key")
        batch.drop_column("session_id")
    op.drop_index(op.f("ix_date_votes_voter"), table_name="date_votes")
    op.drop_index(op.f("ix_date_votes_option_id"), table_name="date_votes")
    op.drop_table("date_votes")
    op.drop_index(op.f("ix_session_topics_topic_id"), table_name="session_topics")
    op.drop_table("session_topics")
    op.drop_index(op.f("ix_session_hosts_user_id"), table_name="session_hosts")
    op.drop_table("session_hosts")
    op.drop_index("ix_reminders_sent_at_due_at", table_name="reminders")
    op.drop_table("reminders")
    op.drop_index(op.f("ix_quota_entries_session_id"), table_name="quota_entries")
    op.drop_index(op.f("ix_quota_entries_day_id"), table_name="quota_entries")
    op.drop_table("quota_entries")
    op.drop_index(op.f("ix_platform_videos_state"), table_name="platform_videos")
    op.drop_index(op.f("ix_platform_videos_session_id"), table_name="platform_videos")
    op.drop_index(op.f("ix_platform_videos_recording_id"), table_name="platform_videos")
    op.drop_index(op.f("ix_platform_videos_import_id"), table_name="platform_videos")
    op.drop_index("ix_platform_videos_due_at", table_name="platform_videos")
    op.drop_index(op.f("ix_platform_videos_channel_id"), table_name="platform_videos")
    op.drop_table("platform_videos")
    op.drop_index(op.f("ix_date_options_session_id"), table_name="date_options")
    op.drop_table("date_options")
    op.drop_index("ix_broadcasts_due_at", table_name="broadcasts")
    op.drop_index(op.f("ix_broadcasts_channel_id"), table_name="broadcasts")
    op.drop_table("broadcasts")
    op.drop_index("ix_live_sessions_state_starts_at", table_name="live_sessions")
    op.drop_index(op.f("ix_live_sessions_starts_at"), table_name="live_sessions")
    op.drop_index(op.f("ix_live_sessions_created_by_id"), table_name="live_sessions")
    op.drop_index(op.f("ix_live_sessions_channel_id"), table_name="live_sessions")
    op.drop_table("live_sessions")
    op.drop_index("ix_channel_imports_due_at", table_name="channel_imports")
    op.drop_index(op.f("ix_channel_imports_channel_id"), table_name="channel_imports")
    op.drop_table("channel_imports")
    op.drop_index(op.f("ix_subscriptions_user_id"), table_name="subscriptions")
    op.drop_index(op.f("ix_subscriptions_email"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_table("channels")
    op.drop_index(op.f("ix_channel_connections_user_id"), table_name="channel_connections")
    op.drop_table("channel_connections")
    op.drop_table("series")
    op.drop_table("quota_days")
