"""R-193: what changes the registry, systems or trust is asked by one person and done by the yes of another."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import argon2
import pytest
from sqlalchemy import select, update

from edxml.testing import TestCA
from hub import admin, clock, passwords
from hub.flow import confirming, two_persons
from hub.store import tables

CSV = "organ_id,name\n000.00.01.H99,Sở Nội vụ\n000.00.02.H99,Sở Tài chính\n"
HUB = {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": False}
READING = (
    "agency.list", "agency.show", "agency.certificate.list", "system.list", "system.show", "system.key.list",
    "system.log", "trust.list", "user.list",
    "agency.history", "agency.level.list", "agency.structure",
    "agency.sync",  # lists differences and files them
    "calendar.lines", "copy-rule.list",
)  # fmt: skip


@pytest.fixture
def sections():
    return {"hub": HUB}


async def ask(hub, command, /, **args):
    return await admin.answer(hub, command, args)


async def done(hub, command, /, **args):
    answer = await ask(hub, command, **args)
    assert "error" not in answer, answer
    return answer["result"]


@pytest.fixture
async def people(hub, monkeypatch):
    """Names and passwords of two operators; hashing costs little here."""
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords.nobodys.cache_clear()
    made = {}
    for name in ("Lan", "Bình"):
        made[name] = (await done(hub, "user.add", name=name, role="operator"))["password"]
    return made


async def yes(hub, people, confirmation, name):
    return await ask(hub, "confirm.approve", id=confirmation, operator=name, operator_password=people[name])


async def agreed(hub, people, asked):
    """Both say yes; the second one's answer."""
    first = await yes(hub, people, asked["confirmation"], "Lan")
    assert first["result"]["state"] == "open", first
    second = await yes(hub, people, asked["confirmation"], "Bình")
    assert "error" not in second, second
    return second["result"]


async def add(hub, organ_id="000.00.01.H99", name="Sở Nội vụ", **more):
    return await done(hub, "agency.add", organ_id=organ_id, name=name, **more)


def test_every_command_that_changes_registry_systems_or_trust_is_in_the_table():
    """law: R-193 CB Đ5.4"""
    places = ("agency.", "system.", "trust.", "calendar.", "copy-rule.")
    missing = {name for name in admin.COMMANDS if name.startswith(places)} - set(two_persons.ACTS) - set(READING)

    assert not missing
    assert not set(READING) & set(two_persons.ACTS)
    assert set(two_persons.ACTS) <= set(admin.COMMANDS)


async def test_nothing_changes_until_a_second_person_agreed(hub, people):
    """law: R-193 CB Đ5.4"""
    asked = await add(hub, operator="An", decision="5/QĐ-UBND")
    assert (asked["state"], hub.directory.agency("000.00.01.H99")) == ("open", None)

    answer = await agreed(hub, people, asked)

    assert answer["organ_id"] == "000.00.01.H99"
    assert answer["confirmation_state"] == "done"
    assert hub.directory.agency("000.00.01.H99").name == "Sở Nội vụ"
    rows = await hub.db.read(lambda c: c.execute(select(tables.events).order_by(tables.events.c.seq)).all())
    changed = [row for row in rows if row.type == "registry.changed"][-1]
    assert changed.actor == "user:Lan, Bình"
    assert json.loads(changed.detail)["decision"] == "5/QĐ-UBND"


async def test_the_asker_who_proved_to_be_one_is_the_first_person(hub, people):
    asked = await add(hub, operator="Lan", operator_password=people["Lan"])

    own = await yes(hub, people, asked["confirmation"], "Lan")
    other = await yes(hub, people, asked["confirmation"], "Bình")

    assert own["error"]["code"] == "forbidden"
    assert other["result"]["confirmation_state"] == "done"


async def test_r_10_nobody_is_two_persons_by_writing_the_name_otherwise(hub, people):
    """Case, blanks and the form of the letters make no second person; a name without its password is nobody."""
    for name in ("LAN", " lan ", "bi\u0300nh"):
        people[name] = (await done(hub, "user.add", name=name, role="clerk", organ_id="000.00.00.H99"))["password"]
    asked = await add(hub)
    await yes(hub, people, asked["confirmation"], "Lan")

    for name in ("LAN", " lan ", "Lan"):
        answer = await yes(hub, people, asked["confirmation"], name)
        assert answer["error"]["code"] == "forbidden"
    for password in ("", "x", people["Lan"]):
        answer = await ask(
            hub, "confirm.approve", id=asked["confirmation"], operator="Bình", operator_password=password
        )
        assert answer["error"]["code"] == "forbidden"
    assert confirming.same_person("Bình", " bi\u0300nh")
    assert hub.directory.agency("000.00.01.H99") is None


