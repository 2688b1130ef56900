"""Runs the migrations against the address that helpcenter.db.migrate gives."""

from alembic import context
from sqlalchemy import create_engine

from helpcenter.models import Base

IGNORED_PREFIX = "search_index"


def include_name(name: str | None, _type: str, _: object) -> bool:
    """The full-text index, its tables, column and indexes are made by hand, not by the models."""
    return name is None or not name.startswith(IGNORED_PREFIX)


engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_as_batch=False,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
