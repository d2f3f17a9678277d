"""A registry of a made-up province, in a real SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event

from agency_registry import edit
from agency_registry.tables import metadata

OFFICE = "000.00.00.H99"
HOME_AFFAIRS = "000.00.02.H99"
HEALTH = "000.00.03.H99"
WARD = "001.00.02.H99"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    metadata.create_all(engine)
    with engine.connect() as opened, opened.begin():
        yield opened
    engine.dispose()


@pytest.fixture
def province(connection: Connection) -> Connection:
    """Four agencies: the office, two departments, a ward below one of them."""
    edit.add_agency(connection, OFFICE, "Văn phòng UBND tỉnh", kind="so", level="tinh", aliases=["H99"])
    edit.add_agency(connection, HOME_AFFAIRS, "Sở Nội vụ", kind="so", level="tinh", parent=OFFICE)
    edit.add_agency(connection, HEALTH, "Sở Y tế", kind="so", level="tinh", parent=OFFICE)
    edit.add_agency(connection, WARD, "UBND phường Một", kind="ubnd", level="xa", parent=HOME_AFFAIRS)
    return connection
