"""The agencies of the hub's registry, kept up to date by what changed: names for what the agent writes.

A file, `agencies.json`, that the office system may read as well; it is replaced whole, never written into.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.agent.sides import KnowsAgencies
from edxml import organ

_KEPT = ("organ_id", "name", "kind", "level", "parent", "state", "aliases", "successors", "valid_from", "valid_to")


class Directory:
    """The agencies as of one version of the registry."""

    def __init__(self, file: Path) -> None:
        """What was kept last; a file that cannot be read is fetched anew."""
        self._file = file
        self.version = 0
        self._agencies: dict[str, dict[str, Any]] = {}
        self._names: dict[str, str] = {}
        try:
            kept = json.loads(file.read_text("utf-8"))
            self._agencies = {str(key): dict(value) for key, value in kept["agencies"].items()}
            self.version = int(kept["version"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._agencies, self.version = {}, 0
        self._index()

    def name_of(self, code: str) -> str:
        """The official name of an organisation code; the code itself when it is not known."""
        return self._names.get(organ.normalise(code), code)

    def __len__(self) -> int:
        return len(self._agencies)

    async def refresh(self, hub: KnowsAgencies) -> int:
        """Take in what changed since; how many changes that were. Raises PeerTroubleError, OSError."""
        version, changed, count = self.version, dict(self._agencies), 0
        async for change in hub.agency_changes(version):
            agency = change.get("agency")
            if isinstance(agency, Mapping) and agency.get("organ_id"):
                key = str(agency.get("id") or agency["organ_id"])
                changed[key] = {name: agency[name] for name in _KEPT if name in agency}
            version = max(version, int(change.get("version") or 0))
            count += 1
        if count:
            self._write(version, changed)
            self.version, self._agencies = version, changed
            self._index()
        return count

    def _write(self, version: int, agencies: Mapping[str, Any]) -> None:
        beside = self._file.with_suffix(".part")
        text = json.dumps({"version": version, "agencies": agencies}, ensure_ascii=False, indent=1, sort_keys=True)
        with beside.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self._file)

    def _index(self) -> None:
        names: dict[str, str] = {}
        for agency in self._agencies.values():
            for code in (*(agency.get("aliases") or ()), agency.get("organ_id", "")):
                names[organ.normalise(str(code))] = str(agency.get("name") or code)
        self._names = names
