"""A hub begun as its page says: `truc init --like`, a served hub, `truc system import`; then its systems as parties."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from pathlib import Path
from typing import Any

import actors
import pytest
from journeys.law.audit import Audit, published
from journeys.law.town import Party, Town
from province import Office

from hub import app, cli, clock, settings

LIST = Path(__file__).resolve().parents[4] / "shared" / "data" / "agencies-vinhphuc.csv"
"""The list of Vĩnh Phúc's decision: beside the project, no part of it."""

_LOOPBACK = 'allow = ["127.0.0.0/8"]\n\n[dispatch]\nbackoff_seconds = [1]\ntimeout_seconds = 5\n\n[intake]\nverify_processes = 1\n'  # noqa: E501 - a file


def folder_like(name: str, folder: Path, more: str = "") -> Path:
    """The folder that `truc init --like` makes; it may call this machine. more: further sections, as TOML."""
    assert cli.main(["init", str(folder), "--like", name, "--port", "0", "--json"]) == 0
    file = folder / "hub.toml"
    text = file.read_text(encoding="utf-8")
    assert "allow = []" in text
    file.write_text(text.replace("allow = []", _LOOPBACK) + more, encoding="utf-8")
    return folder


async def open_setting(
    name: str,
    folder: Path,
    stack: contextlib.AsyncExitStack,
    *,
    at: clock.Clock | None = None,
    more: str = "",
    changes: tuple[tuple[str, str], ...] = (),
    profile: str = "",
) -> Setting:
    """A served hub of that pattern, and a party for each of its systems.

    more: further sections of hub.toml. changes: what an engineer writes otherwise into the pattern.
    profile: a profile of the province's own instead of the pattern's, as TOML.
    """
    await asyncio.to_thread(folder_like, name, folder, more)
    if profile:
        await asyncio.to_thread(_own_profile, folder, profile)
    await asyncio.to_thread(_changed, folder / "he-thong.toml", changes)
    chosen = at or clock.Clock()
    running = app.Running(settings.load(folder / "hub.toml"), clock=chosen)
    await running.start()
    stack.push_async_callback(running.stop)
    made = Setting(running, folder, chosen, stack)
    words: tuple[object, ...] = ("--agencies", listed()) if name == "vinh-phuc-qlvb" else ()
    code, said = await made.operator("system", "import", folder / "he-thong.toml", *words)
    assert code == 0, said
    for one in said["systems"]:
        made.by_name[one["name"]] = await made.joins(one["system_id"], one["secret"], tuple(one["for"]))
    return made


def _own_profile(folder: Path, text: str) -> None:
    (folder / "profiles").mkdir()
    (folder / "profiles" / "own.toml").write_text(text, encoding="utf-8")
    file = folder / "hub.toml"
    head, _, tail = file.read_text(encoding="utf-8").partition("[profile]\nname = ")
    file.write_text(f'{head}[profile]\nname = "own"\n{tail.partition(chr(10))[2]}', encoding="utf-8")


def _changed(file: Path, changes: tuple[tuple[str, str], ...]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def peer(kind: str) -> Any:
    """The office system of the connectors' own tests that stands for a kind."""
    file = Path(__file__).resolve().parents[2] / "connectors" / "peers" / f"{kind}.py"
    spec = importlib.util.spec_from_file_location(f"peers_{kind}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Peer()


def listed() -> Path:
    """The list of Vĩnh Phúc; the test skips where it is not at hand."""
    if not LIST.is_file():
        pytest.skip("the list of Vĩnh Phúc's agencies lies beside the project and is not there")
    return LIST


class Setting(Town):
    """A town whose systems come from a pattern."""

    @property
    def by_name(self) -> dict[str, Party]:
        """The party of each system of the pattern, by the system's name."""
        return self.__dict__.setdefault("_by_name", {})

    async def joins(self, system_id: str, secret: str, codes: tuple[str, ...]) -> Party:
        """The party that works with a system's credential."""
        native = await self.stack.enter_async_context(actors.Office(self.url, system_id, secret, codes))
        vxp = Office(self.hub, self.url, system_id, secret, codes, [])
        self.stack.callback(lambda: [one.close() for one in vxp.opened])
        party = Party(self, codes, native, vxp)
        self.parties.append(party)
        return party

    async def auditor(self) -> Audit:
        """Who asks for I1-I7 at the end of a story."""
        stranger = await self.party("Người ngoài")
        return Audit(self, stranger, await published(stranger))

    async def copies_sent(self, code: str) -> list[dict[str, Any]]:
        """Every copy of every document that an agency has sent so far, as it is shown what became of them."""
        found = []
        for sent in self.ledger:
            shown = await sent.by.native.package(sent.id)
            found += [one for one in shown["deliveries"] if shown["from"] == code]
        return found

    async def month(self, month: str, code: str) -> dict[str, Any]:
        """The figures of one agency in a month, as `truc report monthly` has them."""
        done, answer = await self.operator("report", "monthly", "--month", month)
        assert done == 0, answer
        return next(one for one in answer["agencies"] if code in (one.get("organ_id"), one.get("agency")))
