"""Connectors: one file for each way to reach a system. The contract is in `connectors.base`, the guide in README.md.

A connector is found by its module's name; there is no list to edit. `load("vxp")` gives the class `Connector` of
`connectors/vxp.py`. A dotted name (`office.truc_sftp`) loads a module from outside this folder.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from connectors.base import Connector, Notifier

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_NOT_KINDS = frozenset({"base", "outgoing", "calling", "notifiers", "forms", "agent", "testing"})
"""What else lies in this folder: the contract, the guarded session, forms of offices, the agent, the author's tools."""


class UnknownKindError(LookupError):
    """No connector has this name."""


def kinds() -> tuple[str, ...]:
    """The connectors of this folder, by name."""
    folder = Path(__file__).parent
    found = (path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
    return tuple(sorted(name for name in found if not name.startswith("_") and name not in _NOT_KINDS))


def load(kind: str) -> type[Connector]:
    """The connector class of this kind. Raises UnknownKindError."""
    name = kind if "." in kind else f"connectors.{kind}"
    if not _KIND.fullmatch(kind) or kind in _NOT_KINDS:
        raise UnknownKindError(kind)
    found: type[Connector] | None = getattr(_module(kind, name), "Connector", None)
    if found is None:
        raise UnknownKindError(kind)
    return found


def load_notifier(kind: str) -> type[Notifier]:
    """The class `Notifier` of `connectors/notifiers/<kind>.py`, or of a dotted module. Raises UnknownKindError."""
    if not _KIND.fullmatch(kind):
        raise UnknownKindError(kind)
    module = _module(kind, kind if "." in kind else f"connectors.notifiers.{kind}")
    found: type[Notifier] | None = getattr(module, "Notifier", None)
    if found is None:
        raise UnknownKindError(kind)
    return found


def _module(kind: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is not None and (name == missing.name or name.startswith(f"{missing.name}.")):
            raise UnknownKindError(kind) from missing
        raise
