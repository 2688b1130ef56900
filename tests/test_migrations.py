from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from helpcenter.db import MIGRATIONS, migrate
from helpcenter.models import Base


def test_the_migrations_make_just_what_the_models_say(each_database):
    engine = create_engine(each_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, *_: name is None or not name.startswith("search_index")},
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_migration_can_be_taken_back(each_database):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = each_database
    command.downgrade(config, "base")
    engine = create_engine(each_database)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    migrate(each_database)
