"""A document goes from a province through the national axis to a ministry, and its answers come back.

Two real hubs (the second plays the axis) and the ministry's own client, over real HTTP on loopback.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from patience import until

from agency_registry import edit
from connectors import base, outgoing, vxp
from edxml import reader
from edxml.testing import make_package, make_status
from hub import app, key_making, log
from hub.clock import Clock
from hub.flow import intake
from hub.flow.recalls import withdraw
from hub.settings import Settings, from_mapping
from hub.store import deliveries, events, packages

OFFICE = "000.00.01.H99"
CENTRE = "000.00.00.H99"
MINISTRY = "000.00.00.G99"
OTHER_MINISTRY = "000.00.00.G98"


def settings(folder: Path, organ_id: str, **sections) -> Settings:
    """A new hub folder."""
    folder.mkdir(parents=True)
    key_making.create(folder / "keys", organ_id, "TEST")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True)
    values = {
        "hub": {"organ_id": organ_id, "prefixes": ["H99"], "test_mode": True},
        "listen": [{"port": 0, "doors": ["vxp"]}],
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "dispatch": {"backoff_seconds": [1], "timeout_seconds": 5},
        **sections,
    }
    return from_mapping(values, folder / "hub.toml")


class Ministry:
    """The office system of a ministry: a plain client of the axis."""

    def __init__(self, client: vxp.Connector) -> None:
        self.client = client

    async def take(self, message_type: str = "edoc") -> list[bytes]:
        """Fetch and acknowledge everything that waits."""
        found = []
        async for incoming in self.client.collect(message_type):
            found.append(b"".join([piece async for piece in incoming.body()]))
            await incoming.confirm(base.Taken())
        return found

    async def send(self, message: bytes, message_type: str) -> base.Outcome:
        package = reader.read(message)

        async def pieces():
            yield message

        return await self.client.deliver(
            base.Parcel(
                "item",
                "package",
                message_type,
                package.document_id,
                package.sender_id,
                package.recipient_ids,
                0,
                len(message),
                package.sha256,
                pieces,
            )
        )


@dataclass
class Country:
    """A province hub, the axis, a ministry; what a test may do with them."""

    folder: Path
    axis: app.Running
    province: app.Running
    ministry: Ministry
    axis_settings: Settings
    province_settings: Settings

    async def send(self, message: bytes) -> intake.Accepted:
        """The office's system hands a package to the province hub."""
        hub = self.province.hub

        async def pieces():
            yield message

        system = hub.directory.system_of(hub.directory.agency(OFFICE))
        return await intake.accept(hub, pieces(), intake.Submission(system, "api"))

    async def start_axis_again(self) -> None:
        """The same axis, its folder and its port, after a stop."""
        self.axis = app.Running(self.axis_settings)
        await self.axis.start()

    async def delivery(self, package_id: str, recipient: str = MINISTRY):
        rows = await self.province.hub.db.read(lambda c: deliveries.of_package(c, package_id))
        return next(row for row in rows if row.recipient == recipient)

    async def journal(self, package_id: str) -> list[str]:
        rows = await self.province.hub.db.read(lambda c: events.of_package(c, package_id))
        return [row.type for row in rows]

    async def inbox(self) -> list[str]:
        """Business codes and document ids that wait for the office."""
        hub = self.province.hub
        system = hub.directory.system_of(hub.directory.agency(OFFICE))
        rows = await hub.db.read(lambda c: deliveries.waiting(c, system.id, after=None, limit=100))
        return [row.status_code or row.document_id for row in rows]


async def register(hub, *agencies: tuple[str, str], systems=()):
    """Agencies as (code, scope) and systems as (name, codes); the systems' secrets by name."""

    def work(connection):
        for code, scope in agencies:
            edit.add_agency(connection, code, f"Cơ quan {code}", scope=scope)
        return {
            name: edit.add_system(connection, name=name, organ_ids=codes, wrap=hub.keys.wrap) for name, codes in systems
        }

    made = await hub.db.write(work)
    await hub.reload()
    return made


