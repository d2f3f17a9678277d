"""Prepared statements say the same as SQLAlchemy's own execution, for reads, writes and repeated columns sets."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, create_engine, insert, select
from sqlalchemy import update as change

from hub.store.prepared import Prepared

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("data", LargeBinary),
    Column("state", String(10)),
)
ADD = Prepared(insert(THINGS))
BY_STATE = Prepared(
    select(THINGS).where(THINGS.c.state == bindparam("state_"), THINGS.c.name != "hidden").order_by(THINGS.c.id)
)
MOVE = Prepared(change(THINGS).where(THINGS.c.id == bindparam("id_"), THINGS.c.state == bindparam("from_")))


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        THINGS.create(opened)
        rows = [{"name": name, "data": name.encode(), "state": "new"} for name in ("một", "hai", "hidden")]
        ADD.insert(opened, rows)
        yield opened
    engine.dispose()


def test_rows_carry_their_columns_by_name(connection):
    found = BY_STATE.rows(connection, state_="new")

    assert [(row.id, row.name, row.data) for row in found] == [(1, "một", "một".encode()), (2, "hai", b"hai")]
    assert [tuple(row) for row in connection.execute(select(THINGS).where(THINGS.c.name != "hidden"))] == found


def test_nothing_found_is_none_and_an_empty_list(connection):
    assert BY_STATE.first(connection, state_="old") is None
    assert BY_STATE.rows(connection, state_="old") == []


def test_a_change_sets_only_what_it_names_and_only_where_it_may(connection):
    assert MOVE.change(connection, {"state": "old"}, id_=1, from_="new") == 1
    assert MOVE.change(connection, {"state": "old"}, id_=1, from_="new") == 0
    assert MOVE.change(connection, {"state": "gone", "name": "ba"}, id_=1, from_="old") == 1

    assert tuple(BY_STATE.first(connection, state_="gone")) == (1, "ba", "một".encode(), "gone")


def test_a_missing_value_is_an_error_and_not_an_empty_one(connection):
    with pytest.raises(KeyError, match="state_"):
        BY_STATE.rows(connection)
