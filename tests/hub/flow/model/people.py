"""The hub of the model: its agencies and systems, a clock that is put forward and back, and a way to fall over.

A (a system of its own) · B (two systems, the second one stores) · C and D (one system for both) · E (not connected) ·
F (is closed some day, C takes over) · G (gets another code some day).
"""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agency_registry import edit
from edxml.faults import Refusal
from flow.conftest import Hand
from hub import app
from hub.clock import FakeClock
from hub.context import Hub
from hub.flow import officers, registry
from hub.profile.rules import RecallPolicy
from hub.settings import from_mapping

from .book import CODES, HEIR_OF_F, NEW_CODE_OF_G, SECOND, SYSTEMS, Book

SETTINGS = {
    "hub": {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": True},
    "listen": [{"port": 0, "doors": ["vxp"]}],
}
START = datetime(2026, 11, 2, 2, tzinfo=UTC)  # Monday, 09:00 in Vietnam
BOTH = officers.Officers("an", "binh")
WHY = edit.Why(actor="an", reason="sắp xếp tổ chức", decision="12/QĐ-UBND")


@dataclass
class Office:
    """What a Hand needs of a registered system."""

    people: People
    system_id: str

    @property
    def hub(self) -> Hub:
        return self.people.hub


class People:
    """A hub and whoever uses it; `ids` are the systems' ids in the hub by their names in the book."""

    def __init__(self, folder, target, book: Book) -> None:
        self.folder = shutil.copytree(folder, target)
        self.book = book
        self.clock = FakeClock(START)
        self.loop = asyncio.new_event_loop()
        self.ids: dict[str, str] = {}
        self.hub: Hub
        self.open()
        self.change(self._register)

    def do(self, work):
        return self.loop.run_until_complete(work)

    def tried(self, work):
        """The answer, and None; or None and the refusal."""
        try:
            return self.do(work), None
        except Refusal as refusal:
            return None, refusal

    def read(self, work):
        return self.do(self.hub.db.read(work))

    def open(self) -> None:
        self.hub = self.do(app.open_hub(from_mapping(SETTINGS, self.folder / "hub.toml"), clock=self.clock))
        if self.book.keeps:
            flows = self.hub.profile.flows.model_copy(
                update={"recall": RecallPolicy.BEFORE_HANDLED, "handled_from": "04"}
            )
            self.hub.profile = dataclasses.replace(self.hub.profile, flows=flows)

    def close(self) -> None:
        self.do(app.close_hub(self.hub))

    def hand(self, system: str, door: str = "api") -> Hand:
        return Hand(Office(self, self.ids[system]), door)

    def system(self, name: str):
        return self.hub.system(self.ids[name])

    def change(self, work) -> None:
        self.do(registry.change(self.hub, work))

    def advance(self, step: timedelta) -> None:
        self.clock.advance(step)

    def _register(self, connection) -> None:
        for code in CODES.values():
            edit.add_agency(connection, code, f"Cơ quan {code}")
        for name, agencies in SYSTEMS.items():
            codes = [CODES[one] for one in agencies]
            self.ids[name], _ = edit.add_system(connection, name=name, organ_ids=codes, wrap=self.hub.keys.wrap)
        for number, (agency, name) in enumerate(SECOND.items(), start=90):
            edit.add_agency(connection, f"000.00.{number}.H99", f"Đơn vị lưu trữ của {agency}")
            self._add(connection, name, f"000.00.{number}.H99")
            edit.attach_agencies(connection, self.ids[name], [CODES[agency]], part="second", why=WHY)

    def _add(self, connection, name: str, code: str, **how) -> None:
        self.ids[name], _ = edit.add_system(connection, name=name, organ_ids=[code], wrap=self.hub.keys.wrap, **how)

    # ------------------------------------------------------------------------------------- changes of who is who

    def close_f(self) -> None:
        self.change(lambda c: edit.close_agency(c, CODES["F"], successors=[CODES[HEIR_OF_F]], why=WHY))

    def recode_g(self) -> None:
        self.change(lambda c: edit.recode_agency(c, CODES["G"], NEW_CODE_OF_G, why=WHY))

    def move_d(self) -> None:
        self.change(lambda c: self._add(c, "d", CODES["D"], replace=True))

    def connect_e(self) -> None:
        self.change(lambda c: self._add(c, "e", CODES["E"]))
