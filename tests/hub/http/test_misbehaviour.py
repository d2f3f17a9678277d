"""A toy axis misbehaves as it is told, for as long as it is told; nothing else ever does."""

from __future__ import annotations

import aiohttp
import pytest
from vxp_client import NullResultError

from edxml.testing import make_package
from hub import admin
from hub.http import misbehaviour
from hub.mood import Mood

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def role():
    return "axis"


@pytest.fixture
def sections(role):
    return {"hub": {"organ_id": "000.00.00.H99", "role": role, "test_mode": True}}


async def break_(hub, mode, **more):
    return await admin.answer(hub, "break.axis", {"mode": mode, "seed": 1, **more})


async def heard(office, method, *args) -> str:
    """The answer as the SDK reads it; its words when it cannot."""
    try:
        return (await office.do(method, *args)).body.decode(errors="replace")
    except NullResultError as error:
        return str(error)


async def tell(hub, mode, **more):
    assert (await break_(hub, mode, **more))["result"]["mode"] == mode


@pytest.mark.parametrize("role", ["province"])
async def test_a_province_is_never_told_to_misbehave(hub):
    answer = await break_(hub, "html")

    assert answer["error"]["code"] == "forbidden"
    assert "role axis" in answer["error"]["detail"]
    assert hub.mood.now(0) == ""


@pytest.mark.parametrize("role", ["province"])
async def test_on_other_hubs_nothing_stands_before_the_door(hub):
    usual = object()

    assert misbehaviour.around(hub, None, "sendEdoc", usual) is usual


async def test_an_axis_that_serves_somebody_is_refused(hub):
    strict = hub.settings.hub.model_copy(update={"test_mode": False})
    hub.settings = hub.settings.model_copy(update={"hub": strict})

    assert (await break_(hub, "html"))["error"]["code"] == "forbidden"


@pytest.mark.parametrize("args", [{"mode": "loud"}, {"mode": "html", "seconds": 0}, {"mode": "html", "seconds": "x"}])
async def test_what_makes_no_sense_is_wrong_use(hub, args):
    assert (await admin.answer(hub, "break.axis", args))["error"]["code"] == "usage"


async def test_it_ends_by_itself_and_at_once_with_off(hub):
    mood = Mood()
    mood.take("html", 10.0, 1)
    lasting, over = mood.now(9.9), mood.now(10.0)
    mood.take("off", 20.0, 1)

    assert (lasting, over, mood.now(11.0)) == ("html", "", "")


async def test_html_is_a_page_and_no_answer(hub, snv):
    await tell(hub, "html")

    assert "<html>" in await heard(snv, "getReceivedEdocList", "edoc")


async def test_down_breaks_the_connection_off(hub, province):
    await tell(hub, "down")

    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{province.url}/getReceivedEdocList")


async def test_duplicate_lists_everything_three_times(hub, snv, stc):
    await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    await tell(hub, "duplicate")

    assert len(await stc.waiting()) == 3
    await tell(hub, "off")
    assert len(await stc.waiting()) == 1


async def test_reorder_holds_documents_back_and_shuffles(hub, snv, stc):
    for _ in range(8):
        await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    whole = [row["docId"] for row in await stc.waiting()]
    await tell(hub, "reorder")

    seen = [[row["docId"] for row in await stc.waiting()] for _ in range(5)]

    assert all(set(rows) < set(whole) for rows in seen)
    assert any(rows != [one for one in whole if one in rows] for rows in seen)


async def test_corrupt_never_gives_a_whole_document_nor_a_docid(hub, snv, stc):
    document = make_package(SENDER, RECIPIENT)
    await snv.do("sendEdoc", document, SENDER)
    doc_id = (await stc.waiting())[0]["docId"]
    await tell(hub, "corrupt")

    for _ in range(8):
        assert await heard(stc, "downloadEdoc", doc_id) != document.decode()
        assert doc_id not in await heard(snv, "sendEdoc", document, SENDER)


async def test_the_same_seed_misbehaves_the_same_way(hub, snv):
    said = []
    for _ in range(2):
        await tell(hub, "html")
        said.append([await heard(snv, "getReceivedEdocList", "edoc") for _ in range(8)])

    assert said[0] == said[1]
    assert len(set(said[0])) == 2
