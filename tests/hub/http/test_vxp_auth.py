"""Who may call at the VXP door: the signature, the clock value, addresses and lock-outs."""

from __future__ import annotations

import asyncio
import hmac
import json

import pytest
import vxp_client
from sqlalchemy import select

from agency_registry import edit
from edxml.testing import make_package
from hub.clock import FakeClock
from hub.store import tables

ELSEWHERE = ("127.0.0.2", 0)


async def alarms(hub) -> list[dict]:
    def look(connection):
        rows = connection.execute(select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised"))
        return [json.loads(row.detail) for row in rows]

    return await hub.db.read(look)


async def raw(office, method, pairs, signed=None, *, secret=None, extra=()) -> vxp_client.Reply:
    """A call whose headers and signed text are written by hand."""
    text = signed if signed is not None else json.dumps({f"XroadVnpt-{name}": value for name, value in pairs})
    data = text.encode() if isinstance(text, str) else text
    digest = hmac.digest((secret or office.secret).encode(), data, "sha256").hex().encode()
    lines = [b"POST /" + method.encode() + b" HTTP/1.1", b"Host: x", b"Content-Length: 0"]
    lines += [b"XroadVnpt-" + name.encode() + b": " + value.encode() for name, value in pairs]
    lines += [b"XroadVnpt-sign-header: " + data, b"XroadVnpt-hash-header: " + digest, *extra]
    service = vxp_client.Service(office.url, office.system_id, office.secret)
    try:
        reply = await asyncio.to_thread(service.exchange, b"\r\n".join(lines) + b"\r\n\r\n", b"", wait=False)
    finally:
        service.close()
    return vxp_client.read(reply)


def base(office, **more) -> list[tuple[str, str]]:
    return [("systemid", office.system_id), ("timestamp", "21112026T001842+0450"), *more.items()]


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
async def test_both_sdks_are_let_in(snv, version):
    reply = await snv.do("getReceivedEdocList", sdk=snv.sdk(version=version))

    assert reply.ok
    assert reply.json["data"] == []


async def test_a_wrong_secret_and_an_unknown_system_get_the_same_answer(snv):
    wrong = await snv.do("getReceivedEdocList", sdk=snv.sdk(secret="another"))
    snv.system_id = "nobody"
    unknown = await snv.do("getReceivedEdocList")

    assert (wrong.code, unknown.code) == ("15", "15")
    assert wrong.body == unknown.body


async def test_every_method_tells_a_wrong_secret_in_its_own_shape(snv):
    sdk = snv.sdk(secret="another")
    for method in ("getAgenciesList", "getAgenciesListQD20", "getSynchronizeUnit", "getSentEdocList"):
        assert (await snv.do(method, sdk=sdk)).code == "15"
    sent = await snv.do("sendEdoc", b"<x/>", "000.00.01.H99", sdk=sdk)
    got, data = await snv.do("getEdoc", "11111111-2222-4333-8444-555555555555", sdk=sdk)
    download = await snv.do("downloadEdoc", "11111111-2222-4333-8444-555555555555", sdk=sdk)

    assert (sent.code, sent.json["DocId"]) == ("15", "")
    assert (got.code, got.json["data"], data) == ("15", "", b"")
    assert download.body == b""


async def test_both_secrets_work_while_they_are_rotated(province, snv):
    old = snv.secret
    _, new = await province.change(lambda c: edit.rotate_system(c, snv.system_id, wrap=province.hub.keys.wrap))

    with_old = await snv.do("getReceivedEdocList", sdk=snv.sdk(secret=old))
    with_new = await snv.do("getReceivedEdocList", sdk=snv.sdk(secret=new))
    await province.change(lambda c: edit.rotate_system(c, snv.system_id, wrap=province.hub.keys.wrap, keep_hours=0))
    after = await snv.do("getReceivedEdocList", sdk=snv.sdk(secret=old))

    assert with_old.ok
    assert with_new.ok
    assert after.code == "15"


async def test_a_changed_header_is_refused(snv):
    pairs = base(snv, status="done")
    signed = json.dumps({f"XroadVnpt-{name}": value for name, value in base(snv, status="fail")})

    reply = await raw(snv, "updateStatus", pairs, signed)

    assert reply.code == "15"
    assert "XroadVnpt-status" in reply.why


async def test_a_header_nobody_signed_is_not_read(snv, stc):
    await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    item = (await stc.do("getReceivedEdocList")).json["data"][0]["docId"]

    extra = [b"XroadVnpt-docId: " + item.encode(), b"XroadVnpt-status: done"]
    reply = await raw(stc, "updateStatus", base(stc), extra=extra)

    assert reply.code == "21"
    assert (await stc.do("getReceivedEdocList")).json["data"][0]["status"] == "initial"


@pytest.mark.parametrize(
    "signed",
    [
        '{"XroadVnpt-systemid":"snv","XroadVnpt-timestamp":"t","XroadVnpt-timestamp":"t"}',
        '{"XroadVnpt-systemid":"snv","XroadVnpt-timestamp":"t","xroadvnpt-TIMESTAMP":"t"}',
        '{"XroadVnpt-systemid":"snv","XroadVnpt-timestamp":["t"]}',
        '{"XroadVnpt-systemid":"snv","XroadVnpt-timestamp":"t","Host":"x"}',
        '{"XroadVnpt-systemid":"snv","XroadVnpt-timestamp":"t","XroadVnpt-absent":"t"}',
        '{"XroadVnpt-timestamp":"t"}',
        '{"XroadVnpt-systemid":"snv"}',
        '["XroadVnpt-systemid"]',
        "[" * 100_000,
        "not json",
    ],
)
async def test_a_signed_text_that_is_not_the_headers_is_refused(snv, signed):
    reply = await raw(snv, "getReceivedEdocList", [("systemid", "snv"), ("timestamp", "t")], signed)

    assert reply.code == "15"


async def test_a_repeated_header_is_refused(snv):
    extra = [b"XroadVnpt-status: done"]
    reply = await raw(snv, "updateStatus", base(snv, status="done"), extra=extra)

    assert reply.code == "15"


async def test_one_system_cannot_sign_for_another(snv, stc):
    pairs = [("systemid", stc.system_id), ("timestamp", "t")]
    signed = json.dumps({"XroadVnpt-systemid": snv.system_id, "XroadVnpt-timestamp": "t"})

    assert (await raw(snv, "getReceivedEdocList", pairs, signed)).code == "15"
    assert (
        await raw(
            snv,
            "getReceivedEdocList",
            [("systemid", snv.system_id), ("timestamp", "t")],
            json.dumps({"XroadVnpt-systemid": stc.system_id, "XroadVnpt-timestamp": "t"}),
        )
    ).code == "15"


async def test_names_are_compared_without_case(snv):
    pairs = [("SYSTEMID", "snv"), ("Timestamp", "t"), ("messagetype", "edoc")]
    signed = '{"xroadvnpt-systemid":"snv","XROADVNPT-timestamp":"t","XroadVnpt-MessageType":"edoc"}'

    assert (await raw(snv, "getReceivedEdocList", pairs, signed)).ok


async def test_letters_beyond_ascii_are_named(snv, stc):
    """The SDK cuts them to one byte after it has signed them, so the call cannot verify; say which header it is."""
    await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    item = (await stc.do("getReceivedEdocList")).json["data"][0]["docId"]

    for _ in range(stc.hub.settings.vxp.lockout_failures + 2):
        reply = await stc.do("updateStatus", item, "fail", description="Từ chối")

    assert reply.code == "15"
    assert "XroadVnpt-description" in reply.why
    assert (await stc.do("getReceivedEdocList")).ok, "an innocent mistake locks nobody out"


async def test_utf8_headers_of_sendedoc_verify(snv, stc):
    reply = await snv.do("sendEdoc", make_package(), "000.00.01.H99", note="Gửi lần đầu")

    assert reply.ok


async def test_a_timestamp_belongs_to_the_first_address_that_used_it(snv):
    stolen = "21112026T001842+0450"
    first = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp=stolen))
    thief = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp=stolen, source=ELSEWHERE))
    again = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp=stolen))
    another = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp="other", source=ELSEWHERE))

    assert first.ok
    assert thief.code == "15"
    assert "timestamp" in thief.why
    assert again.ok
    assert another.ok
    [alarm] = await alarms(snv.hub)
    assert (alarm["alarm"], alarm["system"]) == ("vxp_timestamp_from_other_address", "snv")
    assert (alarm["address"], alarm["first"]) == ("127.0.0.2", "127.0.0.1")


