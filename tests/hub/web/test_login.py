"""Signing in and out, over real HTTP."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from hub import passwords
from hub.clock import FakeClock
from hub.store import users
from hub.web import attempts


async def test_the_right_password_opens_a_session_that_only_the_cookie_knows(visitor, people, hub):
    someone = visitor()

    answer = await someone.sign_in("van-hanh")
    cookie = answer.headers["Set-Cookie"]
    token = cookie.split(";")[0].split("=", 1)[1]

    assert answer.status == 303
    assert answer.headers["Location"] == "/console"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain HTTP on loopback
    assert (await someone.get("/console")).status == 200
    with sqlite3.connect(f"file:{hub.settings.sqlite_path}?mode=ro", uri=True) as rows:
        assert token not in str(rows.execute("SELECT * FROM sessions").fetchall())


@pytest.mark.parametrize(("name", "start"), [("van-hanh", "/console"), ("vp", "/statistics"), ("van-thu", "/mailbox")])
async def test_each_role_has_its_first_page(visitor, people, name, start):
    assert (await visitor().sign_in(name)).headers["Location"] == start


async def test_an_unknown_name_gets_the_answer_of_a_wrong_password_after_the_same_work(
    visitor, people, hub, monkeypatch
):
    hub.clock = FakeClock(hub.clock.now())
    someone = visitor()
    compared = []
    right = passwords.is_right
    monkeypatch.setattr(
        passwords, "is_right", lambda stored, offered: compared.append(stored) or right(stored, offered)
    )

    wrong = await someone.sign_in("van-hanh", "sai")
    unknown = await someone.sign_in("khong-co", "sai")

    assert wrong.status == unknown.status == 401
    assert wrong.text.replace("van-hanh", "") == unknown.text.replace("khong-co", "")
    assert len(compared) == 2
    assert compared[0].rsplit("$", 2)[0] == compared[1].rsplit("$", 2)[0], "the same algorithm at the same cost"


async def test_a_suspended_person_cannot_sign_in_and_an_open_session_ends(visitor, people, hub):
    someone = visitor()
    await someone.sign_in("van-hanh")

    await hub.db.write(lambda connection: users.set_state(connection, "van-hanh", "suspended"))

    assert (await someone.get("/console")).status == 303
    assert (await visitor().sign_in("van-hanh")).status == 401


async def test_guessing_is_slowed_down_for_that_name_at_that_address(visitor, people, hub):
    clock = hub.clock = FakeClock(hub.clock.now())
    someone = visitor()
    for _ in range(attempts.FREE_OF_ONE):
        await someone.sign_in("van-hanh", "sai")

    locked = await someone.sign_in("van-hanh")
    other = await visitor().sign_in("vp")
    clock.advance(timedelta(seconds=31))
    later = await someone.sign_in("van-hanh")

    assert locked.status == 429
    assert int(locked.headers["Retry-After"]) <= 31
    assert other.status == later.status == 303


async def test_signing_out_ends_the_session_everywhere(operator):
    cookies = {cookie.key: cookie.value for cookie in operator.session.cookie_jar}
    page = await operator.get("/console")

    answer = await operator.post("/console/logout", form_token=page.form_token)
    stolen = await operator.ask("GET", "/console", cookies=cookies)

    assert answer.headers["Location"] == "/console/login"
    assert stolen.status == 303


async def test_a_session_runs_out(operator, hub):
    """law: S-07"""
    clock = hub.clock = FakeClock(hub.clock.now())
    clock.advance(timedelta(hours=hub.settings.console.session_hours, seconds=1))

    assert (await operator.get("/console")).headers["Location"].startswith("/console/login")


async def test_signing_in_leads_back_to_the_page_that_was_asked_for(visitor, people):
    someone = visitor()

    asked = await someone.get("/console/packages?status=rejected")
    form = await someone.get(asked.headers["Location"])
    entered = await someone.sign_in("van-hanh", next="/console/packages?status=rejected")

    assert 'value="/console/packages?status=rejected"' in form.text
    assert entered.headers["Location"] == "/console/packages?status=rejected"


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y", ""]
)
async def test_signing_in_never_leads_to_another_host(visitor, people, place):
    answer = await visitor().sign_in("van-hanh", next=place)

    assert answer.headers["Location"] == "/console"
    assert "X" not in answer.headers


async def test_a_new_sign_in_gets_a_new_session(visitor, people):
    someone = visitor()
    first = await someone.sign_in("van-hanh")
    token = (await someone.get("/console")).form_token

    second = await someone.sign_in("van-hanh", form_token=token)

    assert second.status == 303
    assert first.headers["Set-Cookie"] != second.headers["Set-Cookie"]


def test_waits_double_and_are_forgotten_after_an_hour_of_peace():
    clock = FakeClock(datetime(2026, 11, 21, tzinfo=UTC))
    guessed = attempts.Attempts()
    waits = []
    for _ in range(attempts.FREE_OF_ONE + 4):
        guessed.failed("a", "10.0.0.1", clock.now())
        waits.append(guessed.wait("a", "10.0.0.1", clock.now()))
    elsewhere = guessed.wait("a", "10.0.0.2", clock.now())
    clock.advance(timedelta(hours=2))
    guessed.failed("a", "10.0.0.1", clock.now())

    assert waits[: attempts.FREE_OF_ONE - 1] == [None] * (attempts.FREE_OF_ONE - 1)
    assert [wait.total_seconds() for wait in waits[attempts.FREE_OF_ONE - 1 :]] == [30, 60, 120, 240, 480]
    assert elsewhere is None
    assert guessed.wait("a", "10.0.0.1", clock.now()) is None


def test_one_address_that_tries_many_names_waits_too():
    now = datetime(2026, 11, 21, tzinfo=UTC)
    guessed = attempts.Attempts()
    for number in range(attempts.FREE_OF_ADDRESS):
        guessed.failed(f"name{number}", "10.0.0.1", now)

    assert guessed.wait("yet-another", "10.0.0.1", now) == attempts.FIRST_WAIT
    assert guessed.wait("yet-another", "10.0.0.2", now) is None
