"""Every page: who may see it, whose forms are believed, which headers it carries; nothing sent makes it fail."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from hub.console import routes as console
from hub.statistics import routes as statistics
from hub.web import pages

SOME_ID = str(uuid.uuid4())


def addresses(hub, method: str) -> list[str]:
    """Every address of the pages that takes `method`, but sign-in and files; ids filled in."""
    found = [*console.routes(hub), *statistics.routes(hub)]
    filled = [
        re.sub(r"\{rest:[^}]*\}", "no/such/page", route.path)
        .replace("{package_id}", SOME_ID)
        .replace("{delivery_id}", SOME_ID)
        .replace("{action}", "hold")
        for route in found
        if route.method in (method, "*")
    ]
    return [path for path in filled if not path.startswith("/static/") and path not in ("/console/login", "/")]


async def test_a_stranger_is_led_to_the_sign_in(hub, visitor):
    someone = visitor()

    for path in addresses(hub, "GET"):
        page = await someone.get(path)
        assert page.status == 303, path
        assert page.headers["Location"].startswith("/console/login?next=%2F"), path
    for path in addresses(hub, "POST"):
        page = await someone.post(path, reason="x")
        assert page.status == 401, path
        assert "Bạn chưa đăng nhập" in page.words


@pytest.mark.parametrize("name", ["van-thu", "vp"])
async def test_another_role_is_refused(hub, visitor, people, name):
    someone = visitor()
    await someone.sign_in(name)
    allowed = ("/statistics",) if name == "vp" else ()

    for method in ("GET", "POST"):
        for path in addresses(hub, method):
            if (path.startswith(allowed) and allowed) or path == "/console/logout":
                continue
            page = await someone.ask(method, path)
            assert page.status == 403, (method, path)
            assert "Tài khoản của bạn không dùng được trang này" in page.words


async def test_ids_that_are_none_are_not_found(hub, operator):
    token = (await operator.get("/console")).form_token
    ids = [SOME_ID, SOME_ID.upper(), "1", "..%2f..%2fetc", "%00", "%ff%fe", "%F0%9F%92%A9", "'--", "a" * 3000]

    for one in ids:
        for path in (f"/console/packages/{one}", f"/console/{one}", f"/statistics/{one}"):
            assert (await operator.get(path)).status == 404, path
        for path in (
            f"/console/packages/{one}/deliveries/{one}/hold",
            f"/console/packages/{SOME_ID}/deliveries/{one}/{one}",
            f"/console/intake/{one}",
        ):
            assert (await operator.post(path, form_token=token, reason="x")).status == 404, path


@pytest.mark.parametrize(
    "query",
    ["before=-1", "before=x", "before=" + "9" * 18, "before=" + "9" * 40, "status=nonsense", "q=%00%ff", "lang=xx",
     "after=x&recipient=%ff&status=held", "month=2026-13", "month=0000-01", "month=9999-12", "month=%ff",
     "all&refresh"],
)  # fmt: skip
async def test_no_query_makes_a_page_fail(operator, query):
    for path in ("/console", "/console/packages", "/console/deliveries", "/statistics", "/statistics/monthly.csv"):
        assert (await operator.get(f"{path}?{query}")).status in (200, 400, 404), path


async def test_a_form_without_the_sessions_token_does_nothing(operator, hub):
    bare = await operator.post("/console/intake/stop", reason="x")
    wrong = await operator.post("/console/intake/stop", reason="x", form_token="ế")

    assert bare.status == wrong.status == 403
    assert "Biểu mẫu đã cũ" in bare.words
    assert hub.intake_stopped is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://behind.proxy"}, 303),
        ({}, 303),
    ],
)
async def test_a_form_from_elsewhere_does_nothing(operator, headers, status):
    token = (await operator.get("/console")).form_token

    page = await operator.post("/console/intake/stop", headers=headers, form_token=token, reason="x")

    assert page.status == status


async def test_nobody_is_signed_in_from_another_site(visitor, people):
    page = await visitor().post(
        "/console/login", headers={"Origin": "https://evil.example"}, name="van-hanh", password=people["van-hanh"]
    )

    assert page.status == 403
    assert "Set-Cookie" not in page.headers


async def test_what_is_no_form_is_refused(operator):
    path = "/console/intake/stop"

    as_json = await operator.ask("POST", path, json={"reason": "x"})
    too_long = await operator.post(path, reason="x" * 100_000)
    fields = await operator.ask("POST", path, data="&".join(f"a{n}=1" for n in range(200)).encode(),
                                headers={"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip

    assert (as_json.status, too_long.status, fields.status) == (415, 413, 400)


async def test_every_page_carries_the_headers_of_safety(operator, hub):
    for path in ("/console/login?lang=vi", "/console", "/console/none", "/statistics/monthly.csv", "/console/legend"):
        page = await operator.get(path)
        assert page.headers["Content-Security-Policy"] == pages.POLICY, path
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in pages.POLICY
    assert "frame-ancestors 'none'" in pages.POLICY


def test_no_template_has_a_script_a_style_or_another_host():
    for path in (Path(pages.__file__).parent / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=|javascript:|https?://|\|\s*safe\b", text), path.name


async def test_files_have_an_address_of_their_own_bytes(visitor):
    page = await visitor().get("/console/login")
    address = re.search(r'href="(/static/truc-[0-9a-f]{12}\.css)"', page.text)[1]

    style = await visitor().get(address)

    assert style.status == 200
    assert "immutable" in style.headers["Cache-Control"]
    assert "--late" in style.text
    assert not re.search(r"url\(|@import|https?:", style.text)


async def test_what_people_wrote_is_shown_as_text(operator):
    token = (await operator.get("/console")).form_token
    await operator.post("/console/intake/stop", form_token=token, reason="<img src=x onerror=alert(1)> \"'")

    page = await operator.get("/console")

    assert "<img src=x" not in page.text
    assert "<img src=x onerror=alert(1)>" in page.words