async def test_the_binding_outlives_the_process(snv, province):
    from aiohttp import web

    from hub.http import vxp

    await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp="kept"))
    application = web.Application()
    application.add_routes(vxp.routes(province.hub))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    snv.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    reply = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp="kept", source=ELSEWHERE))
    await runner.cleanup()

    assert reply.code == "15"


async def test_an_old_timestamp_is_good_for_ever(snv):
    """A daemon takes it once and runs for months."""
    assert (await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp="01012019T000000+0001"))).ok


async def test_wrong_secrets_lock_out_the_address_never_the_system(snv):
    for _ in range(snv.hub.settings.vxp.lockout_failures):
        await snv.do("getReceivedEdocList", sdk=snv.sdk(secret="guess", source=ELSEWHERE))
    locked = await snv.do("getReceivedEdocList", sdk=snv.sdk(source=ELSEWHERE))
    at_home = await snv.do("getReceivedEdocList")

    assert locked.code == "15"
    assert "giây" in locked.why
    assert at_home.ok
    assert [alarm["alarm"] for alarm in await alarms(snv.hub)] == ["vxp_locked_out"]


async def test_a_lock_out_ends(snv):
    clock = FakeClock(snv.hub.clock.now())
    snv.hub.clock = clock
    for _ in range(snv.hub.settings.vxp.lockout_failures):
        await snv.do("getReceivedEdocList", sdk=snv.sdk(secret="guess"))
    assert (await snv.do("getReceivedEdocList")).code == "15"

    clock.advance(seconds=snv.hub.settings.vxp.lockout_seconds)

    assert (await snv.do("getReceivedEdocList")).ok


