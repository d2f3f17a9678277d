"""The staging tables as SQL, a file for each kind of database, and the number that says which version they are."""

from __future__ import annotations

import re
from importlib import resources
from typing import Final

VERSION: Final = 1


def statements(dialect: str) -> tuple[str, ...]:
    """What makes the tables, one statement each. dialect: postgresql | sqlite."""
    text = (resources.files(__name__) / f"{dialect}.sql").read_text("utf-8")
    bare = re.sub(r"--[^\n]*", "", text)
    return tuple(one.strip() for one in bare.split(";\n") if one.strip())