async def test_one_person_cannot_make_a_second_one(hub, people):
    made = await done(hub, "user.add", name="Ma", role="security")
    reset = await done(hub, "user.password", name="Bình")

    assert (made["state"], reset["state"]) == ("open", "open")
    assert [one["name"] for one in (await done(hub, "user.list"))["users"]] == ["Bình", "Lan"]
    answer = await agreed(hub, people, made)
    assert answer["password"], "told to the second person, this once"
    kept = await hub.db.read(lambda c: c.execute(select(tables.confirmations)).all())
    assert not any(answer["password"] in str(row) for row in kept)


async def test_what_will_change_is_shown_before_and_after(hub, people):
    await agreed(hub, people, await add(hub))
    asked = await done(hub, "agency.rename", organ_id="000.00.01.H99", name="Sở Nội vụ mới", reason="NQ 1")

    shown = await done(hub, "confirm.show", id=asked["confirmation"])

    (line,) = shown["change"]["lines"]
    assert (line["kind"], line["of"]) == ("agency", "000.00.01.H99")
    assert (line["before"], line["after"]) == ({"name": "Sở Nội vụ"}, {"name": "Sở Nội vụ mới"})
    assert shown["as_asked"]
    assert hub.directory.agency("000.00.01.H99").name == "Sở Nội vụ"


async def test_a_change_that_would_be_another_today_is_refused(hub, people):
    """Two asked for a new name of one agency; when one was done, the other is not what anybody saw."""
    await agreed(hub, people, await add(hub))
    first = await done(hub, "agency.rename", organ_id="000.00.01.H99", name="Tên một", reason="1")
    second = await done(hub, "agency.rename", organ_id="000.00.01.H99", name="Tên hai", reason="2")
    await agreed(hub, people, first)

    await yes(hub, people, second["confirmation"], "Bình")
    late = await yes(hub, people, second["confirmation"], "Lan")

    assert late["error"]["code"] == "state_conflict"
    assert hub.directory.agency("000.00.01.H99").name == "Tên một"
    assert not (await done(hub, "confirm.show", id=second["confirmation"]))["as_asked"]


async def test_of_many_who_press_together_one_does_it(hub, people):
    asked = await add(hub)
    await yes(hub, people, asked["confirmation"], "Lan")

    answers = await asyncio.gather(*(yes(hub, people, asked["confirmation"], "Bình") for _ in range(8)))

    assert sum("result" in answer for answer in answers) == 1
    assert {answer["error"]["code"] for answer in answers if "error" in answer} == {"state_conflict"}
    assert len((await done(hub, "agency.show", organ_id="000.00.01.H99"))["history"]) == 1


async def test_of_two_who_are_first_together_one_is_and_the_other_does_it(hub, people):
    asked = await add(hub)

    await asyncio.gather(*(yes(hub, people, asked["confirmation"], name) for name in people))

    assert hub.directory.agency("000.00.01.H99") is not None


async def test_a_refusal_needs_a_reason_and_leaves_nothing(hub, people):
    asked = await add(hub)
    person = {"operator": "Bình", "operator_password": people["Bình"]}

    without = await ask(hub, "confirm.refuse", id=asked["confirmation"], reason=" ", **person)
    answer = await done(hub, "confirm.refuse", id=asked["confirmation"], reason="sai mã", **person)
    late = await yes(hub, people, asked["confirmation"], "Lan")

    assert without["error"]["code"] == "reason_required"
    assert (answer["state"], late["error"]["code"]) == ("refused", "state_conflict")
    assert hub.directory.agency("000.00.01.H99") is None
    assert (await done(hub, "confirm.list"))["confirmations"] == []
    assert (await done(hub, "confirm.list", all=True))["confirmations"][0]["reason"] == "sai mã"


