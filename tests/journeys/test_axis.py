"""A document goes from a province through the national axis to a ministry, and its answers come back.

Two real hubs (the second plays the axis) and the ministry's own client, over real HTTP on loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

from agency_registry import edit
from connectors import base, outgoing, vxp
from edxml import reader
from edxml.testing import make_package, make_status
from hub import app, key_making, log
from hub.clock import Clock
from hub.flow import intake
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
            await incoming.confirm()
        return found

    async def send(self, message: bytes, message_type: str) -> base.Outcome:
        package = reader.read(message)

        async def pieces():
            yield message

        return await self.client.deliver(
            base.Parcel(
                "item", "package", message_type, package.document_id, package.sender_id, package.recipient_ids, 0,
                len(message), package.sha256, pieces,
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


async def until(question, seconds: float = 15):
    """Wait until the awaited answer is true, and give it."""
    async with asyncio.timeout(seconds):
        while not (answer := await question()):
            await asyncio.sleep(0.05)
        return answer


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
        tmp_path / "axis", "000.00.00.A00",
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
        tmp_path / "province", CENTRE,
        axis={
            "endpoint": axis.urls[0], "system_id": made["province"][0], "secret_file": str(tmp_path / "secret"),
            "poll_seconds": 1,
        },
    )
    province = app.Running(province_settings)
    await province.start()
    await register(
        province.hub,
        (CENTRE, "province"), (OFFICE, "province"), (MINISTRY, "national"), (OTHER_MINISTRY, "national"),
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


async def test_a_document_reaches_the_ministry_and_its_answers_come_back(country):
    document = make_package(OFFICE, MINISTRY, size=200_000)

    sent = await country.send(document)
    got = await until(country.ministry.take)
    row = await country.delivery(sent.package_id)
    for code in ("01", "03"):
        await country.ministry.send(make_status(code, MINISTRY, reader.read(document)), "status")
    answered = await until(lambda: has_status(country, sent, "03"))

    assert got == [document]
    assert row.status == "delivered"
    journal = await country.journal(sent.package_id)
    assert journal.count("relay.accepted") == 1
    assert journal.index("delivery.exposed") < journal.index("delivery.delivered")
    assert answered.business_status == "03"
    assert {"status.01", "status.03"} <= set(await country.journal(sent.package_id))
    assert sorted(await country.inbox()) == ["01", "03"]


async def has_status(country, sent, code):
    row = await country.delivery(sent.package_id)
    return row if row.business_status == code else None
