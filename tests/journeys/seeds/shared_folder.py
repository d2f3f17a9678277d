"""A clerk at a shared folder: what the office program writes into out/ and status/, and reads from in/."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDERS = ("out", "in", "status", "sent", "refused")


@dataclass(frozen=True)
class SharedFolder:
    """The folder as its agency sees it."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> SharedFolder:
        for name in FOLDERS:
            (root / name).mkdir(parents=True)
        return cls(root)

    def issue(self, name: str, form: dict[str, Any], data: bytes) -> None:
        """A PDF and its form beside it, the form last: then it is complete."""
        (self.root / "out" / f"{name}.pdf").write_bytes(data)
        self._write("out", name, form)

    def answer(self, name: str, form: dict[str, Any]) -> None:
        self._write("status", name, form)

    def received(self) -> list[dict[str, Any]]:
        """The forms beside what came, in the order of their names."""
        return [json.loads(path.read_bytes()) for path in sorted((self.root / "in").glob("*.json"))]

    def of_kind(self, message_type: str) -> list[dict[str, Any]]:
        return [one for one in self.received() if one["message_type"] == message_type]

    def bytes_of(self, item_id: str) -> bytes:
        """The package of one item."""
        forms = (self.root / "in").glob("*.json")
        [path] = [one for one in forms if json.loads(one.read_bytes())["item_id"] == item_id]
        return path.with_suffix(".edxml").read_bytes()

    def names(self, place: str) -> list[str]:
        """What lies in sent/ or refused/."""
        return sorted(path.name for path in (self.root / place).iterdir())

    def _write(self, place: str, name: str, form: dict[str, Any]) -> None:
        beside = self.root / place / f"{name}.tmp"
        beside.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.root / place / f"{name}.json")
