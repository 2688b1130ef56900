"""What the platform's quota is spent on: paid before each call, told to the admins."""

from helpcenter.services.quota.ledger import Ledger, project_of, settle_lost, tidy
from helpcenter.services.quota.overview import Overview, as_json, overview

__all__ = ["Ledger", "Overview", "as_json", "overview", "project_of", "settle_lost", "tidy"]
