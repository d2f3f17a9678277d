"""Two persons on pages: they look, they agree or refuse; nobody is two, and a page elsewhere decides nothing."""

from __future__ import annotations

import pytest

from hub import admin

HUB = {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": False}


@pytest.fixture
def sections():
    return {"hub": HUB, "listen": [{"port": 0, "doors": ["pages", "vxp"]}]}


async def done(hub, command, /, **args):
    answer = await admin.answer(hub, command, args)
    assert "error" not in answer, answer
    return answer["result"]


@pytest.fixture
async def second(hub, people):
    """Name and password of another operator."""
    from hub import passwords
    from hub.store import users

    hashed = passwords.hash_password("mat-khau-cua-lan")
    await hub.db.write(lambda c: users.add(c, "lan", "operator", hashed, hub.clock.now()))
    return {"operator": "lan", "operator_password": "mat-khau-cua-lan"}


@pytest.fixture
async def asked(hub, second):
    """An agency asked for by the other operator."""
    filed = await done(hub, "agency.add", organ_id="000.00.07.H99", name="Sở Y tế <b>", **second)
    return filed["confirmation"]


async def test_an_operator_sees_what_would_change_and_does_it(hub, operator, asked):
    """law: R-193 CB Đ5.4"""
    listed = await operator.get("/console/confirmations")
    page = await operator.get(f"/console/confirmations/{asked}")

    assert f"/console/confirmations/{asked}" in listed.text
    assert "Sở Y tế <b>" in page.words
    assert "<b>" not in page.text.split("Sở Y tế")[1][:5]
    assert "đang hoạt động" in page.words
    assert "mã cũ" not in page.words, "what stays nothing is no change"
    assert hub.directory.agency("000.00.07.H99") is None

    answer = await operator.post(f"/console/confirmations/{asked}/approve", form_token=page.form_token)

    assert answer.status == 303
    assert hub.directory.agency("000.00.07.H99").name == "Sở Y tế <b>"
    after = await operator.get(f"/console/confirmations/{asked}")
    assert "Đã thực hiện" in after.words
    assert "/approve" not in after.text


async def test_nobody_agrees_with_himself_on_a_page(hub, operator, second):
    filed = await done(hub, "agency.add", organ_id="000.00.07.H99", name="Sở Y tế")
    place = f"/console/confirmations/{filed['confirmation']}"
    token = (await operator.get(place)).form_token

    first = await operator.post(f"{place}/approve", form_token=token)
    again = await operator.post(f"{place}/approve", form_token=token)

    assert (first.status, again.status) == (303, 403)
    assert "phải là người khác" in again.words
    assert hub.directory.agency("000.00.07.H99") is None
    await done(hub, "confirm.approve", id=filed["confirmation"], **second)
    assert hub.directory.agency("000.00.07.H99") is not None


async def test_a_refusal_wants_a_reason_and_keeps_what_was_written(hub, operator, asked):
    place = f"/console/confirmations/{asked}"
    token = (await operator.get(place)).form_token

    without = await operator.post(f"{place}/refuse", form_token=token, reason=" ")
    refused = await operator.post(f"{place}/refuse", form_token=token, reason="sai mã")

    assert (without.status, refused.status) == (422, 303)
    assert "sai mã" in (await operator.get(place)).words
    assert asked not in (await operator.get("/console/confirmations")).text
    assert asked in (await operator.get("/console/confirmations?all=1")).text


async def test_a_form_from_elsewhere_or_without_its_token_decides_nothing(hub, operator, visitor, asked):
    place = f"/console/confirmations/{asked}"
    token = (await operator.get(place)).form_token

    elsewhere = await operator.post(f"{place}/approve", headers={"Origin": "http://evil.example"}, form_token=token)
    without = await operator.post(f"{place}/approve")
    unknown = await operator.post(f"{place}/erase", form_token=token)

    assert (elsewhere.status, without.status, unknown.status) == (403, 403, 404)
    assert hub.directory.agency("000.00.07.H99") is None


@pytest.mark.parametrize(
    "number", ["x", "proposal-9", "proposal-x", "00000000-0000-0000-0000-000000000000", "proposal-" + "9" * 99]
)
async def test_what_is_not_there_is_not_found(operator, number):
    assert (await operator.get(f"/console/confirmations/{number}")).status == 404


async def test_the_secret_of_a_system_is_on_the_page_once(hub, operator, asked, second):
    place = f"/console/confirmations/{asked}"
    await operator.post(f"{place}/approve", form_token=(await operator.get(place)).form_token)
    filed = await done(hub, "system.add", name="y", **{"for": ["000.00.07.H99"]}, **second)
    place = f"/console/confirmations/{filed['confirmation']}"

    page = await operator.post(f"{place}/approve", form_token=(await operator.get(place)).form_token)

    secret = hub.keys.unwrap(hub.directory.system("y").secrets[0]).decode()
    assert page.status == 200
    assert secret in page.text
    assert secret not in (await operator.get(place)).text
    assert page.headers["Cache-Control"] == "no-store"


async def test_what_a_system_proposes_stands_in_the_same_list(hub, operator, asked, second):
    """law: R-025 R-193 HN Đ8.2"""
    from agency_registry import edit

    def work(connection):
        edit.add_agency(connection, "000.00.09.H99", "Sở Tài chính")
        edit.add_system(connection, name="z", organ_ids=["000.00.09.H99"], wrap=hub.keys.wrap)
        edit.propose_agency(connection, "z", {"code": "000.00.10.H99", "name": "Phòng mới", "pcode": "000.00.09.H99"})

    await hub.db.write(work)
    await hub.reload()

    page = await operator.get("/console/confirmations/proposal-1")
    await operator.post("/console/confirmations/proposal-1/approve", form_token=page.form_token)
    own = await operator.post("/console/confirmations/proposal-1/approve", form_token=page.form_token)
    assert "Phòng mới" in page.words
    assert own.status == 409
    assert hub.directory.agency("000.00.10.H99") is None

    await done(hub, "confirm.approve", id="proposal-1", **second)

    assert hub.directory.agency("000.00.10.H99").name == "Phòng mới"
    assert "proposal-1" not in (await operator.get("/console/confirmations")).text
