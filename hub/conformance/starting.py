"""The start of a new connector: a small one that works, its peer, its tests and what to do next."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,40}")
_PLACEHOLDER: Final = "new_connector"
_FILES: Final = {
    "connector.py.template": "connector.py",
    "peer.py.template": "peer.py",
    "test.py.template": "test_{name}.py",
    "README.md.template": "README.md",
}


class NameTakenError(ValueError):
    """No connector can be begun under this name there; the text says why."""


def write(name: str, folder: Path) -> list[Path]:
    """Write the files into `folder/name`; their paths. Raises NameTakenError, OSError."""
    if _NAME.fullmatch(name) is None:
        raise NameTakenError(f"{name!r}: a-z 0-9 _, 2-41")
    place = folder / name
    if place.exists():
        raise NameTakenError(str(place))
    place.mkdir(parents=True)
    written = [place / "__init__.py"]
    written[0].write_text(f'"""A connector for Truc: {name}. README.md tells how to go on."""\n', encoding="utf-8")
    source = resources.files("hub.conformance") / "template"
    for template, file in _FILES.items():
        text = (source / template).read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
        written.append(place / file.format(name=name))
        written[-1].write_text(text, encoding="utf-8")
    return written
