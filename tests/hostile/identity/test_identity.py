"""F-02, F-03 and F-07 to F-16: who may speak for whom, and what one caller can do to another."""

from __future__ import annotations

import asyncio
import json
import uuid
from urllib.parse import urlsplit

import aiohttp
import pytest
from sqlalchemy import select
from visitors import Visitor, people, visitor

from agency_registry import edit, tables
from edxml.testing import make_package
from hub import admin
from hub.clock import FakeClock
from hub.store import tables as hub_tables

__all__ = ["people", "visitor"]

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
GIGABYTE = 1 << 30


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp", "pages"]}]}


async def alarms(hub) -> list[dict]:
    table = hub_tables.events.c
    wanted = select(table.detail).where(table.type == "alarm.raised").order_by(table.seq)
    return [json.loads(one) for one in await hub.db.read(lambda c: c.execute(wanted).scalars().all())]


# ------------------------------------------------------------------------------------------ F-02 before the body


@pytest.mark.parametrize("path", ["/api/v1/packages", "/api/v1/packages/dry-run", "/sendEdoc"])
@pytest.mark.parametrize("body", [b"<!DOCTYPE x [<!ENTITY a 'aaa'>]>", b"<Xml" * 1000, b"\x1f\x8b\x08\x00bomb"])
async def test_F02_without_credentials_no_body_is_read(url, offices, path, body):  # noqa: N802 - the id of the case
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {GIGABYTE}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()

    answer = await asyncio.wait_for(reader.read(4096), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200" if path == "/sendEdoc" else b"HTTP/1.1 401"), answer[:200]
    assert (b'"ErrorCode":"15"' if path == "/sendEdoc" else b"auth_required") in answer


# ---------------------------------------------------------------------------------------------- F-03 guessing


async def test_F03_a_thousand_guesses_lock_out_who_guesses(hub, people, visitor, url):  # noqa: N802
    hub.clock = FakeClock(hub.clock.now())
    guesser = visitor()
    answers = [await guesser.sign_in("van-hanh", f"sai-{number}") for number in range(60)]
    answers += [await guesser.sign_in(f"ten-{number}", "sai") for number in range(60)]
    statuses = [one.status for one in answers]
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(local_addr=("127.0.0.2", 0)), cookie_jar=aiohttp.CookieJar(unsafe=True)
    )

    async with session:
        at_home = await Visitor(url, session).sign_in("van-hanh")

    assert statuses.count(401) <= 40
    assert statuses[-1] == 429, "another name from the same address waits too"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert at_home.status == 303, "the real user, elsewhere, is not locked out"
    assert (await guesser.sign_in("van-hanh")).status == 429, "not even with the right password"


async def test_F03_a_system_is_guessed_no_better(offices, hub, url):  # noqa: N802
    sender = offices[0]
    form = {"grant_type": "client_credentials", "client_id": "sender", "client_secret": "sai"}
    answers = []
    for _ in range(hub.settings.vxp.lockout_failures + 5):
        async with sender.session.post(f"{url}/api/v1/token", data=form) as response:
            answers.append((response.status, await response.read()))

    assert [one[0] for one in answers].count(401) == hub.settings.vxp.lockout_failures
    assert len({body for status, body in answers if status == 401}) == 1
    assert [one["alarm"] for one in await alarms(hub)] == ["locked_out"]
    assert (await sender.vxp.do("getReceivedEdocList")).code == "15", "one lock-out for all doors"


# ------------------------------------------------------------------------------------- F-07 ids, F-08 what is given


async def test_F07_ids_are_random(offices):  # noqa: N802
    sender, recipient, _ = offices
    found = []
    for _ in range(5):
        accepted = await sender.send(make_package(SENDER, RECIPIENT))
        found += [accepted["package_id"], accepted["deliveries"][0]["delivery_id"]]
    found += [one["docId"] for one in (await recipient.vxp.do("getReceivedEdocList")).json["data"]]

    assert len(found) == len(set(found)) == 15
    assert {uuid.UUID(one).version for one in found} == {4}


@pytest.mark.parametrize(
    "extra", ["status", "state", "sender", "received_at", "verified", "verdict", "package_id", "system_id", "__proto__"]
)
async def test_F08_what_nobody_asked_for_is_refused(offices, extra):  # noqa: N802
    sender, _, _ = offices
    said = {"from": SENDER, "to": [RECIPIENT], "subject": "Thử", extra: "accepted"}

    heard = await sender.send_files(said, ("a.pdf", b"%PDF-1.7\n%%EOF"))

    if extra == "sender":
        assert heard.status in (201, 422)
    else:
        assert (heard.status, heard.code) == (422, "schema_invalid")
    sent = (await sender.get("/packages")).json["items"]
    assert all(one["status"] == "accepted" for one in sent)


# ------------------------------------------------------------------------------- F-09 the k-th of many, F-10 the name


