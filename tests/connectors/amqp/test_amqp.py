"""What leaves lies in the office system's queue and is delivered by its own word; what it sends is taken once."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import os

import pydantic
import pytest
from patience import until

from connectors import amqp, base

pytestmark = pytest.mark.rabbitmq

DECLINED = base.Declined("virus", "Có vi-rút", "A virus was found", "Quét lại tệp", "Scan the file", "x.pdf")


def parcel(body: bytes = b"<edXML/>" * 10, item_id: str = "item-1", **more) -> base.Parcel:
    """A parcel whose bytes come in pieces."""
    opened = []

    async def pieces():
        opened.append(item_id)
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    values = {
        "item_id": item_id, "package_id": "p1", "message_type": "edoc", "document_id": "d1",
        "sender": "000.00.01.H99", "recipients": ("000.00.02.H99",), "urgency": 1, "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(), "delivery_ids": ("x1",), **more,
    }  # fmt: skip
    made = base.Parcel(open=pieces, **values)
    PULLED[made.item_id] = opened
    return made


PULLED: dict[str, list[str]] = {}


async def collected(connector, message_type="edoc"):
    return [one async for one in connector.collect(message_type)]


async def bytes_of(incoming):
    return b"".join([piece async for piece in incoming.body()])


async def test_the_office_systems_word_makes_it_delivered(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("take", 0)  # from now on it has a consumer

    sending = asyncio.create_task(connector.deliver(parcel()))
    package = await snv.do("take")
    await snv.do("acknowledge", package, remote_id="VB-77")

    assert await sending == base.Delivered("VB-77", {"queue": f"truc.{snv.user}.delivery"})
    assert package.body == b"<edXML/>" * 10
    assert package.headers["sha256"] == hashlib.sha256(package.body).hexdigest()
    assert package.message.message_id == "item-1"
    assert package.message.delivery_mode == 2
    assert package.message.user_id == connector.settings.login
    assert package.headers["recipients"] == ["000.00.02.H99"]


async def test_nobody_reads_so_it_waits_in_the_queue_once(connect, office):
    connector = connect()

    first = await connector.deliver(parcel())
    second = await connector.deliver(parcel())
    snv = await office()
    package = await snv.do("take")
    await snv.do("acknowledge", package)
    third = await until_delivered(connector, parcel())

    assert isinstance(first, base.Deferred)
    assert "no consumer" in first.reason
    assert (first.peer, first.untouched) == (False, False)
    assert isinstance(second, base.Deferred)
    assert second.untouched
    assert PULLED["item-1"] == []  # the third did not even look at the bytes
    assert isinstance(third, base.Delivered)
    assert await snv.do("take", 0.3) is None


async def until_delivered(connector, one):
    """The first outcome that is final."""

    async def final():
        outcome = await connector.deliver(one)
        return None if isinstance(outcome, base.Deferred) else outcome

    return await until(final)


async def test_a_lost_acknowledgement_brings_the_same_message_again(connect, office):
    connector = connect(answer_seconds=0.2, repeat_seconds=1)
    assert await connector.check() is None
    snv = await office()
    await connector.deliver(parcel())
    lost = await snv.do("take")  # stored, and then the office system forgot to say so
    await snv.do("done", lost)

    delivering = asyncio.create_task(until_delivered(connector, parcel()))
    again = await snv.do("take")
    await snv.do("acknowledge", again)

    assert isinstance(await delivering, base.Delivered)
    assert (lost.item_id, lost.body) == (again.item_id, again.body)
    assert snv.seen == {"item-1": 2}


async def test_an_acknowledgement_after_the_attempt_is_told_at_once(place, tools, office):
    told = []
    connector = amqp.Connector(place.settings(answer_seconds=0.2), dataclasses.replace(tools, answered=told.append))
    outcome = await connector.deliver(parcel())
    snv = await office()

    await snv.do("acknowledge", await snv.do("take"))
    await until(lambda: told)

    assert (outcome.retry_after_seconds, told) == (600, ["item-1"])
    assert isinstance(await connector.deliver(parcel()), base.Delivered)
    await connector.close()


@pytest.mark.parametrize("read", [False, True])
async def test_a_hub_that_was_restarted_puts_no_second_copy_beside_the_first(connect, office, read):
    first = connect()
    await first.deliver(parcel())
    await first.close()
    snv = await office()
    package = await snv.do("take") if read else None

    again = await connect(answer_seconds=0.2).deliver(parcel(left_before=True))
    package = package or await snv.do("take")
    await snv.do("done", package)

    assert isinstance(again, base.Deferred)
    assert PULLED["item-1"] == []
    assert await snv.do("take", 0.3) is None
    assert snv.seen == {"item-1": 1}


async def test_another_digest_is_no_acknowledgement(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("take", 0)

    sending = asyncio.create_task(connector.deliver(parcel()))
    package = await snv.do("take")
    await snv.do("acknowledge", package, sha256="0" * 64)

    outcome = await sending
    assert isinstance(outcome, base.Deferred)
    assert "another digest" in outcome.reason


async def test_the_office_system_may_refuse(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("take", 0)

    sending = asyncio.create_task(connector.deliver(parcel()))
    package = await snv.do("take")
    await snv.do("acknowledge", package, refused={"code": "422", "reason": "Không đúng mẫu\n"})

    assert await sending == base.Refused("Không đúng mẫu", "422")


async def test_where_the_broker_is_theirs_its_confirm_is_enough(connect):
    connector = connect(acknowledge="broker")

    assert isinstance(await connector.deliver(parcel()), base.Delivered)


async def test_a_large_package_goes_in_parts_and_comes_back_in_parts(connect, office):
    body = os.urandom(1_000_000)
    connector = connect(part_bytes=65_536, acknowledge="broker")
    assert isinstance(await connector.deliver(parcel(body)), base.Delivered)
    snv = await office()

    package = await snv.do("take")
    for part in range(16):
        piece = body[part * 65_536 : part * 65_536 + 65_536]
        await snv.do("send", "edoc", piece, f"m{part}", item_id="big", part=part + 1, parts=16)
    (offered,) = await collected(connector)

    assert package.body == body
    assert package.headers["parts"] == 16
    assert await bytes_of(offered) == body
    assert await bytes_of(offered) == body
    assert offered.remote_id == f"big:{hashlib.sha256(body).hexdigest()}"
    await offered.confirm(base.Taken("p", "d", hashlib.sha256(body).hexdigest(), "a.b.c"))
    assert (await snv.do("answer"))["result"] == "taken"
    assert await collected(connector) == []


async def test_what_it_sends_is_offered_until_answered_and_the_receipt_comes_back(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("send", "edoc", b"<one/>", "m1", sending=json.dumps({"reply_requested": True}))
    await snv.do("send", "edoc", b"<two/>", "m2")
    await snv.do("send", "status", b"<status/>", "m3")

    first, second = await collected(connector)
    (status,) = await collected(connector, "status")
    again = await collected(connector)
    bodies = [await bytes_of(one) for one in (first, second, status)]
    await first.confirm(base.Taken("p1", "d1", "f" * 64, "a.b.c"))
    await first.confirm(base.Taken("p1", "d1", "f" * 64, "a.b.c"))
    await second.reject(DECLINED)
    left = await collected(connector)

    assert bodies == [b"<one/>", b"<two/>", b"<status/>"]
    assert [one.remote_id for one in again] == [first.remote_id, second.remote_id]
    assert first.sending == {"reply_requested": True}
    assert left == []
    taken, refused = await snv.do("answer"), await snv.do("answer")
    assert taken == {
        "message_id": "m1", "sha256": hashlib.sha256(b"<one/>").hexdigest(), "result": "taken",
        "package_id": "p1", "document_id": "d1", "receipt": "a.b.c", "repeated": False,
    }  # fmt: skip
    assert (refused["message_id"], refused["result"], refused["code"]) == ("m2", "refused", "virus")
    assert (refused["remedy_vi"], refused["detail"]) == ("Quét lại tệp", "x.pdf")
    assert await snv.do("answer", 0.2) is None
    ((body, headers),) = await snv.do("refused")
    assert (body, headers["refused_code"]) == (b"<two/>", "virus")


async def test_its_name_stays_when_it_comes_again_over_a_new_connection(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("send", "edoc", b"<one/>", "m1")
    (first,) = await collected(connector)

    await connector.close()
    (again,) = await collected(connector)

    assert again.remote_id == first.remote_id
    with pytest.raises(base.PeerTroubleError):
        await first.confirm(base.Taken())
    await again.confirm(base.Taken())
    assert await collected(connector) == []


async def test_news_end_the_wait(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    waiting = asyncio.create_task(connector.news(60))

    await snv.do("send", "status", b"<status/>")

    await asyncio.wait_for(waiting, 30)


@pytest.mark.parametrize(
    ("headers", "user_id", "code", "told"),
    [
        ({}, None, "sender_not_allowed", False),
        ({"part": 2, "parts": 1}, "", "profile_invalid", True),
        ({"part": "1"}, "", "profile_invalid", True),
        ({"parts": 100_000}, "", "profile_invalid", True),
        ({"item_id": "có dấu"}, "", "profile_invalid", False),
        ({"sending": "[1]"}, "", "profile_invalid", True),
        ({"sending": "{"}, "", "profile_invalid", True),
        ({"sha256": "0" * 64}, "", "digest_mismatch", True),
        ({"large": "x"}, "", "too_large", True),
    ],
)
async def test_m12_what_no_package_can_be_is_put_aside_with_its_reason(connect, office, headers, user_id, code, told):
    """M-12: a message put there by hand never reaches the hub, and nobody else waits for it."""
    connector = connect(package_bytes=2048)
    assert await connector.check() is None
    snv = await office()
    body = b"x" * (4096 if "large" in headers else 10)

    await snv.do("send", "edoc", body, "bad", user_id, **headers)
    await snv.do("send", "edoc", b"<good/>", "good")
    (good,) = await collected(connector)

    assert await bytes_of(good) == b"<good/>"
    ((kept, why),) = await snv.do("refused")
    assert (kept, why["refused_code"]) == (body, code)
    answer = await snv.do("answer", 0.3)
    assert (answer is not None) is told
    if told:
        assert (answer["result"], answer["code"]) == ("refused", code)


async def test_an_acknowledgement_that_cannot_be_read_changes_nothing(connect, office):
    connector = connect()
    assert await connector.check() is None
    snv = await office()
    await snv.do("take", 0)
    for body in (b"", b"{", b"[]", b'{"item_id": 1, "sha256": "x"}', b"[" * 50_000, b"x" * 70_000):
        await snv.do("send", "taken", body)

    sending = asyncio.create_task(connector.deliver(parcel()))
    package = await snv.do("take")
    await snv.do("acknowledge", package)

    assert isinstance(await sending, base.Delivered)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "amqp://user:secret@127.0.0.1"},
        {"url": "http://127.0.0.1"},
        {"url": "amqp://127.0.0.1/vhost"},
        {"url": "amqp://127.0.0.1:99999"},
        {"user": "a.b"},
        {"user": "hub"},
        {"submit_queue": "amq.direct"},
        {"delivery_queue": "truc.snv.submit.taken"},
        {"url": "amqps://127.0.0.1", "ca": "no certificate"},
        {"unknown": 1},
    ],
)
def test_wrong_settings_are_refused_without_their_secrets(wrong):
    right = {"url": "amqp://127.0.0.1", "login": "hub", "password": "secret", "user": "snv"}

    with pytest.raises(pydantic.ValidationError) as refused:
        amqp.Settings(**{**right, **wrong})

    assert "secret" not in str(refused.value)
    assert "secret" not in repr(amqp.Settings(**right))


def test_the_credential_is_in_no_repr(tools):
    connector = amqp.Connector(amqp.Settings(url="amqp://h", login="hub", password="s3cret", user="snv"), tools)

    assert "s3cret" not in repr(connector._delivering.lane._door) + str(vars(connector))


async def test_an_address_that_is_not_allowed_is_never_called(place, tools):
    closed = base.Tools(None, tools.now, tools.log, 5)
    connector = amqp.Connector(place.settings(), closed)

    outcome = await connector.deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert "[outgoing] allow" in outcome.reason
    with pytest.raises(base.PeerTroubleError):
        await collected(connector)
    await connector.close()


async def test_a_wrong_password_is_trouble_and_is_not_told(connect, place):
    outcome = await connect(password="wrong-one").deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert "wrong-one" not in outcome.reason


async def test_a_cancelled_attempt_leaves_the_others_alone(connect, office):
    connector = connect(acknowledge="broker", part_bytes=65_536)
    assert await connector.check() is None
    tasks = [asyncio.create_task(connector.deliver(parcel(os.urandom(300_000), f"i{n}"))) for n in range(10)]
    await until(lambda: PULLED["i9"])

    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(isinstance(one, base.Delivered) for one in outcomes[1::2])
    assert isinstance(await connector.deliver(parcel(b"x", "after")), base.Delivered)
