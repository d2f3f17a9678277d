"""The stage: two hubs that listen, everybody registered, every office with its address and secret."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from connectors import base, outgoing, vxp
from edxml.testing import TestCA, plain_pdf
from edxml.trust import trust_folder
from hub import app, clock, key_making, log, passwords, settings
from hub.cli import line
from hub.cli.demo import beside, papers
from hub.cli.demo import cast as roles
from hub.cli.demo.authority import Authority
from hub.cli.demo.called import Called
from hub.cli.demo.offices import PATIENCE_SECONDS, NativeOffice, NothingCameError, VxpOffice

_SETTINGS = """\
# Trục của `truc demo`: mọi thứ ở đây là giả lập, khóa và chứng thư là TEST. Chạy lại lệnh thì thư mục được làm mới.
# A hub of `truc demo`: made up, with TEST keys; the folder is made anew each time the command runs.
[hub]
role = {role}
organ_id = {organ_id}
name = {name}
prefixes = {prefixes}
test_mode = true
demo = true

[[listen]]
address = "127.0.0.1"
port = {port}
doors = {doors}

[intake]
verify_processes = {verifiers}

[dispatch]
backoff_seconds = [1]
timeout_seconds = 20

[outgoing]
allow = ["127.0.0.0/8"]
"""
_AXIS = """
[axis]
endpoint = {endpoint}
system_id = {system_id}
secret_file = "keys/axis.secret"
poll_seconds = 1
"""


@dataclass(frozen=True, slots=True)
class Login:
    """One way into the pages, with a password made for this run."""

    role: str
    url: str
    user: str
    password: str

    def as_json(self) -> dict[str, str]:
        """For --json."""
        return {"role": self.role, "url": self.url, "user": self.user, "password": self.password}


@dataclass(slots=True)
class World:
    """Everything a scene may use."""

    folder: Path
    url: str
    axis_url: str
    pdfs: dict[str, bytes]
    certificates: list[str]
    ubnd: NativeOffice
    finance: VxpOffice
    building: NativeOffice
    commune: NativeOffice
    health: NativeOffice
    ministry: VxpOffice
    desk: beside.FolderOffice
    called: Called
    logins: list[Login]
    ca: TestCA
    spare: Authority

    async def operator(self, command: str, **args: object) -> dict[str, Any]:
        """An admin command to the province's hub, as `truc hold` and its like give it."""
        return await _admin(self.folder / "province", command, **args)

    async def break_axis(self, mode: str, seconds: float) -> None:
        """What `truc break axis` asks."""
        await _admin(self.folder / "axis", "break.axis", mode=mode, seconds=seconds, seed=None)

    async def life_of(self, system_id: str) -> dict[str, Any]:
        """What the hub knows of a system, once it was heard and its clock is known. Raises NothingCameError."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            told = await self.operator("system.show", system_id=system_id)
            if told["heard_at"] is not None and told["clock_seconds"] is not None:
                return told
            if time.monotonic() > until:
                message = f"no heartbeat of {system_id} within {PATIENCE_SECONDS:.0f} s"
                raise NothingCameError(message)
            await asyncio.sleep(0.2)

    async def console(self, path: str) -> str:
        """A page as the demo's operator sees it; '' when it cannot be had."""
        login = next(one for one in self.logins if one.role == "operator")
        said = {"name": login.user, "password": login.password, "next": path}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
            http.post(f"{self.url}/console/login", data=said, headers={"Accept-Language": "vi"}) as answer,
        ):
            return await answer.text() if answer.status == 200 else ""


@contextlib.asynccontextmanager
async def opened(folder: Path, port: int) -> AsyncIterator[World]:
    """Make the hubs in `folder`, run them, register everybody; the papers are signed meanwhile."""
    async with contextlib.AsyncExitStack() as stack:
        first, spare = Authority("CA thử nghiệm của truc demo"), Authority("CA thử nghiệm thứ hai")
        for authority in (first, spare):
            await authority.open()
            stack.push_async_callback(authority.stop)
        ca, cas = first.ca, (first.ca, spare.ca)
        signing = asyncio.create_task(asyncio.to_thread(papers.make_all, ca, spare.ca, folder / "documents"))
        stack.callback(signing.cancel)
        axis = await _hub(stack, folder / "axis", cas, role="axis", organ_id=roles.AXIS_CODE,
                          name="Trục liên thông văn bản quốc gia (đồ chơi)", doors=["vxp"])  # fmt: skip
        to_axis, to_ministry = await _register_axis(folder / "axis")
        province = await _hub(
            stack, folder / "province", cas, role="province", organ_id=roles.HUB_CODE, prefixes=[roles.PREFIX],
            name=f"Trục liên thông văn bản {roles.PROVINCE}", port=port, doors=["vxp", "api", "pages", "metrics"],
            axis=(axis, to_axis),
        )  # fmt: skip
        called = Called()
        await called.start()
        stack.push_async_callback(called.stop)
        known = await _register_province(folder / "province", called)
        http = await stack.enter_async_context(outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=20))
        tools = base.Tools(http, clock.Clock().now, log.get(), 20)
        ubnd, building, commune, health = (
            NativeOffice(role, province, role.system, known[role.system])
            for role in (roles.OFFICE, roles.BUILDING, roles.COMMUNE, roles.HEALTH)
        )
        desk = await stack.enter_async_context(
            beside.opened(folder / "agent", roles.HOME, province, known[roles.HOME.system])
        )
        async with http.get(f"{province}/.well-known/truc.json") as answer:
            certificates = (await answer.json())["receipt_certificates"]
        rehearsal = asyncio.gather(_rehearse(ubnd), _rehearse(building))
        logins = await _logins(folder / "province", province, http)
        await rehearsal
        yield World(
            folder, province, axis, await signing, certificates, ubnd,
            _vxp(roles.FINANCE, province, known[roles.FINANCE.system], tools), building, commune, health,
            _vxp(roles.MINISTRY, axis, to_ministry, tools), desk, called, logins, ca, spare,
        )  # fmt: skip


