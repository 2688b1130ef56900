"""What programs may do, without an account; described by /api/v1/openapi.json."""

from helpcenter.blueprints.api import description, questions
from helpcenter.blueprints.api.frame import bp

__all__ = ["bp", "description", "questions"]