async def test_what_nobody_decides_expires(hub, people):
    asked = await add(hub)
    long_ago = clock.to_text(hub.clock.now() - confirming.LASTS - timedelta(minutes=1))
    await hub.db.write(lambda c: c.execute(update(tables.confirmations).values(asked_at=long_ago)))

    answer = await yes(hub, people, asked["confirmation"], "Lan")

    assert answer["error"]["code"] == "state_conflict"
    assert (await done(hub, "confirm.list", all=True))["confirmations"][0]["state"] == "expired"


async def test_what_is_wrong_is_told_when_it_is_asked(hub, people):
    await agreed(hub, people, await add(hub))

    again = await ask(hub, "agency.add", organ_id="000.00.01.H99", name="x")
    bad = await done(hub, "agency.import", data=base64.b64encode(b"organ_id,name\n!,x\n").decode())

    assert again["error"]["code"] == "agency_exists"
    assert bad["refused"], "a list with a wrong row changes nothing, so nobody need confirm it"
    assert (await done(hub, "confirm.list"))["confirmations"] == []


async def test_reading_needs_nobody(hub, people):
    assert (await done(hub, "agency.list"))["agencies"] == []
    assert (await done(hub, "system.list"))["systems"] == []
    assert "certificates" in await done(hub, "trust.list")
    assert (await ask(hub, "confirm.show", id="x"))["error"]["code"] == "not_found"


async def test_the_secret_of_a_system_is_made_when_it_is_agreed_and_kept_nowhere(hub, people):
    await agreed(hub, people, await done(hub, "agency.import", data=base64.b64encode(CSV.encode()).decode()))
    settings = {"endpoint": "https://axis.example", "system_id": "tinh", "secret": "của người khác"}
    told = {"name": "x", "connector": "vxp", "settings": settings, "for": ["000.00.01.H99"]}
    asked = await done(hub, "system.add", **told)

    answer = await agreed(hub, people, asked)

    wrapped = hub.directory.system("x").secrets
    assert [hub.keys.unwrap(one).decode() for one in wrapped] == [answer["secret"]]
    kept = await hub.db.read(lambda c: [str(row) for row in c.execute(select(tables.confirmations))])
    told = json.dumps(await done(hub, "confirm.list", all=True), ensure_ascii=False)
    assert not any(answer["secret"] in text or "của người khác" in text for text in [*kept, told])


async def test_r_189_a_system_is_stopped_at_once_and_confirmed_afterwards(hub, people):
    """law: R-189 HN Đ20.2b"""
    await agreed(hub, people, await add(hub))
    await agreed(hub, people, await done(hub, "system.add", name="x", state="active", **{"for": ["000.00.01.H99"]}))

    silent = await ask(hub, "system.suspend", system_id="x")
    stopped = await done(hub, "system.suspend", system_id="x", reason="mất khóa")

    assert silent["error"]["code"] == "reason_required"
    assert (stopped["state"], hub.directory.system("x").state) == ("suspended", "suspended")
    (standing,) = (await done(hub, "confirm.list"))["confirmations"]
    assert standing["done_at_once"]
    assert standing["reason"] == "mất khóa"
    await yes(hub, people, standing["confirmation"], "Lan")
    assert (await yes(hub, people, standing["confirmation"], "Bình"))["result"]["state"] == "done"


async def test_what_was_done_at_once_is_undone_by_two(hub, people):
    await agreed(hub, people, await add(hub))
    await agreed(hub, people, await done(hub, "system.add", name="x", state="active", **{"for": ["000.00.01.H99"]}))
    stopped = await done(hub, "system.suspend", system_id="x", reason="nhầm")

    no = await done(
        hub, "confirm.refuse", id=stopped["confirmation"], reason="không mất",
        operator="Bình", operator_password=people["Bình"],
    )  # fmt: skip
    still = hub.directory.system("x").state
    own = await yes(hub, people, no["undo"][0], "Bình")
    await yes(hub, people, no["undo"][0], "Lan")

    assert (still, own["error"]["code"]) == ("suspended", "forbidden")
    assert hub.directory.system("x").state == "active"