async def test_a_system_may_be_held_to_its_networks(province):
    await province.agencies("000.00.05.H99")
    office = await province.system("bound", "000.00.05.H99", networks=["127.0.0.1/32"])

    assert (await office.do("getReceivedEdocList")).ok
    assert (await office.do("getReceivedEdocList", sdk=office.sdk(source=ELSEWHERE))).code == "19"


async def test_a_suspended_system_is_told_so(province, snv):
    await province.change(lambda c: edit.suspend_system(c, "snv"))

    reply = await snv.do("getReceivedEdocList")

    assert reply.code == "19"
    assert "suspended" in reply.why


async def test_a_kept_clock_value_costs_no_write(snv):
    sdk = snv.sdk()
    await snv.do("getReceivedEdocList", sdk=sdk)
    written = []
    before = snv.hub.db.write

    async def write(work):
        written.append(work)
        return await before(work)

    snv.hub.db.write = write
    await snv.do("countReceiveEdoc", sdk=sdk)

    assert written == []


@pytest.mark.parametrize("word", ["Đồng ý", "đã nhận", "Ā"])
async def test_letters_that_become_control_characters_are_named_too(snv, stc, word):
    """`Đ` leaves the SDK as 0x10: not even HTTP any more, but its sender must still learn what is wrong."""
    updated = await stc.do("updateStatus", "11111111-2222-4333-8444-555555555555", "fail", description=word)
    fetched, data = await stc.do("getEdoc", "11111111-2222-4333-8444-555555555555", f"D:/{word}")
    download = await stc.do("downloadEdoc", "11111111-2222-4333-8444-555555555555", f"D:/{word}")

    assert updated.code == fetched.code == "15"
    assert "XroadVnpt-description" in updated.why
    assert "XroadVnpt-filePath" in fetched.why
    assert (data, download.body) == (b"", b"")


async def test_noise_is_answered_in_json(snv):
    service = vxp_client.Service(snv.url, "snv", "x")
    reply = await asyncio.to_thread(service.exchange, b"POST /getEdoc HTTP/1.1\r\nno header\r\n\r\n", b"", wait=False)
    service.close()

    assert vxp_client.read(reply, "DocId", "data").code == "10"


async def test_a_large_send_with_a_wrong_secret_still_hears_why(snv):
    reply = await snv.do("sendEdoc", b"x" * 20_000_000, "000.00.01.H99", sdk=snv.sdk(secret="another"))

    assert reply.code == "15"
