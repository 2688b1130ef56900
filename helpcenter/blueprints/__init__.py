"""All pages, one blueprint per feature."""

from helpcenter.blueprints.health import bp as health

BLUEPRINTS = (health,)
