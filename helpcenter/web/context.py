"""What a view reaches for: the ports, the database's two doors, the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from helpcenter.ports import Ports
from helpcenter.settings import Settings


def ports() -> Ports:
    """The parts that this application was wired with."""
    wired = current_app.extensions["ports"]
    assert isinstance(wired, Ports)
    return wired


def settings() -> Settings:
    """The settings of this application."""
    return ports().settings


def now() -> datetime:
    """The instant of this request."""
    return ports().clock()


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: committed at the block's end."""
    with ports().database.transaction() as db:
        yield db


@contextmanager
def reading() -> Iterator[Session]:
    """One consistent state, for reading."""
    with ports().database.reading() as db:
        yield db
