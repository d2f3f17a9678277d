"""Every active system that offers something is asked by a task of its own; none delays another."""

from __future__ import annotations

import json

import pytest
from fake_peers.offering import Shelf
from patience import until
from sqlalchemy import update

from agency_registry import tables as registry
from connectors import base
from edxml import reader
from edxml.testing import make_package, make_status
from hub import log
from hub.flow import operate
from hub.flow.collecting import keeping
from hub.store import alarms, collected, deliveries, packages, tables

OFFICE, OTHER = "000.00.01.H99", "000.00.03.H99"
TO = "000.00.02.H99"


class Asked:
    """The keeper of a hub, and its systems."""

    def __init__(self, hub, province) -> None:
        self.hub, self.province = hub, province
        self.keeper = keeping.Keeper(hub, base.Tools(None, hub.clock.now, log.get(), 1))

    async def system(self, name: str, code: str, kind: str = "fake_peers.offering", **settings) -> Shelf:
        shelf = Shelf(name)
        await self.province.agencies(code)
        await self.province.system(name, code, connector=kind, settings={"name": name, **settings})
        return shelf

    async def change(self, name: str, **values) -> None:
        table = registry.systems
        await self.province.change(lambda c: c.execute(update(table).where(table.c.name == name).values(**values)))
        await self.keeper.look()

    async def again(self) -> None:
        """The hub is started anew."""
        await self.keeper.close()
        self.keeper = keeping.Keeper(self.hub, base.Tools(None, self.hub.clock.now, log.get(), 1))
        await self.keeper.look()

    async def rows(self, table):
        return await self.hub.db.read(lambda c: c.execute(table.select()).all())


@pytest.fixture
def sections():
    """No axis: the systems alone."""
    return {}


@pytest.fixture
async def asked(hub, province):
    made = Asked(hub, province)
    yield made
    await made.keeper.close()


async def waiting(hub, office):
    return await hub.db.read(lambda c: deliveries.waiting(c, office.system_id, after=None, limit=100))


async def test_what_a_system_offers_is_taken_in_and_confirmed_with_its_receipt(hub, asked, stc):
    shelf = await asked.system("office", OFFICE)
    document = make_package(OFFICE, TO)
    shelf.offers["edoc"]["a"] = document

    await asked.keeper.look()
    await until(lambda: shelf.confirmed)

    row = (await waiting(hub, stc))[0]
    assert (row.sender, row.sha256, row.door) == (OFFICE, reader.read(document).sha256, "collect")
    remote_id, taken = shelf.confirmed[0]
    assert (remote_id, taken.package_id, taken.repeated) == ("a", row.id, False)
    assert json.loads(hub.keys.verify_receipt(taken.receipt))["sha256"] == row.sha256


async def test_an_old_name_with_new_bytes_is_never_told_of_the_old_ones(hub, asked, stc):
    """Between our commit and its answer the office gave the id to another document."""
    shelf = await asked.system("office", OFFICE)
    first, second = make_package(OFFICE, TO), make_package(OFFICE, TO)
    shelf.mood = "deaf"
    shelf.offers["edoc"]["a"] = first
    await asked.keeper.look()
    await until(lambda: asked.rows(tables.collected))

    shelf.offers["edoc"]["a"] = second
    shelf.mood = ""
    await asked.again()
    await until(lambda: shelf.confirmed)

    assert {row.sha256 for row in await waiting(hub, stc)} == {reader.read(one).sha256 for one in (first, second)}
    assert [taken.sha256 for _, taken in shelf.confirmed] == [reader.read(second).sha256]


async def test_statuses_come_the_same_way(hub, asked, snv):
    shelf = await asked.system("office", TO)
    shelf.offers["status"]["s"] = make_status("03", TO, (OFFICE, f"{OFFICE},2015/09/30,1/SNV"))

    await asked.keeper.look()
    await until(lambda: shelf.confirmed)

    assert [row.status_code for row in await waiting(hub, snv)] == ["03"]


async def test_who_does_not_speak_for_the_sender_is_told_so_and_nothing_is_taken(hub, asked, stc, snv):
    shelf = await asked.system("office", OTHER)
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)

    await asked.keeper.look()
    await until(lambda: shelf.rejected)

    declined = shelf.rejected[0][1]
    assert (declined.code, bool(declined.title_vi), bool(declined.remedy_en)) == ("sender_not_allowed", True, True)
    assert await waiting(hub, stc) == []
    assert [row.fault for row in await asked.rows(tables.packages)] == ["sender_not_allowed"]


async def test_a_way_that_proves_nothing_needs_a_package_signature(hub, asked, stc):
    shelf = await asked.system("office", OFFICE, "fake_peers.offering_signed")
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)

    await asked.keeper.look()
    await until(lambda: shelf.rejected)

    assert shelf.rejected[0][1].code == "sig_missing"
    assert [(row.status, row.fault) for row in await asked.rows(tables.packages)] == [("rejected", "sig_missing")]


async def test_what_is_said_beside_the_package_counts(hub, asked, stc):
    shelf = await asked.system("office", OFFICE)
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)
    shelf.beside["a"] = {"to": [{"code": TO, "role": "know"}], "issued_at": "2026-11-21T08:00:00+07:00"}

    await asked.keeper.look()
    await until(lambda: shelf.confirmed)

    found = await hub.db.read(lambda c: deliveries.of_package(c, shelf.confirmed[0][1].package_id))
    stored = await hub.db.read(lambda c: packages.get(c, shelf.confirmed[0][1].package_id))
    assert [row.role for row in found] == ["know"]
    assert stored.issued_at.startswith("2026-11-21T01:00:00")


