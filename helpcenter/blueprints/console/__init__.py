"""The host's page of a live session: how it stands, what can be done now, its desk, and what the encoder needs."""

from helpcenter.blueprints.console import desk, encoder, page, questions
from helpcenter.blueprints.console.frame import bp

__all__ = ["bp", "desk", "encoder", "page", "questions"]
