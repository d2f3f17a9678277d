"""The migrations lead to exactly the tables the code works with, and a newer database is left alone."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import postgresql, sqlite

from agency_registry.tables import metadata as registry
from hub.store import assertions, schema
from hub.store.tables import metadata as hub


@pytest.fixture
def connection(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'truc.db'}")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index:UserWarning")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_an_empty_database_becomes_what_the_code_describes(connection):
    schema.upgrade(connection)

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, [hub, registry]) == []


def test_every_index_of_the_code_is_made_too(connection):
    """Indexes on expressions, which the comparison above cannot see, are counted by name."""
    schema.upgrade(connection)

    wanted = {
        index.name for metadata in (hub, registry) for table in metadata.tables.values() for index in table.indexes
    }
    made = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())
    assert wanted <= made


def test_the_last_step_is_the_one_the_code_expects(project_root):
    config = Config()
    config.set_main_option("script_location", str(project_root / "hub" / "store" / "migrations"))

    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_upgrading_twice_changes_nothing(connection):
    schema.upgrade(connection)
    before = inspect(connection).get_table_names()
    schema.upgrade(connection)

    assert inspect(connection).get_table_names() == before
    assert schema.revision(connection) == schema.HEAD


def test_a_database_of_a_newer_version_is_refused(connection):
    schema.upgrade(connection)
    connection.execute(text("UPDATE alembic_version SET version_num = '9999_pre'"))

    with pytest.raises(schema.UnknownSchemaError, match="9999_pre"):
        schema.upgrade(connection)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_an_assertion_is_taken_by_one_statement_on_either_database(dialect):
    said = str(assertions.taking(dialect.name, "d", "2026").compile(dialect=dialect))

    assert said.startswith("INSERT INTO used_assertions")
    assert "ON CONFLICT DO NOTHING" in said
