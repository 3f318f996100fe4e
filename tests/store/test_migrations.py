"""A database that was migrated from nothing is the one the code declares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from belvedere.ontology.schema import Shelf, tables
from belvedere.store import register
from belvedere.store.engine import reading, writing
from belvedere.store.workspace import migrate


def differences(workspace) -> list:
    with reading(workspace.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, register.complete_metadata())


def test_a_migrated_sqlite_database_is_the_declared_one(workspace):
    assert differences(workspace) == []
    with reading(workspace.engine) as connection:
        names = set(sa.inspect(connection).get_table_names())
    records = {name for name, declared in tables().items() if declared.shelf is Shelf.RECORDS}
    assert records and names == {*register.complete_metadata().tables, "alembic_version"} and records <= names


def test_a_migrated_postgresql_database_is_the_declared_one(postgres_workspace):
    assert differences(postgres_workspace) == []


def test_a_difference_would_be_found(workspace):
    with writing(workspace.engine) as connection:
        connection.execute(sa.text("ALTER TABLE quarantine ADD COLUMN stray VARCHAR"))
    assert [change[0] for change in differences(workspace)] == ["remove_column"]


def test_migrating_again_changes_nothing(workspace):
    with writing(workspace.engine) as connection:
        connection.execute(sa.insert(register.mappings).values(sha256="1", feed="f", text="t"))
    migrate(workspace)
    with reading(workspace.engine) as connection:
        assert connection.execute(sa.select(register.mappings.c.feed)).scalars().all() == ["f"]