async def _hub(
    stack: contextlib.AsyncExitStack,
    folder: Path,
    cas: Sequence[TestCA],
    *,
    role: str,
    organ_id: str,
    name: str,
    doors: list[str],
    port: int = 0,
    prefixes: list[str] | None = None,
    axis: tuple[str, str] | None = None,
) -> str:
    """Make one hub's folder and run it; its address. Raises OSError when the port is busy."""
    (folder / "blobs").mkdir(parents=True)
    key_making.create(folder / "keys", organ_id, "truc demo")
    for ca in cas:
        trust_folder.add(folder / "trust", ca.root_pem + ca.intermediate_pem, "state")
        trust_folder.add(folder / "trust", ca.root_pem, "tsa")
    text = _SETTINGS.format(
        role=_toml(role), organ_id=_toml(organ_id), name=_toml(name), prefixes=_toml(prefixes or []), port=port,
        doors=_toml(doors), verifiers=2 if role == "province" else 1,
    )  # fmt: skip
    if axis is not None:
        text += _AXIS.format(endpoint=_toml(axis[0]), system_id=_toml("tinh-thu-nghiem"))
        key_making.write_private(folder / "keys" / "axis.secret", axis[1].encode())
    (folder / "hub.toml").write_text(text, encoding="utf-8")
    running = app.Running(settings.load(folder / "hub.toml"))
    await running.start()
    stack.push_async_callback(running.stop)
    return running.urls[0].rstrip("/")


async def _register_axis(folder: Path) -> tuple[str, str]:
    """The axis knows the province and the ministry; their secrets there."""
    for role in (*roles.CONNECTED, roles.MINISTRY):
        await _admin(folder, "agency.add", organ_id=role.organ_id, name=role.name)
    codes = [role.organ_id for role in roles.CONNECTED]
    province = await _admin(folder, "system.add", **{"name": "tinh-thu-nghiem", "for": codes})
    ministry = await _admin(folder, "system.add", **{"name": roles.MINISTRY.system, "for": [roles.MINISTRY.organ_id]})
    return province["secret"], ministry["secret"]


async def _register_province(folder: Path, called: Called) -> dict[str, str]:
    """Agencies, one of them merged yesterday, and systems; the secret of each system."""
    for role in roles.INNER:
        await _admin(folder, "agency.add", organ_id=role.organ_id, name=role.name)
    ministry = roles.MINISTRY
    await _admin(folder, "agency.add", organ_id=ministry.organ_id, name=ministry.name, scope="national")
    known = {}
    for role in roles.CONNECTED:
        reached: dict[str, object] = {}
        if role is roles.HEALTH:
            settings_ = {"endpoint": f"{called.url}/van-ban", "secret": called.push_secret}
            reached = {"connector": "push", "settings": settings_}
        made = await _admin(folder, "system.add", **{"name": role.system, "for": [role.organ_id], **reached})
        known[role.system] = made["secret"]
    yesterday = (clock.local(datetime.now(clock.VIETNAM)) - timedelta(days=1)).date()
    await _admin(
        folder, "agency.merge", organ_ids=[roles.MERGED.organ_id], into=roles.BUILDING.organ_id,
        on=yesterday.isoformat(), reason="Hợp nhất hai sở", decision="01/QĐ-UBND (giả lập)",
    )  # fmt: skip
    return known


async def _rehearse(office: NativeOffice) -> None:
    """A dry run: the processes that verify signatures start now, not while the first story is told."""
    paper = papers.Paper("rehearsal", office.role, "1", "TD", "Tổng duyệt", papers.KB, "", seal=False)
    pdf = plain_pdf(paper.size, paper.subject)
    await office.try_out(papers.package(paper, pdf, (roles.COMMUNE,)))


_PAGES = (
    ("operator", "dieuphoi", "/console", None),
    ("clerk", "vanthu.suoimo", "/mailbox", roles.COMMUNE.organ_id),
    ("office", "thongke", "/statistics", None),
)


async def _logins(folder: Path, url: str, http: aiohttp.ClientSession) -> list[Login]:
    """A person for each page this hub has."""
    found = []
    for role, user, path, organ_id in _PAGES:
        async with http.get(url + path, allow_redirects=False) as answer:
            if answer.status == 404:
                continue
        password = passwords.new_password()
        await _admin(folder, "user.add", name=user, role=role, organ_id=organ_id, password=password)
        found.append(Login(role, url + path, user, password))
    return found


def _vxp(role: roles.Role, endpoint: str, secret: str, tools: base.Tools) -> VxpOffice:
    chosen = {"endpoint": endpoint, "system_id": role.system, "secret": secret}
    return VxpOffice(role, vxp.Connector(vxp.Settings.model_validate(chosen), tools))


async def _admin(folder: Path, command: str, **args: object) -> dict[str, Any]:
    """One admin command over the hub's own socket, as the command line gives it. Raises CommandError."""
    return await asyncio.to_thread(line.call, folder / "hub.toml", command, {"operator": "demo", **args})


def _toml(value: object) -> str:
    """A JSON string or list is one of TOML as well."""
    return json.dumps(value, ensure_ascii=False)
