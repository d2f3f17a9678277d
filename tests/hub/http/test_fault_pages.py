"""Pages for programmers: one for every fault, where a problem points; and the description with its examples."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path

import aiohttp
import browser
import pytest

from edxml.faults import Fault
from edxml.testing import make_package
from hub.http import api, examples, openapi

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


async def page(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, html.unescape(await answer.text())


async def test_the_type_of_a_problem_is_the_address_of_its_page(url, offices):
    stranger = offices[2]
    problem = (await stranger.offer(make_package(SENDER, RECIPIENT))).json

    status, text = await page(url + problem["type"])

    assert status == 200
    for said in (problem["title"], problem["remedy"], problem["code"], str(problem["status"])):
        assert said in text
    assert Fault.SENDER_NOT_ALLOWED.title_en in text
    assert "ErrorCode 19" in text


@pytest.mark.parametrize("fault", Fault)
async def test_every_fault_says_what_it_means_who_must_act_and_the_remedy(url, fault):
    """law: R-240"""
    status, text = await page(f"{url}/help/faults/{fault.slug}")
    index = await page(f"{url}/help/faults")

    assert status == 200
    assert all(said in text for said in (fault.title_vi, fault.title_en, fault.remedy_vi, fault.remedy_en))
    assert "Ai phải làm" in text
    example = json.loads(text[text.index("{", text.index("Content-Language")) : text.rindex("}") + 1])
    assert example["code"] == fault.slug
    assert f"/help/faults/{fault.slug}" in index[1]


async def test_what_is_no_fault_is_a_page_that_leads_on(url):
    status, text = await page(f"{url}/help/faults/none")

    assert status == 404
    assert 'href="/help/faults"' in text


async def test_every_operation_of_the_description_has_an_example_that_fits_its_shapes(url, hub):
    table = api.table(hub)
    schemas = openapi.document(table)["components"]["schemas"]
    _, text = await page(f"{url}/api/docs")

    assert text.count("<summary>Ví dụ") == len(table)
    for one in table:
        sent = examples.body(one, schemas)
        for part in one.body:
            if part.media == "application/json" and part.model is not None:
                part.model.model_validate_json(sent)
        assert examples.curl(one, sent).startswith("curl")
        assert "{" not in re.sub(r"'.*?'", "", examples.curl(one, sent))


@pytest.mark.browser
async def test_the_description_is_readable_on_a_screen_and_a_telephone(chromium, url, hub):
    async with browser.chromium(chromium) as tab:
        for path, name in (("/api/docs", "docs"), ("/help/faults", "faults"), ("/help/faults/org_unknown", "fault")):
            for width in (1280, 390):
                await tab.resize(width)
                await tab.go(url + path)
                if name == "docs":
                    await tab.value("document.querySelector('#send details').open = true")
                if os.environ.get("TRUC_PICTURES"):
                    await tab.photograph(Path(os.environ["TRUC_PICTURES"]) / f"{name}-{width}.png")
                assert await tab.value("document.documentElement.scrollWidth <= innerWidth"), (path, width)
        assert not tab.complaints
