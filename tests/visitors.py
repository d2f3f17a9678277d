"""People at the pages over real HTTP, without a browser; with the fixtures the page tests share."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import aiohttp
import argon2
import pytest

from hub import admin, passwords

PASSWORDS = {"van-hanh": "mat-khau-cua-van-hanh", "vp": "mat-khau-cua-vp", "van-thu": "mat-khau-cua-van-thu"}
ROLES = {"van-hanh": "operator", "vp": "office", "van-thu": "clerk"}


@dataclass(frozen=True)
class Page:
    """One answer."""

    status: int
    headers: aiohttp.typedefs.CIMultiDictProxy[str]
    text: str
    body: bytes

    @property
    def form_token(self) -> str:
        return re.search(r'name="form_token" value="([^"]+)"', self.text)[1]

    @property
    def words(self) -> str:
        """The text of the page as a person reads it."""
        bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return " ".join(html.unescape(bare).split())


class Visitor:
    """A browser's cookies and nothing else; follows no redirection by itself."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def get(self, path: str, **headers: str) -> Page:
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Page:
        return await self.ask("POST", path, headers=headers or {}, data=fields)

    async def ask(self, method: str, path: str, **options) -> Page:
        async with self.session.request(method, self.url + path, allow_redirects=False, **options) as answer:
            body = await answer.read()
            return Page(answer.status, answer.headers, body.decode("utf-8", "replace"), body)

    async def sign_in(self, name: str, password: str | None = None, **more: str) -> Page:
        return await self.post("/console/login", name=name, password=password or PASSWORDS[name], **more)

    async def act(self, package_id: str, delivery_id: str, action: str, reason: str) -> Page:
        """One of the operator's actions, as the form on the package's page sends it."""
        page = await self.get(f"/console/packages/{package_id}")
        path = f"/console/packages/{package_id}/deliveries/{delivery_id}/{action}"
        return await self.post(path, form_token=page.form_token, reason=reason)


@pytest.fixture
def sections() -> dict:
    """The pages beside the VXP door."""
    return {"listen": [{"port": 0, "doors": ["vxp", "pages"]}]}


@pytest.fixture
async def visitor(url):
    """Makes visitors who have not signed in."""
    sessions = []

    def make() -> Visitor:
        jar = aiohttp.CookieJar(unsafe=True)  # 127.0.0.1 is a host here
        sessions.append(aiohttp.ClientSession(cookie_jar=jar))
        return Visitor(url, sessions[-1])

    yield make
    for session in sessions:
        await session.close()


@pytest.fixture
async def people(hub, monkeypatch):
    """One person of each role; hashing costs little here, so that tests are quick."""
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords.nobodys.cache_clear()
    for name, role in ROLES.items():
        made = {"name": name, "role": role, "password": PASSWORDS[name], "organ_id": "000.00.01.H99"}
        assert "result" in await admin.answer(hub, "user.add", made)
    return PASSWORDS


@pytest.fixture
async def operator(people, visitor) -> Visitor:
    """An operator, signed in."""
    made = visitor()
    assert (await made.sign_in("van-hanh")).status == 303
    return made
