"""What every test may ask for: a moved clock, a fresh database on SQLite or PostgreSQL, wired ports, real servers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpcenter.app import create_app
from helpcenter.db import SqlDatabase, migrate
from helpcenter.models import User
from helpcenter.ports import Ports
from helpcenter.queue import SilentQueue
from helpcenter.services import accounts
from helpcenter.settings import Settings
from helpcenter.tokens import fingerprint, signature
from helpcenter.wiring import wire
from tests import servers
from tests.compiled import compile_once

if TYPE_CHECKING:
    from streaming.emulator import Emulator

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
compile_once()


def on_emulator(settings: Settings, emulator: "Emulator", **more: Any) -> Settings:
    """The same settings, with the emulator as YouTube."""
    roots = {"youtube_api_root": emulator.url, "youtube_oauth_root": emulator.url}
    client = {"youtube_client_id": emulator.client_id, "youtube_client_secret": emulator.client_secret}
    return settings.model_copy(update={**roots, **client, **more})


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("HELPCENTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HELPCENTER_DATA_ROOT", str(tmp_path / "data"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: str) -> str:
    """A migrated database that tests copy, since copying is ten times as fast as migrating."""
    _on_postgres(postgres_server, "CREATE DATABASE template_hc")
    migrate(f"{postgres_server}/template_hc")
    return "template_hc"


def _on_postgres(server: str, statement: str) -> None:
    with psycopg.connect(server.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "helpcenter.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    path = tmp_path / "data" / "helpcenter.db"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, _postgres_template: str) -> Iterator[str]:
    name = f"hc_{uuid4().hex[:12]}"
    _on_postgres(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_postgres_template}")
    yield f"{postgres_server}/{name}"
    _on_postgres(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def each_database(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless the test asks for `each_database`."""
    chosen = "each_database" if "each_database" in request.fixturenames else "sqlite_url"
    return str(request.getfixturevalue(chosen))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_root=tmp_path / "data", database_url=database_url, secret_key="a key for tests only")


@pytest.fixture
def emulator(clock: Clock) -> "Iterator[Emulator]":
    """The live platform, on the test's own clock."""
    from streaming.emulator import Emulator

    with Emulator(time=clock) as running:
        yield running


@pytest.fixture
def queue() -> SilentQueue:
    return SilentQueue()


@pytest.fixture
def ports(settings: Settings, clock: Clock, queue: SilentQueue) -> Iterator[Ports]:
    wired = wire(settings, queue=queue, clock=clock)
    yield wired
    assert isinstance(wired.database, SqlDatabase)
    wired.database.dispose()


@pytest.fixture
def db(ports: Ports) -> Iterator[Session]:
    """A session whose transaction is committed at the test's end; for tests of services."""
    with ports.database.transaction() as session:
        yield session


@pytest.fixture
def app(ports: Ports) -> Iterator[Flask]:
    made = create_app(ports)
    yield made
    made.extensions["hub"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser, on our own pages."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


@pytest.fixture
def sign_in(app: Flask, ports: Ports) -> Callable[[User], FlaskClient]:
    """`sign_in(user)` is that person's browser; it sends the token with each change as our own pages do."""

    def signed_in(user: User) -> FlaskClient:
        client = app.test_client()
        with ports.database.transaction() as db:
            token = accounts.start_sign_in(db, user, browser="test", now=ports.clock())
        client.set_cookie("signin", token, domain="localhost")
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.environ_base["HTTP_X_CSRF_TOKEN"] = signature(ports.settings.secret, "csrf", fingerprint(token))
        return client

    return signed_in
