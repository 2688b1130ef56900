"""Settings, read once from the environment (`HELPCENTER_*`); without any, everything runs embedded on one machine."""

import os
import re
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from helpcenter.worktime import WorkCalendar, make_calendar, read_hours

_HOST = re.compile(r"(?:https?://)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?", re.IGNORECASE)
GIB = 1024**3
DUE_HOURS = "new=4,routed=8,queued=4,being answered=8,reopened=4,passed on=4,escalated=4"
CHECKOUT = Path(__file__).resolve().parents[1]


def default_data_root() -> Path:
    """`var` in a checkout; otherwise the user's data folder."""
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / "var"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "helpcenter"


class Settings(BaseSettings):
    """Each field is the setting `HELPCENTER_<FIELD>`; its description stands in the README's table."""

    model_config = SettingsConfigDict(env_prefix="HELPCENTER_", extra="ignore", frozen=True)

    data_root: Path = Field(
        default_factory=default_data_root, description="Folder of the embedded default: database, media, mail, queue."
    )
    database_url: str = Field("", description="SQLAlchemy address of the database; empty: SQLite in the data root.")
    broker_url: str = Field(
        "", description="`redis://…` or `amqp://…`; empty: a folder in the data root serves as doorbell."
    )
    media_root: Path | None = Field(None, description="Folder for media; empty: `media` in the data root.")
    storage_url: str = Field(
        "",
        description="`s3://bucket/prefix?endpoint=https://…` keeps media in S3-compatible storage; empty: the media folder.",
    )
    mail_root: Path | None = Field(
        None, description="Folder for mail while no SMTP server is set; empty: `mail` in the data root."
    )
    smtp_url: str = Field(
        "",
        description="`smtp://user:password@host:587?tls=starttls` or `smtps://…`; empty: mail goes to the mail folder.",
    )
    mail_from: str = Field("Help Center <help@localhost.localdomain>", description="Sender of every mail.")
    mail_relay_log: Path | None = Field(
        None, description="Log of the mail relay; settles whether an interrupted mail was sent."
    )
    site_url: str = Field(
        "http://127.0.0.1:8000", description="Public address of the site, as it stands in mails and embeds."
    )
    site_name: str = Field("Help Center", description="Name of the site, in its head and in mails.")
    secret_key: str = Field("", description="Signs links and cookies; empty: made once and kept in the data root.")
    default_language: Literal["de", "en"] = Field(
        "en", description="Language for browsers that ask for neither German nor English."
    )
    zone: str = Field("Europe/Berlin", description="Time zone in which dates are shown.")
    work_days: str = Field(
        "MO,TU,WE,TH,FR", description="Days on which your experts work; due dates are counted in them."
    )
    work_morning: str = Field("08:00-12:00", description="The morning's half day, in local time; shifts are half days.")
    work_afternoon: str = Field("13:00-17:00", description="The afternoon's half day.")
    holidays: str = Field(
        "DE", description="Country or Land whose public holidays are free, such as `DE-BY` or `AT`; empty: none are."
    )
    due_hours: str = Field(
        DUE_HOURS,
        description="Hours of working time in which a question has to go on from each state (`queued`: after its session); then "
        "who has it is reminded, `passed on` hours later it is passed on, and `escalated` hours after that the admins are told.",
    )
    solved_days: float = Field(
        3, gt=0, description="Days after which whoever was sent an answer is asked whether it solved his question."
    )
    route: Literal["auto", "propose"] = Field(
        "auto",
        description="`auto` gives a question to its expert at once where that is clear; `propose` only proposes.",
    )
    limits_url: str = Field(
        "", description="Shared store for rate limits, `redis://…`; empty: in the process (one web process only)."
    )
    trusted_hosts: str = Field(
        "", description="Host names that requests may name, separated by commas; empty: the site's and loopback."
    )
    embed_hosts: str = Field(
        "",
        description="Sites that may show the ask box in a frame and call the API from a browser: hosts such as `www.example.com`, "
        "or origins such as `http://localhost:3000`, separated by commas; empty: this site alone.",
    )
    proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies stand before the site and set X-Forwarded-*."
    )
    web_threads: int = Field(
        32,
        ge=4,
        le=2000,
        description="Threads of each web process that make pages; each viewer of a live session has one besides.",
    )
    worker_processes: int = Field(
        2, ge=1, le=64, description="Steps that the worker started by `helpcenter run` does at once."
    )
    max_upload_bytes: int = Field(20 * GIB, ge=1, description="Largest recording that is taken.")
    max_recording_hours: float = Field(24, gt=0, description="Longest recording that is taken.")
    min_free_bytes: int = Field(
        1 * GIB, ge=0, description="Uploads, and what is sent live, are refused while the disk has less room than this."
    )
    lease_seconds: float = Field(
        15, gt=0, description="How long a worker may be silent before its step is given to another."
    )
    tick_seconds: float = Field(2, gt=0, description="How often lost or due work is looked for.")
    ffmpeg_binary: str = Field(
        "", description="ffmpeg to use; empty: the one on the PATH, else the one that came with the packages."
    )
    sandbox: Literal["auto", "require", "off"] = Field(
        "auto", description="bubblewrap around media tools: where it can run, always, or never."
    )
    whisper_model: Path | None = Field(None, description="Folder of a faster-whisper model (extra `whisper`).")
    ffmpeg_whisper_model: Path | None = Field(
        None, description="ggml model for ffmpeg's whisper filter, where this ffmpeg has it."
    )
    fetch_private: bool = Field(False, description="Lets `ingest URL` fetch from private and loopback addresses.")
    encryption_keys: str = Field(
        "",
        description="Keys that seal tokens and stream keys, `id:base64 of 32 bytes`, separated by commas; the first seals, all open. "
        "Empty: one is made once and kept in the data root.",
    )
    youtube_client_id: str = Field("", description="OAuth client of the Google Cloud project; empty: no channel.")
    youtube_client_secret: str = Field("", description="Its secret.")
    youtube_api_root: str = Field(
        "", description="Root address of the YouTube API; empty: Google's. An emulator stands here in the demo."
    )
    youtube_oauth_root: str = Field(
        "", description="Root address of the OAuth server (`/o/oauth2/auth`, `/token`, `/revoke`); empty: Google's."
    )
    youtube_quota: Path | None = Field(
        None,
        description="JSON file with the quota's buckets and the cost of each method; empty: the table that came along.",
    )
    youtube_download: bool = Field(
        False,
        description="The operator has made sure that he may download his own recordings from YouTube: then yt-dlp fetches them.",
    )
    live_viewers: int = Field(
        500,
        ge=0,
        description="Viewers of live sessions per web process that hear of changes at once; further ones ask every few seconds.",
    )
    rtmp_port: int = Field(
        1935, ge=0, le=65535, description="Port at which encoders (OBS) reach the live path by RTMP; 0: none."
    )
    rtmp_bind: str = Field(
        "127.0.0.1", description="Address at which RTMP listens; `0.0.0.0` lets in encoders on other machines."
    )
    rtmp_address: str = Field(
        "",
        description="Address that hosts give to their encoder; empty: `rtmp://`, the site's host, the port and `/live`.",
    )
    stun_url: str = Field(
        "",
        description="`stun:host:port`, by which guests behind a router find the host's browser; empty: none is asked.",
    )
    turn_url: str = Field("", description="`turn:host:port` or `turns:…`, which relays guests where nothing else does.")
    turn_secret: str = Field(
        "", description="Its shared secret (coturn's `static-auth-secret`); passwords made from it last for a day."
    )
    live_pace: float = Field(
        1,
        gt=0,
        le=1000,
        description="How many times faster than usual the waits around a live session pass; for demonstrations.",
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("site_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _some_working_time(self) -> Self:
        self.working_time  # noqa: B018 -- it says in words what is wrong
        self.due_after  # noqa: B018 -- as above
        return self

    @cached_property
    def working_time(self) -> WorkCalendar:
        """When your experts work."""
        return make_calendar(
            zone=self.zone, days=self.work_days, morning=self.work_morning, afternoon=self.work_afternoon, region=self.holidays
        )  # fmt: skip

    @cached_property
    def due_after(self) -> dict[str, timedelta]:
        """The working time until a question in a state is due, and from each alarm to the next one."""
        return read_hours(self.due_hours, DUE_HOURS)

    @field_validator("embed_hosts")
    @classmethod
    def _nothing_but_hosts(cls, value: str) -> str:
        for host in filter(None, (one.strip() for one in value.split(","))):
            if not _HOST.fullmatch(host):
                raise ValueError(f"not a host name, nor an origin: {host}")
        return value

    @property
    def embed_origins(self) -> tuple[str, ...]:
        """The origins that may frame the ask box and call the API."""
        named = filter(None, (host.strip().lower() for host in self.embed_hosts.split(",")))
        return tuple(host if "://" in host else f"https://{host}" for host in named)

    @property
    def database(self) -> str:
        """The database's SQLAlchemy address."""
        if self.database_url.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + self.database_url.partition("://")[2]
        return self.database_url or f"sqlite:///{self.data_root.resolve() / 'helpcenter.db'}"

    @property
    def embedded_queue(self) -> bool:
        """Whether a folder serves as the broker."""
        return not self.broker_url

    @property
    def queue_root(self) -> Path:
        """The folder that serves as the broker."""
        return self.data_root.resolve() / "queue"

    @property
    def media(self) -> Path:
        """The media folder."""
        return (self.media_root or self.data_root / "media").resolve()

    @property
    def mailbox(self) -> Path:
        """The mail folder."""
        return (self.mail_root or self.data_root / "mail").resolve()

    def live_wait(self, seconds: float) -> timedelta:
        """A wait around a live session, at the pace of this installation."""
        return timedelta(seconds=seconds / self.live_pace)

    @property
    def scratch(self) -> Path:
        """The folder for half-done work; anything in it may be deleted when nothing runs."""
        return self.data_root.resolve() / "work"

    @property
    def live_root(self) -> Path:
        """The folder into which live sessions arrive."""
        return self.data_root.resolve() / "live"

    @property
    def encoder_address(self) -> str:
        """Where encoders send to, "" where none can."""
        if not self.rtmp_port:
            return ""
        host = urlsplit(self.site_url).hostname or "127.0.0.1"
        return self.rtmp_address or f"rtmp://{host}:{self.rtmp_port}/live"

    @property
    def arrivals(self) -> Path:
        """The folder in which files that askers send wait for a worker."""
        return self.data_root.resolve() / "arrivals"

    @property
    def uploads(self) -> Path:
        """The folder for uploads that are not complete."""
        return self.data_root.resolve() / "uploads"

    @cached_property
    def secret(self) -> str:
        """The key that signs; made at first use where none is set, and never overwritten."""
        if self.secret_key:
            return self.secret_key
        path = self.data_root.resolve() / "secret_key"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        return path.read_text().strip()
