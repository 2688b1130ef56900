"""Addresses of what was found."""

from sqlalchemy.orm import Session

from helpcenter.services import pages
from helpcenter.services.search import Hit


def address_of_hit(db: Session, hit: Hit) -> str:
    """The path of this site that leads to the hit, at its second."""
    return pages.show_hits(db, [hit])[0].address
