"""An office at the other side of a shared folder: reads in/, puts packages into out/ and status/."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.testing.peer import Arrival, Mode, Offer, OfferState
from connectors.testing.peer import Peer as Base

FOLDERS = ("out", "in", "status", "sent", "refused")


class Peer(Base):
    modes = frozenset({Mode.UNREACHABLE, Mode.BROKEN})
    collect_modes = frozenset({Mode.UNREACHABLE})
    collects = True
    incomplete = True

    def __init__(self) -> None:
        self._place: Path | None = None
        self._offered: list[tuple[str, str, str]] = []  # place, name, sha256
        self._rest = b""

    @property
    def root(self) -> Path:
        assert self._place is not None, "the peer was started"
        return self._place / "share"

    async def start(self) -> None:
        if self._place is None:
            self._place = Path(tempfile.mkdtemp(prefix="office-"))
            weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
            for name in FOLDERS:
                (self.root / name).mkdir(parents=True)
        elif (self._place / "away").exists():
            (self._place / "away").rename(self.root)

    async def stop(self) -> None:
        if self._place is not None and self.root.exists():
            self.root.rename(self._place / "away")

    def settings(self) -> Mapping[str, Any]:
        return {"path": str(self.root), "settle_seconds": 0.05, "look_seconds": 0.05}

    async def received(self) -> list[Arrival]:
        found = []
        for path in sorted(self._in.glob("*.edxml")):
            said = path.with_suffix(".json")
            item_id = json.loads(said.read_bytes())["item_id"] if said.exists() else path.stem.rpartition("_")[2]
            found.append(Arrival(item_id, hashlib.sha256(path.read_bytes()).hexdigest()))
        return found

    async def half_done(self) -> list[str]:
        return [f"in/{path.name}" for path in self._in.iterdir() if path.name.startswith(".truc-")]

    @property
    def _in(self) -> Path:
        for place in (self.root / "in-kept", self.root / "in"):
            if place.is_dir():
                return place
        return self._place / "away" / "in"

    async def misbehave(self, mode: Mode | None) -> None:
        kept, place = self.root / "in-kept", self.root / "in"
        if kept.exists():
            place.unlink()
            kept.rename(place)
        await self.start()
        if mode is Mode.UNREACHABLE:
            await self.stop()
        elif mode is Mode.BROKEN:
            place.rename(kept)
            place.write_bytes(b"")

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        place = "status" if message_type == "status" else "out"
        name = f"vb-{len(self._offered):04d}.edxml"
        (self.root / place / f"{name}.tmp").write_bytes(data)
        (self.root / place / f"{name}.tmp").rename(self.root / place / name)
        self._offered.append((place, name, hashlib.sha256(data).hexdigest()))

    async def offer_incomplete(self, data: bytes) -> None:
        name = f"vb-{len(self._offered):04d}.edxml"
        (self.root / "out" / name).write_bytes(data[: len(data) // 2])
        self._rest = data[len(data) // 2 :]
        self._offered.append(("out", name, hashlib.sha256(data).hexdigest()))

    async def complete(self) -> None:
        with (self.root / "out" / self._offered[-1][1]).open("ab") as file:
            file.write(self._rest)

    async def offers(self) -> list[Offer]:
        found = []
        for place, name, sha256 in self._offered:
            state, text = OfferState.WAITING, ""
            if (self.root / "sent" / name).exists():
                state, text = OfferState.TAKEN, (self.root / "sent" / name).with_suffix(".txt").read_text("utf-8")
            elif (self.root / "refused" / name).exists():
                reason = (self.root / "refused" / name).with_suffix(".ly-do.txt")
                state, text = OfferState.REJECTED, reason.read_text("utf-8-sig")
            else:
                assert (self.root / place / name).exists(), "nothing is lost"
            found.append(Offer(sha256, state, text))
        return found
