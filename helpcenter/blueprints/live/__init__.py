"""A live session for its audience: questions and votes, what changes while one watches, and the picture."""

from flask import Blueprint

bp = Blueprint("live", __name__)

from helpcenter.blueprints.live import asking, picture, watching  # noqa: E402, F401 -- they add their views
