"""The console as a person meets it, in Chromium: signing in, the queue, a package, an action."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import browser
import pytest

from edxml.testing import make_package, make_status
from hub import admin
from hub.clock import FakeClock
from hub.flow import heartbeats
from hub.states import Alarm, Audience
from hub.store import alarms
from hub.store.calls import Call

pytestmark = pytest.mark.browser

# luminance contrast of every text against its nearest ground (WCAG 2.2, 1.4.3)
CONTRAST = """(() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 40)}`);
  }
  return poor;
})()"""


def raise_each(connection, hub, package_id: str) -> None:
    """One alarm of every kind for the operator."""
    for kind in Alarm:
        one = alarms.Alarm(
            kind, Audience.OPERATOR, package_id=package_id, due_at=hub.clock.now(), recipient="000.00.02.H99",
            detail={"recipient": "000.00.02.H99"},
        )  # fmt: skip
        alarms.raise_(connection, hub.journal, hub.clock.now(), one)


async def axis_like(hub) -> None:
    """A system that is called, with a heartbeat that tells of trouble and calls that went wrong."""
    told = {"name": "axis", "for": ["000.00.02.H99"], "connector": "vxp", "state": "active", "replace": True}
    settings = {"endpoint": "https://axis.example", "system_id": "tinh", "secret": "x"}
    assert "result" in await admin.answer(hub, "system.add", {**told, "settings": settings})
    problems = [{"code": "office_down", "text": "Hệ thống của cơ quan không trả lời từ 07:40"}]
    beat = heartbeats.Beat("truc-agent 1.0", 60, 12, 3, problems, clock_seconds=-47)
    await heartbeats.give(hub, hub.directory.system("axis"), beat)
    for code in ("", "deferred"):
        hub.calls.note(
            Call("axis", hub.clock.now(), "connector", "vxp.deliver", code=code, ms=312, size=48_211,
                 delivery_id="0b5f1c52-6a4e-4b1e-9a33-3d1f0d3f7a10", package_id="0b5f1c52-6a4e-4b1e-9a33-3d1f0d3f7a11",
                 detail="attempt 2: the answer is an HTML page, not the protocol's JSON")
        )  # fmt: skip


async def test_an_operator_changes_the_settings_of_a_connector(chromium, url, hub, people, snv, stc):
    await axis_like(hub)

    async with browser.chromium(chromium) as tab:
        await tab.resize(1280)
        await tab.go(f"{url}/console/login?next=/console/systems")
        await tab.type("#name", "van-hanh")
        await tab.type("#password", people["van-hanh"])
        await tab.click("main button")
        await photograph(tab, "systems")
        await tab.resize(1280)
        await tab.go(f"{url}/console/systems/axis")
        await photograph(tab, "system")
        await tab.resize(1280)
        await tab.value("document.querySelector('#s-endpoint').value = ''")
        await tab.type("#s-endpoint", "ftp://axis.example")
        await tab.type("#s-reason", "Trục đổi địa chỉ")
        await tab.click("#settings button")
        await photograph(tab, "system-refused")
        await tab.resize(1280)
        assert "Chưa lưu" in await tab.text()
        await tab.value("document.querySelector('#s-endpoint').value = ''")
        await tab.type("#s-endpoint", "https://moi.example")
        await tab.click("#settings button")
        assert "Đã lưu thiết lập." in await tab.text()
        await tab.go(f"{url}/console/systems/axis/calls?faults=1")
        await photograph(tab, "calls")

    assert hub.directory.system("axis").settings["endpoint"] == "https://moi.example"
    assert set(hub.directory.system("axis").settings["secret"]) == {"wrapped"}
    assert not [text for text in tab.complaints if "422" not in text], "no breach of the policy"


async def photograph(tab: browser.Tab, name: str) -> None:
    """Pictures for a person to look at, where TRUC_PICTURES names a folder."""
    folder = os.environ.get("TRUC_PICTURES")
    if not folder:
        return
    for width in (1280, 390):
        await tab.resize(width)
        await tab.photograph(Path(folder) / f"{name}-{width}.png")
    await tab.prefer_dark(True)
    await tab.resize(1280)
    await tab.photograph(Path(folder) / f"{name}-dark.png")
    await tab.prefer_dark(False)


async def test_an_operator_signs_in_finds_a_package_and_holds_it(chromium, url, hub, people, snv, stc, province):
    await province.agencies("000.00.07.H99")  # has no system
    clock = hub.clock = FakeClock(hub.clock.now() - timedelta(hours=11))
    await snv.do("sendEdoc", make_package(number="11", notation="BC-SNV"), "000.00.01.H99")
    clock.advance(timedelta(hours=7))
    await snv.do("sendEdoc", make_package(to=("000.00.02.H99", "000.00.07.H99"), number="12"), "000.00.01.H99")
    await snv.do("sendEdoc", make_package(to="000.00.99.H99", number="13"), "000.00.01.H99")
    clock.advance(timedelta(hours=4))

    async with browser.chromium(chromium) as tab:
        await tab.resize(1280)
        await tab.go(f"{url}/console")
        await photograph(tab, "login")
        await tab.type("#name", "van-hanh")
        await tab.type("#password", "sai")
        await tab.click("main button")
        assert "Tên hoặc mật khẩu không đúng." in await tab.text()
        await tab.type("#password", people["van-hanh"])
        await tab.click("main button")
        await photograph(tab, "queue")
        assert "quá lâu 11 giờ" in await tab.text()
        assert await tab.value("document.documentElement.scrollWidth <= innerWidth")

        await tab.type("#q", "11/BC-SNV")
        await tab.click(".search button")
        await tab.click("summary", leads_on=False)
        await photograph(tab, "package")
        await tab.resize(1280)
        await tab.type("main .delivery input[name=reason]", "Chờ xác minh người nhận")
        await tab.click("main .delivery button")
        await photograph(tab, "held")
        text = await tab.text()
        assert "Đã giữ bản gửi lại." in text
        assert "Lý do: Chờ xác minh người nhận" in text

        await tab.go(f"{url}/console/packages")
        await photograph(tab, "packages")
        await tab.go(f"{url}/console/packages?lang=en")
        await photograph(tab, "english")
        await tab.go(f"{url}/statistics?lang=vi")
        await photograph(tab, "statistics")
        await tab.go(f"{url}/console/deliveries?recipient=000.00.02.H99&status=held")
        await photograph(tab, "deliveries")
        await tab.click("header form button")
        assert "Mật khẩu" in await tab.text()

    assert all(address.startswith(url) for address in tab.asked if address.startswith(("http", "ws"))), (
        "nothing from outside hosts"
    )
    assert not [text for text in tab.complaints if "401" not in text], "no error, no breach of the policy"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_page_is_readable_and_fits_a_telephone(chromium, url, hub, people, snv, stc, dark):
    """Contrast 4.5:1, fields labelled, tables with caption and headings, no sideways scrolling, focus seen."""
    await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    answer = await snv.do("sendEdoc", make_package(), "000.00.01.H99")
    early = await stc.do("sendEdoc", make_status("03"), "000.00.02.H99", "status")
    await axis_like(hub)
    await hub.db.write(lambda connection: raise_each(connection, hub, answer.json["DocId"]))
    paths = (
        "/console/login?lang=vi", "/console", "/console/packages", "/console/legend", "/statistics", "/console/none",
        f"/console/packages/{answer.json['DocId']}", "/console/deliveries?recipient=000.00.02.H99&status=available",
        "/console/alarms", "/console/confirmations?all=1", "/console/review", f"/console/review/{early.json['DocId']}",
        "/statistics?by=parent", "/console/systems", "/console/systems/axis", "/console/systems/stc/calls",
    )  # fmt: skip

    async with browser.chromium(chromium) as tab:
        await tab.prefer_dark(dark)
        await tab.resize(390)
        await tab.go(f"{url}/console/login")
        await tab.type("#name", "van-hanh")
        await tab.type("#password", people["van-hanh"])
        await tab.click("main button")
        for path in paths:
            await tab.go(url + path)
            await tab.value("document.querySelectorAll('details').forEach(e => e.open = true)")
            assert not await tab.value(CONTRAST), path
            assert await tab.value("document.documentElement.scrollWidth <= innerWidth"), path
            assert await tab.value("document.querySelectorAll('h1').length") == 1, path
            assert await tab.value(
                "[...document.querySelectorAll('table')].every(e => e.caption && e.querySelector('th[scope]'))"
            ), path
            assert await tab.value(
                "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
                ".every(e => e.labels.length)"
            ), path
            assert await tab.value(
                "[...document.querySelectorAll('main a, main button, main input')].filter(e => e.checkVisibility())"
                ".every(e => { e.focus({focusVisible: true}); return getComputedStyle(e).outlineStyle !== 'none'; })"
            ), path