async def test_trust_is_given_by_two_taken_by_one_and_never_emptied_by_one(hub, people):
    """law: R-193 CB Đ5.4"""
    roots = [TestCA(), TestCA()]
    for root in roots:
        data = base64.b64encode(root.root_pem).decode()
        asked = await done(hub, "trust.add", data=data, purpose="state")
        before = len((await done(hub, "trust.list"))["certificates"])
        await agreed(hub, people, asked)
        assert len((await done(hub, "trust.list"))["certificates"]) == before + 1
    fingerprints = [one["fingerprint"] for one in (await done(hub, "trust.list"))["certificates"]]

    removed = await done(hub, "trust.remove", fingerprint=fingerprints[0], reason="lộ khóa")
    last = await done(hub, "trust.remove", fingerprint=fingerprints[1], reason="lộ khóa")

    assert removed["certificates"][0]["fingerprint"] == fingerprints[0]
    assert last["state"] == "open"
    assert [one["fingerprint"] for one in (await done(hub, "trust.list"))["certificates"]] == fingerprints[1:]
    no = await done(
        hub, "confirm.refuse", id=removed["confirmation"], reason="không lộ",
        operator="Bình", operator_password=people["Bình"],
    )  # fmt: skip
    await yes(hub, people, no["undo"][0], "Lan")
    assert sorted(one["fingerprint"] for one in (await done(hub, "trust.list"))["certificates"]) == sorted(fingerprints)


async def test_an_operator_is_locked_at_once_and_opened_by_two(hub, people):
    locked = await done(hub, "user.suspend", name="Bình", reason="mất điện thoại")
    opened = await done(hub, "user.activate", name="Bình")

    assert (locked["state"], opened["state"]) == ("suspended", "open")
    assert (await yes(hub, people, opened["confirmation"], "Bình"))["error"]["code"] == "forbidden"


async def test_a_clerk_needs_one_person(hub, people):
    made = await done(hub, "user.add", name="Văn thư", role="clerk", organ_id="000.00.01.H99")

    assert made["password"]


@pytest.mark.parametrize("sections", [{"hub": HUB | {"test_mode": True}}, {"hub": HUB | {"demo": True}}])
async def test_in_tests_and_in_the_demo_one_is_enough(hub):
    added = await done(hub, "agency.add", organ_id="000.00.01.H99", name="Sở Nội vụ")

    assert added["organ_id"] == "000.00.01.H99"
    assert set(await done(hub, "system.add", name="x", **{"for": ["000.00.01.H99"]})) == {"system_id", "secret"}


async def test_an_agency_is_stopped_at_once_and_let_go_by_two(hub, people):
    await agreed(hub, people, await add(hub))

    stopped = await done(hub, "agency.suspend", organ_id="000.00.01.H99", reason="lộ tài khoản")
    resumed = await done(hub, "agency.resume", organ_id="000.00.01.H99", reason="đã xử lý")

    assert (stopped["state"], resumed["state"]) == ("suspended", "open")
    assert hub.directory.agency("000.00.01.H99").state == "suspended"
    await agreed(hub, people, resumed)
    assert hub.directory.agency("000.00.01.H99").state == "active"


async def test_what_moves_deadlines_or_adds_recipients_waits_for_a_second_person(hub, people):
    """law: R-193 CB Đ5.4"""
    await agreed(hub, people, await add(hub))
    day = {"day": "2026-12-24", "kind": "off", "name": "Nghỉ", "source": "TB 1"}
    hours = {"hours": {"sessions": ["08:00-12:00", "13:00-17:00"]}, "source": "TB 2"}
    rule = {"copy_to": "000.00.01.H99", "kind": "truong", "mode": "add"}
    asked = [
        await done(hub, command, **args)
        for command, args in (("calendar.day", day), ("calendar.hours", hours), ("copy-rule.add", rule))
    ]
    before = (await done(hub, "calendar.lines"), await done(hub, "copy-rule.list"))

    for one in asked:
        await agreed(hub, people, one)

    lines, rules = await done(hub, "calendar.lines"), await done(hub, "copy-rule.list")
    assert [one["state"] for one in asked] == ["open"] * 3
    assert (before[0]["days"], before[0]["hours"], before[1]["rules"]) == ([], [], [])
    assert (len(lines["days"]), len(lines["hours"]), len(rules["rules"])) == (1, 1, 1)


async def test_r_10_a_word_beside_the_name_does_not_hide_whose_password_is_made(hub, people):
    """Of two operators one cannot become the other by asking as if for somebody else."""
    kept = await hub.db.read(lambda connection: connection.execute(select(tables.users)).all())

    answer = await done(hub, "user.password", name="Bình", role="office", reason="quên")

    assert (answer["state"], "password" in answer) == ("open", False)
    assert await hub.db.read(lambda connection: connection.execute(select(tables.users)).all()) == kept