@pytest.mark.parametrize("beside", [{"to": [{"code": TO, "role": "boss"}]}, {"issued_at": "soon"}, {"to": 5}])
async def test_what_cannot_be_read_beside_the_package_is_refused_by_name(asked, stc, beside):
    shelf = await asked.system("office", OFFICE)
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)
    shelf.beside["a"] = beside

    await asked.keeper.look()
    await until(lambda: shelf.rejected)

    declined = shelf.rejected[0][1]
    assert declined.code == "profile_invalid"
    assert next(iter(beside)) in declined.detail


@pytest.mark.parametrize("mood", ["hangs", "fails", "broken body", "deaf"])
async def test_one_bad_system_never_slows_another(hub, asked, stc, mood):
    bad, good = await asked.system("bad", OTHER), await asked.system("good", OFFICE)
    bad.mood = mood
    bad.offers["edoc"]["x"] = make_package(OTHER, TO)
    good.offers["edoc"]["a"] = make_package(OFFICE, TO)

    await asked.keeper.look()
    await until(lambda: good.confirmed and bad.listed)
    good.offers["edoc"]["b"] = make_package(OFFICE, TO)
    good.bell.set()
    await until(lambda: len(good.confirmed) == 2)

    assert bad.confirmed == []
    assert asked.keeper.systems == {"bad", "good"}


async def test_an_item_that_breaks_off_leaves_nothing_and_is_alarmed_after_the_third_time(hub, asked, stc):
    shelf = await asked.system("office", OFFICE, poll_seconds=1)
    shelf.mood = "broken body"
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)

    await asked.keeper.look()
    for _ in range(6):
        shelf.bell.set()
        await until(lambda: not shelf.bell.is_set())
    told = await until(lambda: asked.rows(tables.alarms))

    assert [row.kind for row in told] == ["offered_item_stuck"]
    assert await asked.rows(tables.packages) == []
    shelf.mood = ""
    shelf.bell.set()
    await until(lambda: shelf.confirmed)


async def test_a_confirmation_that_did_not_get_through_is_repeated_after_a_restart(hub, asked, stc):
    shelf = await asked.system("office", OFFICE)
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)
    shelf.mood = "deaf"
    await asked.keeper.look()
    await until(lambda: asked.rows(tables.collected))
    await asked.keeper.close()

    shelf.mood = ""
    again = keeping.Keeper(hub, base.Tools(None, hub.clock.now, log.get(), 1))
    await again.look()
    await until(lambda: shelf.confirmed)
    await again.close()

    assert len(await waiting(hub, stc)) == 1
    assert shelf.confirmed[0][1].package_id == (await waiting(hub, stc))[0].id
    assert await hub.db.read(lambda c: collected.get(c, "office", "a")) is None


async def test_tasks_follow_the_registry_and_the_settings(asked):
    first, second = await asked.system("office", OFFICE), Shelf("second")
    await asked.keeper.look()
    await until(lambda: first.listed)

    await asked.change("office", settings={"name": "second"})
    await until(lambda: second.listed)
    with_second = asked.keeper.systems
    await asked.change("office", state="suspended")

    assert with_second == {"office"}
    assert asked.keeper.systems == frozenset()


async def test_a_system_that_only_receives_has_no_task(asked, snv):
    await asked.keeper.look()

    assert asked.keeper.systems == frozenset()


async def test_a_silent_system_is_alarmed_and_the_alarm_ends_when_it_answers(hub, asked, stc):
    shelf = await asked.system("office", OFFICE, poll_seconds=1)
    shelf.mood = "fails"
    dispatch = hub.settings.dispatch.model_copy(update={"backoff_seconds": (0,)})
    hub.settings = hub.settings.model_copy(update={"dispatch": dispatch})

    await asked.keeper.look()
    told = await until(lambda: asked.rows(tables.alarms))
    shelf.mood = ""

    async def over():
        return all(row.cleared_at for row in await asked.rows(tables.alarms))

    await until(over)
    assert [(row.kind, json.loads(row.detail)["system"]) for row in told] == [("not_collected", "office")]


async def test_nothing_is_asked_for_while_intake_is_stopped(hub, asked, stc):
    await operate.stop_intake(hub, "op", "maintenance")
    shelf = await asked.system("office", OFFICE)
    shelf.offers["edoc"]["a"] = make_package(OFFICE, TO)
    await asked.keeper.look()
    shelf.bell.set()
    await until(lambda: not shelf.bell.is_set())
    before = shelf.listed

    await operate.start_intake(hub, "op")
    shelf.bell.set()
    await until(lambda: shelf.confirmed)

    assert before == 0


async def test_the_same_bytes_offered_twice_get_the_first_receipt(hub, asked, stc):
    shelf = await asked.system("office", OFFICE)
    document = make_package(OFFICE, TO)
    shelf.offers["edoc"] |= {"a": document, "b": document}

    await asked.keeper.look()
    await until(lambda: len(shelf.confirmed) == 2)

    (_, first), (_, second) = shelf.confirmed
    assert (first.receipt, first.repeated, second.repeated) == (second.receipt, False, True)
    assert len(await waiting(hub, stc)) == 1
    assert not await hub.db.read(alarms.newest)