@pytest.fixture
async def country(tmp_path):
    """Everything running."""
    axis_settings = settings(
        tmp_path / "axis",
        "000.00.00.A00",
        hub={"organ_id": "000.00.00.A00", "role": "axis", "prefixes": [], "test_mode": True},
    )
    axis = app.Running(axis_settings)
    await axis.start()
    made = await register(
        axis.hub,
        *((code, "province") for code in (OFFICE, CENTRE, MINISTRY, OTHER_MINISTRY)),
        systems=(("province", [OFFICE, CENTRE]), ("ministry", [MINISTRY, OTHER_MINISTRY])),
    )
    port = int(axis.urls[0].rsplit(":", 1)[1].strip("/"))
    axis_settings = axis_settings.model_copy(
        update={"listen": (axis_settings.listen[0].model_copy(update={"port": port}),)}
    )
    (tmp_path / "secret").write_text(made["province"][1])
    province_settings = settings(
        tmp_path / "province",
        CENTRE,
        axis={
            "endpoint": axis.urls[0],
            "system_id": made["province"][0],
            "secret_file": str(tmp_path / "secret"),
            "poll_seconds": 1,
        },
    )
    province = app.Running(province_settings)
    await province.start()
    await register(
        province.hub,
        (CENTRE, "province"),
        (OFFICE, "province"),
        (MINISTRY, "national"),
        (OTHER_MINISTRY, "national"),
        systems=(("office", [OFFICE]), ("centre", [CENTRE])),
    )
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=5) as http:
        tools = base.Tools(http, Clock().now, log.get(), 5)
        wanted = {"endpoint": axis.urls[0], "system_id": made["ministry"][0], "secret": made["ministry"][1]}
        ministry = Ministry(vxp.Connector(vxp.Settings.model_validate(wanted), tools))
        world = Country(tmp_path, axis, province, ministry, axis_settings, province_settings)
        yield world
    await world.province.stop()
    await world.axis.stop()


async def answer_of(country, sent, code):
    row = await country.delivery(sent.package_id)
    return row if row.business_status == code else None


async def test_a_document_reaches_the_ministry_and_its_answers_come_back(country):
    """law: R-119."""
    document = make_package(OFFICE, MINISTRY, size=200_000)

    sent = await country.send(document)
    got = await until(country.ministry.take)
    row = await country.delivery(sent.package_id)
    for code in ("01", "03"):
        await country.ministry.send(make_status(code, MINISTRY, reader.read(document)), "status")
    answered = await until(lambda: answer_of(country, sent, "03"))

    assert got == [document]
    assert row.status == "delivered"
    journal = await country.journal(sent.package_id)
    assert journal.count("relay.accepted") == 1
    assert journal.index("delivery.exposed") < journal.index("delivery.delivered")
    assert answered.business_status == "03"
    assert {"status.01", "status.03"} <= set(await country.journal(sent.package_id))
    assert sorted(await country.inbox()) == ["01", "03"]


async def test_the_axis_knows_the_package_by_the_id_in_our_receipt(country):
    sent = await country.send(make_package(OFFICE, MINISTRY))
    await until(country.ministry.take)

    receipt = await country.province.hub.db.read(
        lambda c: events.receipt_of(c, "relay.accepted", package_id=sent.package_id)
    )
    content = json.loads(country.province.hub.keys.verify_receipt(receipt))
    there = await country.axis.hub.db.read(lambda c: packages.get(c, content["remote_id"]))

    assert there.sha256 == sent.sha256
    assert content["recipients"] == [MINISTRY]


async def test_two_ministries_behind_one_system_are_one_package_on_the_axis(country):
    document = make_package(OFFICE, (MINISTRY, OTHER_MINISTRY))

    sent = await country.send(document)
    got = await until(country.ministry.take)

    assert got == [document]
    assert (await country.delivery(sent.package_id, OTHER_MINISTRY)).status == "delivered"
    assert (await country.journal(sent.package_id)).count("relay.accepted") == 1
    assert await country.axis.hub.db.read(lambda c: len(packages.search(c))) == 1


async def test_a_refusal_comes_back_with_its_reason(country):
    """law: R-131."""
    document = make_package(OFFICE, MINISTRY)
    sent = await country.send(document)
    await until(country.ministry.take)

    refusal = make_status("02", MINISTRY, reader.read(document), "Gửi nhầm địa chỉ")
    await country.ministry.send(refusal, "status")
    row = await until(lambda: answer_of(country, sent, "02"))

    assert row.business_reason == "Gửi nhầm địa chỉ"
    assert await country.inbox() == ["02"]