@pytest.mark.parametrize(
    ("kind", "status", "fault"),
    [
        ("unknown", "failed", "org_unknown"),
        ("closed", "failed", "org_closed"),
        ("suspended", None, None),
        ("no system", "not_connected", None),
    ],
)
async def test_F09_the_kth_of_twenty_recipients_stops_no_other(offices, province, kind, status, fault):  # noqa: N802
    """Let's Encrypt 2020: a loop that checked one of N names N times."""
    sender, _, _ = offices
    codes = [f"000.01.{number:02}.H99" for number in range(20)]
    bad = {"unknown": "000.99.99.H99", "closed": "000.02.01.H99", "suspended": "000.02.02.H99",
           "no system": "000.02.03.H99"}[kind]  # fmt: skip
    await province.agencies(*codes, "000.02.01.H99", "000.02.02.H99", "000.02.03.H99")
    await province.system("many", codes)
    await province.change(lambda c: edit.close_agency(c, "000.02.01.H99", why=edit.Why(reason="x")))
    await province.change(lambda c: edit.suspend_agency(c, "000.02.02.H99", why=edit.Why(reason="x")))
    told = set()

    for k in range(20):
        to = [*codes[:k], bad, *codes[k + 1 :]]
        accepted = await sender.send(make_package(SENDER, to))
        rows = {one["recipient"]: one for one in accepted["deliveries"]}
        assert set(rows) == set(to), k
        assert {rows[code]["status"] for code in to if code != bad} == {"available"}, k
        told.add((rows[bad]["status"], rows[bad].get("fault")))

    assert len(told) == 1, told
    if status is not None:
        assert {one for one, _ in told} == {status}
    if fault is not None:
        assert {one for _, one in told} <= {fault, None}


async def test_F10_nobody_speaks_in_anothers_name(offices):  # noqa: N802  law: R-008 HN Đ20.2d
    _, recipient, stranger = offices

    heard = await stranger.offer(make_package(SENDER, RECIPIENT))
    said = await stranger.send_files({"from": SENDER, "to": [RECIPIENT], "subject": "x"}, ("a.pdf", b"%PDF-1.7"))
    wire = await stranger.vxp.do("sendEdoc", make_package(SENDER, RECIPIENT), STRANGER)

    assert (heard.status, heard.code) == (403, "sender_not_allowed")
    assert said.code in ("sender_not_allowed", "schema_invalid")
    assert wire.code == "19"
    assert await recipient.inbox() == []


async def test_F11_a_suspension_stops_at_once_and_loses_nothing(offices, province):  # noqa: N802
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    [item] = await recipient.inbox()
    lease = await recipient.lease(item["delivery_id"])

    await province.change(lambda c: edit.suspend_system(c, "recipient"))
    during = await recipient.get(f"/packages/{item['package_id']}/content")
    refused = await sender.offer(make_package(SENDER, RECIPIENT))
    await province.change(lambda c: edit.activate_system(c, "recipient"))
    data = await recipient.content(item["package_id"])
    await recipient.ack(item["delivery_id"], lease["lease"], data)

    assert during.status == 401
    assert (refused.status, refused.code) == (422, "not_connected"), "said at once, not lost later"


# --------------------------------------------------------------------------------------- F-12 texts, F-13, F-14 rights

