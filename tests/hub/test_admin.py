"""The admin socket and its commands: the same answers from a running hub and from its folder."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import stat
import uuid

import pytest
from sqlalchemy import select

from hub import admin, admin_socket
from hub.admin_socket import AdminServer, NotRunningError
from hub.lock import FolderBusyError, FolderLock
from hub.store import tables

CSV = "organ_id,name\n000.00.01.H99,Sở Nội vụ\n000.00.02.H99,Sở Tài chính\n"


async def ask(hub, command, /, **args):
    return await admin.answer(hub, command, args)


async def done(hub, command, /, **args):
    answer = await ask(hub, command, **args)
    assert "error" not in answer, answer
    return answer["result"]


def data(text):
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
async def server(tmp_path):
    folder = tmp_path / ("deep-" * 30) / "folder"
    folder.mkdir(parents=True)
    asked = []

    async def handler(name, args):
        asked.append((name, args))
        return {"result": {"name": name, "size": len(str(args))}}

    running = AdminServer(folder, handler)
    await running.start()
    running.asked = asked
    running.folder = folder
    yield running
    await running.stop()


async def test_a_long_path_is_reached_and_only_its_user_may(server):
    assert len(str(server.folder)) > 107

    answer = await asyncio.to_thread(admin_socket.ask, server.folder, "x", {"a": 1})

    assert answer == {"result": {"name": "x", "size": 8}}
    assert stat.S_IMODE((server.folder / admin_socket.FILE).stat().st_mode) == 0o600


async def test_a_request_of_many_megabytes_passes(server):
    answer = await asyncio.to_thread(admin_socket.ask, server.folder, "x", {"text": "ă" * 5_000_000})

    assert answer["result"]["size"] > 5_000_000


async def test_nonsense_is_not_answered_and_does_no_harm(server):
    def talk(text):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link, admin_socket._short_path(server.folder) as path:
            link.connect(path)
            link.sendall(text)
            link.shutdown(socket.SHUT_WR)
            return link.recv(100)

    for text in (b"", b"\n", b"{}\n", b"[1]\n", b"\xff\xfe\n", b'{"command":1,"args":7}\n'):
        assert await asyncio.to_thread(talk, text) == b""

    assert (await asyncio.to_thread(admin_socket.ask, server.folder, "x", {}))["result"]
    assert [name for name, _ in server.asked] == ["x"]


async def test_a_stale_socket_means_that_nobody_runs(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as old:
        old.bind(str(tmp_path / admin_socket.FILE))

    with pytest.raises(NotRunningError):
        admin_socket.ask(tmp_path, "x", {})
    with pytest.raises(NotRunningError):
        admin_socket.ask(tmp_path.parent, "x", {})


def test_a_folder_has_one_owner(tmp_path):
    first = FolderLock(tmp_path)

    with pytest.raises(FolderBusyError) as raised:
        FolderLock(tmp_path)
    first.close()
    FolderLock(tmp_path).close()

    assert raised.value.holder.isdigit()


async def test_agencies_are_imported_and_seen_at_once(hub):
    report = await done(hub, "agency.import", data=data(CSV))

    assert (report["added"], report["changed"], report["refused"]) == (2, 0, [])
    assert hub.directory.agency("000.00.01.h99").name == "Sở Nội vụ"
    assert len((await done(hub, "agency.list"))["agencies"]) == 2


async def test_an_import_with_a_refused_row_takes_nothing(hub):
    report = await done(hub, "agency.import", data=data(CSV + "===,x\n"))

    assert (report["added"], report["changed"]) == (0, 0)
    assert report["refused"][0]["row"] == 4
    assert report["refused"][0]["reason"]
    assert hub.directory.agency("000.00.01.H99") is None


async def test_a_system_gets_its_secret_once_and_wrapped(hub):
    await done(hub, "agency.import", data=data(CSV))

    added = await done(hub, "system.add", name="000.00.00.X01", **{"for": ["000.00.01.H99"]})

    system = hub.directory.system("000.00.00.X01")
    assert added["system_id"] == "000.00.00.X01"
    assert system.state == "active", "test mode: at once"
    assert [hub.keys.unwrap(wrapped).decode() for wrapped in system.secrets] == [added["secret"]]
    assert added["secret"] not in json.dumps(await done(hub, "system.list"))


async def test_rotation_leaves_both_secrets_valid_for_a_day(hub):
    await done(hub, "agency.import", data=data(CSV))
    first = await done(hub, "system.add", name="x", **{"for": ["000.00.01.H99"]})

    second = await done(hub, "system.rotate", system_id="x")

    secrets = [hub.keys.unwrap(wrapped).decode() for wrapped in hub.directory.system("x").secrets]
    assert secrets == [second["secret"], first["secret"]]


async def test_intake_stops_and_starts(hub):
    await done(hub, "intake.stop", reason="bảo trì")
    stopped = hub.intake_stopped
    await done(hub, "intake.start")

    assert (stopped, hub.intake_stopped) == ("bảo trì", None)


async def test_people_are_added_with_a_first_password_told_once(hub):
    added = await done(hub, "user.add", name="vanthu", role="clerk", organ_id="000.00.01.H99")

    listed = await done(hub, "user.list")

    assert len(added["password"]) >= 16
    assert listed["users"][0]["name"] == "vanthu"
    assert "password" not in listed["users"][0]
    assert (await ask(hub, "user.add", name="vanthu", role="clerk"))["error"]["code"] == "conflict"


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("nothing.such", {}, "usage"),
        ("delivery.hold", {}, "usage"),
        ("delivery.hold", {"delivery_id": str(uuid.uuid4()), "reason": "x"}, "not_found"),
        ("delivery.cancel", {"delivery_id": str(uuid.uuid4()), "reason": " "}, "reason_required"),
        ("agency.show", {"organ_id": "X"}, "agency_unknown"),
        ("agency.close", {"organ_id": "X", "on": "tomorrow", "reason": "x"}, "usage"),
        ("system.suspend", {"system_id": "nobody"}, "system_unknown"),
    ],
)
async def test_an_error_is_a_code_and_two_sentences(hub, name, args, code):
    error = (await ask(hub, name, **args))["error"]

    assert error["code"] == code
    assert error["title"]
    assert error["detail"]


async def journal(hub, kind):
    def look(connection):
        table = tables.events
        rows = connection.execute(select(table).where(table.c.type == kind).order_by(table.c.seq)).all()
        return [(row.actor, json.loads(row.detail), row.receipt) for row in rows]

    return await hub.db.read(look)


async def test_who_changed_the_registry_is_in_the_journal_signed_and_without_secrets(hub):  # law: R-193 CB Đ5.4
    await done(hub, "agency.import", data=data(CSV), operator="lan", decision="12/QĐ")
    added = await done(hub, "system.add", name="qlvb", operator="minh", **{"for": ["000.00.01.H99"]})
    rotated = await done(hub, "system.rotate", system_id="qlvb", operator="minh", reason="mất máy")
    await done(hub, "system.suspend", system_id="qlvb", operator="minh")
    await done(hub, "system.suspend", system_id="qlvb", operator="minh")

    lines = await journal(hub, "registry.changed")

    assert [(actor, told["change"], told["of"]) for actor, told, _ in lines] == [
        ("user:lan", "imported", "2 + 0"),
        ("user:minh", "system added", "qlvb"),
        ("user:minh", "system rotated", "qlvb"),
        ("user:minh", "system suspended", "qlvb"),
    ]
    assert (lines[0][1]["decision"], lines[2][1]["reason"]) == ("12/QĐ", "mất máy")
    assert all(receipt for *_, receipt in lines)
    assert not any(secret in str(lines) for secret in (added["secret"], rotated["secret"]))


async def test_a_refused_change_leaves_no_line(hub):
    answer = await ask(hub, "system.suspend", system_id="nobody")

    assert answer["error"]["code"] == "system_unknown"
    assert await journal(hub, "registry.changed") == []


async def test_the_undertaking_and_the_quotas_of_a_system_are_kept(hub):  # law: R-009 HN Đ1.2
    await done(hub, "agency.import", data=data(CSV))
    paper = "12/CK-SNV ngày 01/11/2026"
    await done(hub, "system.add", name="qlvb", undertaking=paper, **{"for": ["000.00.01.H99"]})

    shown = await done(hub, "system.set", system_id="qlvb", quotas={"packages_per_minute": 5})
    wrong = await ask(hub, "system.set", system_id="qlvb", quotas={"packages_per_hour": 5})

    assert (shown["undertaking"], shown["quotas"]) == (paper, {"packages_per_minute": 5})
    assert hub.directory.system("qlvb").quotas == {"packages_per_minute": 5}
    assert wrong["error"]["code"] == "quota_invalid"


@pytest.mark.parametrize(
    ("connector", "told"),
    [
        ("khong_co", "connectors: amqp, "),
        ("kho_rieng.connector", "PYTHONPATH"),
        ("push", "endpoint"),
    ],
)
async def test_a_system_is_not_registered_with_a_connector_that_cannot_work(hub, connector, told):
    await done(hub, "agency.import", data=data(CSV))
    named = {"name": "Kho", "for": ["000.00.01.H99"], "connector": connector}

    answer = await ask(hub, "system.add", **named)

    assert answer["error"]["code"] == "usage"
    assert told in str(answer)
    assert (await done(hub, "system.list"))["systems"] == []