async def test_a_document_of_a_ministry_comes_in_and_our_answers_go_out(country):
    document = make_package(MINISTRY, OFFICE, size=150_000)
    handed = await country.ministry.send(document, "edoc")

    waiting = await until(country.inbox)
    for code, text in (("01", ""), ("03", "")):
        await country.send(make_status(code, OFFICE, reader.read(document), text))
    answers = []

    async def two_answers():
        answers.extend(await country.ministry.take("status"))
        return len(answers) == 2

    await until(two_answers)
    at_axis = await country.axis.hub.db.read(lambda c: deliveries.of_package(c, handed.remote_id))

    assert waiting == [reader.read(document).document_id]
    assert sorted(reader.read(one).status.code for one in answers) == ["01", "03"]
    assert [(row.status, row.business_status) for row in at_axis] == [("delivered", "03")]


async def test_a_take_back_is_asked_and_agreed_across_the_axis(country):
    document = make_package(OFFICE, MINISTRY)
    sent = await country.send(document)
    await until(country.ministry.take)
    hub = country.province.hub
    system = hub.directory.system_of(hub.directory.agency(OFFICE))

    asked = await withdraw.withdraw(hub, system, sent.package_id, reason="Sai thể thức")
    wish = (await until(lambda: country.ministry.take("status")))[0]
    await country.ministry.send(make_status("15", MINISTRY, reader.read(document)), "status")

    async def agreed():
        return (await country.delivery(sent.package_id)).recall_state == "agreed"

    assert [(one.recipient, one.recall_state) for one in asked] == [(MINISTRY, "asked")]
    read = reader.read(wish)
    assert (read.status.code, read.status.description) == ("13", "Sai thể thức")
    assert await until(agreed)
    assert {"takeback.asked", "takeback.agreed"} <= set(await country.journal(sent.package_id))


async def test_what_the_axis_has_not_seen_yet_is_withdrawn_without_a_word(country):
    await country.axis.stop()
    document = make_package(OFFICE, MINISTRY)
    sent = await country.send(document)
    hub = country.province.hub
    system = hub.directory.system_of(hub.directory.agency(OFFICE))

    async def tried():
        row = await country.delivery(sent.package_id)
        return row.attempts and row.status == "queued"

    await until(tried)
    asked = await withdraw.withdraw(hub, system, sent.package_id, reason="Gửi nhầm", kind="cancel")
    await country.start_axis_again()
    await asyncio.sleep(2)

    assert [one.recall_state for one in asked] == ["never_delivered"]
    assert await country.ministry.take() == []


async def test_the_axis_is_down_for_a_while_and_everything_catches_up(country):
    """law: R-172 HN Đ7.1"""
    incoming = make_package(MINISTRY, OFFICE)
    await country.ministry.send(incoming, "edoc")
    await until(country.inbox)
    await country.axis.stop()
    documents = [make_package(OFFICE, MINISTRY) for _ in range(12)]
    sent = [await country.send(document) for document in documents]
    await asyncio.sleep(3)
    statuses = [(await country.delivery(one.package_id)).status for one in sent]

    await country.start_axis_again()
    got = []

    async def all_here():
        got.extend(await country.ministry.take())
        return len(got) >= len(documents)

    await until(all_here)

    assert set(statuses) <= {"queued", "sending"}  # an attempt may be under way this very moment
    assert sorted(got) == sorted(documents)
    assert await country.inbox() == [reader.read(incoming).document_id]


async def test_a_killed_dispatcher_doubles_nothing_at_the_receiver(country):
    """Killed in the middle of each hand-over; what was perhaps sent is sent again, and known there."""
    documents = [make_package(OFFICE, MINISTRY, size=300_000) for _ in range(8)]
    sent, killed = [], 0
    for document in documents:
        sent.append(await country.send(document))

        async def leaving(one=sent[-1]):
            return (await country.delivery(one.package_id)).exposed_at

        await until(leaving)
        killed += kill()

    async def all_delivered():
        rows = [await country.delivery(one.package_id) for one in sent]
        return all(row.status == "delivered" for row in rows)

    await until(all_delivered, 40)
    got = await country.ministry.take()

    assert killed > 0
    assert sorted(got) == sorted(documents)
    assert await country.ministry.take() == []
    for one in sent:
        assert (await country.journal(one.package_id)).count("relay.accepted") == 1


def kill() -> int:
    """Cancel every hand-over under way, as a stop of the process would; how many there were."""
    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("deliver ") and not task.done()]
    return sum(task.cancel() for task in tasks)