TEXTS = [
    "' OR '1'='1", "'; DROP TABLE packages;--", "%", "_", "%_%", '"', "\\", "${jndi:x}", "{{7*7}}", "$.a[0]",
    "1 UNION SELECT", "\u2019", "a\u0000b"[:1], "x" * 60,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
async def test_F12_texts_are_texts(offices, text):  # noqa: N802
    sender, _, _ = offices
    for path, name in (
        ("/agencies", "q"), ("/agencies", "cursor"), ("/inbox", "recipient"), ("/inbox", "cursor"),
        ("/packages", "cursor"), ("/events", "cursor"), ("/agencies/changes", "since"),
    ):  # fmt: skip
        heard = await sender.get(path, params={name: text})
        assert heard.status in (200, 422), (path, name)
        if path == "/agencies" and name == "q" and heard.status == 200 and text in {"%", "_", "%_%"}:
            assert heard.json["items"] == [], "a wildcard is a letter like others"
    headers = {"If-None-Match": text, "Range": text, "X-Request-Id": text}
    if text.isascii():
        assert (await sender.get(f"/packages/{uuid.uuid4()}/content", headers=headers)).status == 404
    assert (await sender.post("/packages/x/withdraw", json={"reason": text})).status == 404


async def test_F13_taking_one_right_takes_that_one_only(offices, province, hub):  # noqa: N802
    await province.agencies("000.05.01.H99", "000.05.02.H99")
    await province.system("several", ["000.05.01.H99", "000.05.02.H99"])

    async def rights():
        found = {}
        for name in ("system_agencies", "system_addresses", "system_secrets", "system_keys", "systems"):
            table = getattr(tables, name)
            rows = await hub.db.read(lambda c, table=table: c.execute(select(table)).all())
            found |= {(name, str(row[0])): tuple(row) for row in rows}
        return found

    before = await rights()
    await province.change(lambda c: edit.detach_agencies(c, "several", ["000.05.01.H99"]))
    after = await rights()

    changed = {key for key in before if before[key] != after.get(key)}
    assert set(after) == set(before)
    assert [after[key][1] for key in changed] == ["several"]
    assert hub.directory.system("several").organ_ids == {"000.05.02.H99"}


async def test_F14_two_operators_at_once_lose_nothing_of_each_other(offices, hub):  # noqa: N802
    async def act(command, **args):
        return await admin.answer(hub, command, {"reason": "x", **args})

    answers = await asyncio.gather(
        act("agency.rename", organ_id=RECIPIENT, name="Tên một", operator="an"),
        act("system.set", system_id="recipient", undertaking="12/CK", operator="binh"),
        act("system.set", system_id="recipient", networks=["127.0.0.0/8"], operator="chi"),
        act("agency.rename", organ_id=STRANGER, name="Tên hai", operator="dung"),
        act("agency.add", organ_id="000.07.01.H99", name="Mới", operator="an"),
        act("agency.add", organ_id="000.07.01.H99", name="Cũng mới", operator="binh"),
    )

    system = hub.directory.system("recipient")
    assert (system.undertaking, system.networks) == ("12/CK", ("127.0.0.0/8",))
    assert (hub.directory.agency(RECIPIENT).name, hub.directory.agency(STRANGER).name) == ("Tên một", "Tên hai")
    assert sorted("error" in one for one in answers) == [False] * 5 + [True]
    assert answers[5]["error"]["code"] in ("agency_exists", "alias_taken")


async def test_F14_who_looked_before_the_others_change_is_told_and_changes_nothing(offices, hub):  # noqa: N802
    async def act(command, **args):
        return await admin.answer(hub, command, {"reason": "x", "organ_id": RECIPIENT, **args})

    seen = (await act("agency.show"))["result"]["history"][0]["version"]
    first, second = await asyncio.gather(
        act("agency.rename", name="Tên một", operator="an", seen=seen),
        act("agency.rename", name="Tên hai", operator="binh", seen=seen),
    )
    closed = await act("agency.close", operator="binh", seen=seen)

    assert "error" not in first
    assert [one["error"]["code"] for one in (second, closed)] == ["state_conflict"] * 2
    shown = (await act("agency.show"))["result"]
    assert (shown["name"], shown["state"]) == ("Tên một", "active")
    assert "error" not in await act("agency.rename", name="Tên hai", seen=shown["history"][0]["version"])


# ---------------------------------------------------------------- F-15 sessions, F-16 stolen credentials


async def test_F15_a_session_ends_with_its_person_its_password_and_its_logout(hub, people, visitor):  # noqa: N802  law: R-189 HN Đ20.2b
    async def signed_in():
        one = visitor()
        await one.sign_in("van-hanh")
        assert (await one.get("/console")).status == 200
        return one

    first, second = await signed_in(), await signed_in()
    page = await first.get("/console")
    await first.post("/console/logout", form_token=page.form_token)
    assert ((await first.get("/console")).status, (await second.get("/console")).status) == (303, 200)

    await admin.answer(hub, "user.suspend", {"name": "van-hanh", "operator": "an", "reason": "nghỉ việc"})
    assert (await second.get("/console")).status == 303
    assert (await visitor().sign_in("van-hanh")).status == 401
    await admin.answer(hub, "user.activate", {"name": "van-hanh", "operator": "an"})
    assert (await second.get("/console")).status == 303, "an activation revives no session"

    third = await signed_in()
    answer = await admin.answer(hub, "user.password", {"name": "van-hanh", "operator": "an"})
    assert (await third.get("/console")).status == 303
    assert (await visitor().sign_in("van-hanh")).status == 401
    assert (await visitor().sign_in("van-hanh", answer["result"]["password"])).status == 303
    told = [one for one in await alarms(hub) if one["alarm"] != "user_added"]
    assert [one["alarm"] for one in told] == [
        "user_suspended",
        "user_activated",
        "user_password",
    ]
    assert answer["result"]["password"] not in json.dumps(told)


async def test_F16_a_credential_from_elsewhere_is_refused_with_an_alarm(offices, province, hub, url):  # noqa: N802
    sender, _, _ = offices
    await sender.sign_in()
    await province.change(lambda c: edit.change_system(c, "sender", networks=["127.0.0.1/32"]))
    elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))

    async with aiohttp.ClientSession(connector=elsewhere) as thief:
        headers = {"Authorization": f"Bearer {sender.token}"}
        async with thief.get(f"{url}/api/v1/inbox", headers=headers) as response:
            assert response.status == 403
        form = {"grant_type": "client_credentials", "client_id": "sender", "client_secret": sender.secret}
        async with thief.post(f"{url}/api/v1/token", data=form) as response:
            assert response.status == 401
    wire = await sender.vxp.do("getReceivedEdocList", sdk=sender.vxp.sdk(source=("127.0.0.2", 0)))

    assert wire.code == "19"
    assert (await sender.get("/inbox")).status == 200
    assert [(one["alarm"], one["address"]) for one in await alarms(hub)] == [("foreign_network", "127.0.0.2")]
