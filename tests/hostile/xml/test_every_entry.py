"""A-07, A-10, B-06: wherever foreign XML is read, a DTD is refused, nothing is opened and the log stays clean."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from sqlalchemy import select

from connectors import base, outgoing
from edxml import command
from edxml.testing import make_package
from hub import admin, log
from hub.flow import peers, routing
from hub.flow.collecting.collector import Collector
from hub.store import tables

from .malformed import after_declaration, good, replaced

SENDER, RECIPIENT, MINISTRY = "000.00.01.H99", "000.00.02.H99", "000.00.00.G99"
SECRET = "nobody may read this"


class Listener:
    """A port where every connection is counted."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x"
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def sections(tmp_path, axis):
    (tmp_path / "secret").write_text(axis.secret + "\n")
    return {
        "listen": [{"port": 0, "doors": ["api", "vxp"]}],
        "axis": {"endpoint": axis.url, "system_id": "00.01.H99", "secret_file": str(tmp_path / "secret")},
    }


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.fixture
def attacks(listener, secret) -> dict[str, bytes]:
    """The same file by name, by address and as a whole DTD, put into the subject where there is one."""
    entity = "<!DOCTYPE l [<!ENTITY x SYSTEM '{}'>]>"
    into = replaced("V/v kiểm thử trục liên thông".encode(), b"&x;")

    def with_entity(place: str) -> bytes:
        return into(after_declaration(entity.format(place).encode())(good()))

    return {
        "a file": with_entity(secret.as_uri()),
        "an address": with_entity(listener.url),
        "a DTD elsewhere": after_declaration(f"<!DOCTYPE l SYSTEM '{listener.url}'>".encode())(good()),
        "a parameter": after_declaration(f"<!DOCTYPE l [<!ENTITY % p SYSTEM '{listener.url}'> %p;]>".encode())(good()),
    }


async def test_a_07_at_the_native_door_in_the_dry_run_and_at_the_national_one(target, attacks, listener):
    for data in attacks.values():
        assert await target.refused(data) == "xml_dtd_forbidden"
        dry = await target.sender.post("/packages/dry-run", data=data, headers={"Content-Type": "application/xml"})
        assert dry.code == "xml_dtd_forbidden"
        reply = await target.vxp.do("sendEdoc", data, SENDER)
        assert reply.code == "10"
        assert SECRET not in reply.body.decode() + dry.body.decode()
    assert listener.connections == 0


async def test_a_07_in_what_the_axis_offers(target, axis, province, hub, attacks, listener):
    await province.agencies(MINISTRY, scope="national")
    axis.offers["edoc"] = [(name, data) for name, data in attacks.items()]
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=5) as http:
        collector = Collector(hub, base.Tools(http, hub.clock.now, log.get(), 5), peers.find(hub, routing.AXIS))
        await collector.turn()
        await collector.close()

    assert {mark[1] for mark in axis.marks} == {"fail"}
    assert all(mark[2].startswith("xml_dtd_forbidden") for mark in axis.marks)
    assert listener.connections == 0


@pytest.mark.parametrize("words", [("validate",), ("validate", "--strict"), ("show",), ("unpack", "--to", "out")])
def test_a_07_on_the_command_line(tmp_path, monkeypatch, capsys, attacks, listener, words):
    monkeypatch.chdir(tmp_path)
    for data in attacks.values():
        (tmp_path / "a.edxml").write_bytes(data)
        code = command.main([words[0], "a.edxml", *words[1:]])
        said = capsys.readouterr()
        assert code in (1, 2)
        assert SECRET not in said.out + said.err
    assert listener.connections == 0


def test_a_07_when_a_signature_is_verified(tmp_path, capsys, attacks, listener):
    for data in attacks.values():
        (tmp_path / "a.edxml").write_bytes(data)
        assert command.main(["verify", str(tmp_path / "a.edxml")]) != 0
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
    assert listener.connections == 0


async def test_a_07_in_an_import_of_agencies(target, hub, attacks):
    """The registry takes tables, no XML: what is none is refused as a table."""
    before = len(hub.directory.agencies())
    for data in attacks.values():
        said = await admin.answer(hub, "agency.import", {"text": data.decode(), "actor": "op"})
        assert "error" in said, said
        assert SECRET not in json.dumps(said)
    assert len(hub.directory.agencies()) == before


async def test_a_10_a_schema_location_opens_no_connection(target, listener, secret):
    for place in (listener.url, secret.as_uri(), "../../../../etc/passwd"):
        for name in ("schemaLocation", "noNamespaceSchemaLocation"):
            location = (
                f'<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:{name}="urn:x {place}" '.encode()
            )
            data = replaced(b"<edXML ", location)(good())
            await target.sender.send(data)
            _, got, _ = await target.recipient.receive()
            assert got == data
    assert listener.connections == 0


async def test_b_06_a_turn_of_direction_stands_escaped_in_the_journal_and_in_the_log(target, hub, capfd):
    """B-06: neither the books nor the log hold a character that turns what a person reads."""
    name = "hoa don\u202efdp.pdf"
    data = make_package(SENDER, (RECIPIENT,), subject="V/v \u202ebáo cáo", attachments=[(name, b"%PDF-1.4 x")])

    heard = await target.offer(data)

    rows = await hub.db.read(lambda c: c.execute(select(tables.events.c.detail, tables.events.c.canonical)).all())
    written = "".join(f"{row.detail}{row.canonical}" for row in rows)
    said = capfd.readouterr()
    for text in (written, said.err, said.out):
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    for item in await target.recipient.inbox():
        lease = await target.recipient.lease(item["delivery_id"])
        await target.recipient.ack(item["delivery_id"], lease["lease"], data)
    assert heard.status in (201, 422)
