"""The exchange around 01/07/2025, with the made-up codes of tests/data/reform-2025: routes, figures, old documents."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from agency_registry import edit, importer, tables
from agency_registry.edit import Why
from edxml.testing import make_package
from hub.clock import FakeClock
from hub.flow import figures, registry, structure
from hub.jobs import registry as turning
from hub.store import deliveries, packages, statistics

DATA = Path(__file__).parents[2] / "data" / "reform-2025"
HOME = "X25.P12"
SENDER, KEPT, GONE, SHARED, DISTRICT = (
    f"{HOME}.SNV",
    f"{HOME}.H01.X01",
    f"{HOME}.H01.X02",
    f"{HOME}.H10.X12",
    f"{HOME}.H01",
)
EVE = datetime(2025, 6, 30, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
SPRING = datetime(2025, 2, 3, 2, tzinfo=UTC)


def why(at: datetime) -> Why:
    return Why("an", "sắp xếp", "202/2025/QH15 (mã thử)", at, decided_on=date(2025, 6, 12))


def load(connection, at: datetime) -> None:
    for name in ("before.csv", "changes.csv"):
        assert importer.import_agencies(connection, (DATA / name).read_bytes(), why=why(at)).refused == ()


@pytest.fixture
async def reformed(hub, province):
    """Both lists read in February: the reform is decided and still to come. Four offices are connected."""
    hub.clock = FakeClock(SPRING)
    await registry.change(hub, lambda connection: load(connection, SPRING))
    made = {}
    for name, code in (("snv", SENDER), ("kept", KEPT), ("gone", GONE), ("district", DISTRICT)):
        made[name] = await province.system(name, code)
    return made


async def send(office, document_id: str, *to: str):
    return (await office.do("sendEdoc", make_package(sender=SENDER, to=to, document_id=document_id), SENDER)).json


async def test_a_minute_before_midnight_the_old_tree_holds_and_a_minute_after_the_new_one(hub, reformed):
    """law: R-026 QĐ28 Đ16.1, R-027."""
    hub.clock.set(EVE)
    await turning.look(hub)
    before = await send(reformed["snv"], "A", GONE)
    names = (hub.directory.agency(KEPT).name, hub.directory.agency(KEPT).parent)
    hub.clock.advance(timedelta(minutes=1))
    await turning.look(hub)
    merged, shared, district = [await send(reformed["snv"], "B", code) for code in (GONE, SHARED, DISTRICT)]
    [went] = await hub.db.read(lambda c: deliveries.of_package(c, before["DocId"]))

    assert before["status"] == "OK"
    assert names == ("UBND xã Thử 01.01", DISTRICT)
    assert (hub.directory.agency(KEPT).name, hub.directory.agency(KEPT).parent) == ("UBND xã Thử mới 01", HOME)
    assert [answer["ErrorCode"] for answer in (merged, shared, district)] == ["23"] * 3
    assert f"{KEPT} (UBND xã Thử mới 01)" in merged["ErrorDesc"]
    assert shared["ErrorDesc"].count(f"{HOME}.H10.") >= 3, "itself and both who share it"
    assert (went.recipient, went.written_as, went.system_id) == (KEPT, GONE, "kept"), "what waited went along"


async def test_the_successor_gets_it_where_the_profile_says_so_and_the_old_document_keeps_its_names(hub, reformed):
    """law: R-026 QĐ28 Đ16.1."""
    flows = hub.profile.flows.model_copy(update={"closed_code": "successor"})
    hub.profile = dataclasses.replace(hub.profile, flows=flows)
    hub.clock.set(EVE)
    old = await send(reformed["snv"], "A", DISTRICT)
    hub.clock.advance(timedelta(minutes=1))
    await turning.look(hub)
    sent = await send(reformed["snv"], "B", GONE)
    [row] = await hub.db.read(lambda c: deliveries.of_package(c, sent["DocId"]))
    [kept] = await hub.db.read(lambda c: deliveries.of_package(c, old["DocId"]))
    package = await hub.db.read(lambda c: packages.get(c, old["DocId"]))
    then = await hub.db.read(lambda c: edit.agency_as_of(c, DISTRICT, date(2025, 6, 30)))

    assert (row.recipient, row.written_as, row.copy) == (KEPT, GONE, "successor")
    assert (kept.recipient, kept.system_id, package.sender) == (DISTRICT, "district", SENDER)
    assert (then["name"], then["level"], then["state"]) == ("UBND huyện Thử 01", "huyen", "active")


async def test_figures_are_told_by_the_structure_of_any_day_and_their_sums_stay(hub, reformed):
    """law: R-203 HN Đ15.2, R-207, R-208 HN Đ12, R-003 QĐ28 Đ2.2."""
    hub.clock.set(datetime(2025, 6, 16, 2, tzinfo=UTC))
    for number, to in enumerate([(KEPT,), (GONE,), (GONE, KEPT), (DISTRICT,)]):
        await send(reformed["snv"], f"D{number}", *to)
    for name in ("kept", "gone", "district"):
        for item in await reformed[name].waiting():
            await reformed[name].do("getEdoc", item["docId"])
            await reformed[name].do("updateStatus", item["docId"], "done")

    async def received(day: date, by: str = "agency") -> dict[str, int]:
        rows = await figures.monthly(hub, "2025-06", structure.Cut(day, by))
        return {row.organ_id: row.documents_received for row in rows if row.documents_received}

    plain = {row.organ_id: row.documents_received for row in await figures.monthly(hub, "2025-06")}
    old, new = await received(date(2025, 6, 30)), await received(date(2025, 7, 1))

    assert old == {KEPT: 2, GONE: 2, DISTRICT: 1}
    assert new == {KEPT: 4, DISTRICT: 1}, "a district that five share stands for itself"
    assert await received(date(2025, 6, 30), "level") == {"huyen": 1, "xa": 4}
    assert await received(date(2025, 7, 1), "level") == {"-": 1, "xa": 4}
    assert await received(date(2025, 7, 1), "kind") == {"-": 1, "ubnd": 4}
    assert sum(plain.values()) == sum(old.values()) == sum(new.values())


@pytest.fixture(scope="module")
def reform(tmp_path_factory):
    """The registry alone, after everything."""
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('reform') / 'registry.db'}")
    tables.metadata.create_all(engine)
    with engine.connect() as connection, connection.begin():
        load(connection, datetime(2026, 11, 2, 2, tzinfo=UTC))
        yield connection
    engine.dispose()


CODES = [f"{HOME}.H{d:02}.X{x:02}" for d in (1, 10) for x in range(1, 13)]
CODES += [f"X25.P{number:02}" for number in range(1, 64)] + [DISTRICT, SENDER, "000.00.00.G22", ""]


@given(
    st.dictionaries(st.sampled_from(CODES), st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=8),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.sampled_from(structure.BY),
)
def test_the_sums_are_the_same_whatever_the_day(reform, counted, day, by):
    """law: R-207."""
    found = {
        code: statistics.Figures(documents_sent=sent, documents_received=got, minutes_to_delivery=[1.0] * sent)
        for code, (sent, got) in counted.items()
    }
    rows = structure.cut(reform, found, structure.Cut(day, by))

    assert sum(row.figures.documents_sent for row in rows) == sum(sent for sent, _ in counted.values())
    assert sum(row.figures.documents_received for row in rows) == sum(got for _, got in counted.values())
    assert sum(len(row.figures.minutes_to_delivery) for row in rows) == sum(sent for sent, _ in counted.values())
    assert max(Counter(row.key for row in rows).values(), default=1) == 1
