"""Text messages to persons on duty: once for an alarm, short, without accents, nothing of the subject."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from fake_peers import receiver
from fake_peers.receiver import said
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from agency_registry import edit
from connectors import base, outgoing
from edxml.testing import make_package
from hub import clock, log, states
from hub.flow import text_messages
from hub.flow.watch import turns
from hub.jobs import text_messages as job
from hub.store import alarms, tables

RECIPIENT = "000.00.02.H99"
MOBILE = "0912 345 678"


@pytest.fixture
def sections():
    return {
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "sms": {"notifier": "sms", "settings_file": "sms.toml", "give_up_hours": 2},
        "dispatch": {"timeout_seconds": 1},
    }


@pytest.fixture
async def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))  # 08:00, a Monday
    return hub


@pytest.fixture
async def gateway(hub):
    made = await receiver.Receiver(script=[said(200, {"id": "g"})]).start()
    (hub.settings.folder / "sms.toml").write_text(f'endpoint = "{made.url}/sms"\nsecret = "k"\n')
    yield made
    await made.stop()


class World:
    """An urgent document that lies unopened, and the loop turned by hand."""

    def __init__(self, hub, sender, province, gateway, notifier) -> None:
        self.hub, self.sender, self.province, self.gateway, self.notifier = hub, sender, province, gateway, notifier

    async def phone(self, text: str) -> None:
        await self.province.change(lambda c: edit.change_agency(c, RECIPIENT, phone=text, why=edit.Why("An")))

    async def urgent(self, subject: str = "Nội dung rất kín", **more) -> None:
        more = {"priority": 3, "number": "12", "notation": "SNV-VP", "document_id": str(uuid.uuid4()), **more}
        await self.sender.give(make_package(to=(RECIPIENT,), subject=subject, **more))

    async def turn(self, seconds: float = 0) -> None:
        self.hub.clock.advance(seconds=seconds)
        while (await turns.turn(self.hub, 100)).looked:
            pass
        while await text_messages.queue(self.hub):
            pass
        await text_messages.send(self.hub, self.notifier)

    async def rows(self):
        return await self.hub.db.read(lambda c: c.execute(select(tables.text_messages)).all())

    async def alarms(self):
        found = await self.hub.db.read(lambda c: alarms.open_for(c, states.Audience.OPERATOR))
        return [row.kind for row in found if row.kind.startswith("text_")]

    def texts(self):
        return [called.json["text"] for called in self.gateway.calls]


@pytest.fixture
async def world(hub, sender, stc, province, gateway):
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        notifier = job.notifier(hub, base.Tools(http, hub.clock.now, log.get(), 1))
        made = World(hub, sender, province, gateway, notifier)
        await made.phone(MOBILE)
        await made.turn()
        yield made


async def test_an_urgent_document_nobody_opens_calls_the_person_on_duty_once(world):
    """law: R-084 HN Đ7.2, R-060 CB Đ10.5"""
    await world.urgent()
    await world.turn()
    await world.turn(3600)
    await world.turn(3600)
    await world.turn(60)

    assert world.texts() == ["Truc lien thong: van ban HOA TOC so 12/SNV-VP chua duoc mo. De nghi xu ly ngay."]
    assert world.gateway.last.json["to"] == "+84912345678"
    assert [row.state for row in await world.rows()] == ["sent"]


async def test_an_urgent_document_at_night_calls_at_once_also_when_the_office_system_fetches_by_itself(world, stc):
    """law: R-084 HN Đ7.2"""
    world.hub.clock.set(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 22:00
    await world.urgent()
    await world.turn(1)
    [item] = (await stc.do("getReceivedEdocList")).json["data"]
    await stc.do("getEdoc", item["docId"])
    await world.turn(3600)

    assert world.texts() == [
        "Truc lien thong: van ban HOA TOC so 12/SNV-VP den ngoai gio lam viec. De nghi xu ly ngay."
    ]


async def test_a_normal_document_calls_nobody(world):
    await world.urgent(priority=0)
    await world.turn(7 * 86_400)

    assert world.texts() == []


async def test_the_text_is_the_same_whatever_the_subject(world):
    for subject in ("Mật: điều động nhân sự", "x" * 300, "12/SNV-VP"):
        await world.urgent(subject)
    await world.turn(3600)

    assert len(world.texts()) == 3
    assert len(set(world.texts())) == 1


async def test_a_gateway_that_is_down_gets_the_message_later_under_the_same_id(world):
    world.gateway.script = [said(503), receiver.cut, said(200)]
    await world.urgent()
    await world.turn(3600)
    await world.turn(60)
    await world.turn(600)

    assert len({called.json["id"] for called in world.gateway.calls}) == 1
    assert [row.state for row in await world.rows()] == ["sent"]
    assert await world.alarms() == []


async def test_a_message_the_gateway_does_not_take_for_hours_is_given_up_with_an_alarm(world):
    world.gateway.script = [said(503)]
    await world.urgent()
    for _ in range(20):
        await world.turn(1200)

    assert [row.state for row in await world.rows()] == ["failed"]
    assert await world.alarms() == ["text_message_failed"]
    tried = len(world.gateway.calls)
    await world.turn(3600)
    assert len(world.gateway.calls) == tried


async def test_a_message_the_gateway_refuses_is_not_sent_again(world):
    world.gateway.script = [said(422, {"code": "blocked"})]
    await world.urgent()
    await world.turn(3600)
    await world.turn(3600)

    assert len(world.gateway.calls) == 1
    assert await world.alarms() == ["text_message_failed"]


async def test_an_agency_without_a_mobile_number_is_told_to_the_operator(world):
    await world.phone("0206 3852 136")
    await world.urgent()
    await world.turn(3600)

    assert world.gateway.calls == []
    assert await world.alarms() == ["text_message_failed"]


async def test_a_message_whose_reason_is_gone_is_not_sent(world):
    world.gateway.script = [said(503), said(200)]
    await world.urgent()
    await world.turn(3600)
    seq = (await world.rows())[0].alarm_seq
    await world.hub.db.write(lambda c: alarms.clear_one(c, world.hub.clock.now(), seq))
    await world.turn(600)

    assert len(world.gateway.calls) == 1
    assert [row.state for row in await world.rows()] == ["dropped"]


async def test_what_stood_before_the_first_look_calls_nobody(hub, sender, stc, province, gateway, world):
    await world.urgent()
    hub.clock.advance(seconds=3600)
    while (await turns.turn(hub, 100)).looked:
        pass
    await hub.db.write(lambda c: text_messages.state.put(c, text_messages.CURSOR, "0"))
    hub.clock.advance(seconds=3 * 3600)

    assert await text_messages.queue(hub) == 0, "older than the hours after which a message is given up"


async def test_a_notifier_that_is_wrongly_set_up_says_where_and_no_secret(hub, gateway):
    path = hub.settings.folder / "sms.toml"
    path.write_text('endpoint = "http://gateway.example/"\nsecret = "rất kín"\n')

    with pytest.raises(job.NotifierProblem) as wrong:
        job.notifier(hub, base.Tools(None, hub.clock.now, log.get(), 1))

    assert "endpoint" in str(wrong.value)
    assert "kín" not in str(wrong.value)


SUBJECTS = st.text(min_size=4, max_size=200)
NAMES = st.text(max_size=300)


@given(
    kind=st.sampled_from(["urgent_after_hours", "urgent_unopened", "hour_near"]),
    audience=st.sampled_from(["sender", "recipient"]),
    urgency=st.integers(-3, 99), number=NAMES, notation=NAMES, past=st.booleans(),
)  # fmt: skip
def test_whatever_the_names_a_message_is_plain_and_short(kind, audience, urgency, number, notation, past):
    """law: R-060 CB Đ10.5"""
    text = text_messages.words(kind, audience, urgency, number, notation, past=past)

    assert text.isascii()
    assert text.isprintable()
    assert 1 <= len(text) <= 160
    assert base.Notice("m", "+84912345678", text)
    assert " so " in text


@given(subject=SUBJECTS)
def test_a_subject_written_as_notation_does_not_become_a_sentence(subject):
    """What stands in the notation keeps no blanks and is cut: a sentence does not pass as one."""
    text = text_messages.words("urgent_unopened", "recipient", 3, "12", subject + " " + subject)

    name = text.removeprefix("Truc lien thong: van ban HOA TOC so ").removesuffix(" chua duoc mo. De nghi xu ly ngay.")
    assert len(name) <= 61
    assert " " not in name


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("0912345678", "+84912345678"),
        ("+84 912.345.678", "+84912345678"),
        ("84-912-345-678", "+84912345678"),
        ("(0206) 3852136; 0387 654 321", "+84387654321"),
        ("0206 3852 136", None),
        ("", None),
        ("0912345678; DROP", "+84912345678"),
        ("091234567", None),
        ("1900 6688", None),
        ("٠٩١٢٣٤٥٦٧٨", None),
    ],
)
def test_the_first_mobile_number_is_called(phone, number):
    assert text_messages.mobile(phone) == number


@pytest.mark.parametrize(("text", "plain"), [("Đà Nẵng", "Da Nang"), ("HỎA TỐC", "HOA TOC"), ("đường ①", "duong 1")])
def test_accents_go(text, plain):
    assert text_messages.unaccented(text) == plain
