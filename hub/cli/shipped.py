"""The patterns of systems that come with Truc (`config/systems/`): which there are, and where each lies."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

from hub.cli.errors import WrongUseError

_INSTALLED: Final = Path(__file__).parents[1] / "systems"
_CHECKOUT: Final = Path(__file__).parents[2] / "config" / "systems"
SHIPPED: Final = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
"""The patterns that come with Truc: packed beside this package, in a checkout those of config/."""


def names() -> list[str]:
    """The patterns that come with Truc."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def pattern(name: str) -> Path:
    """The file of a pattern that comes with Truc. Raises WrongUseError with the names there are."""
    if name in names():
        return SHIPPED / f"{name}.toml"
    near = difflib.get_close_matches(name, names(), n=1)
    hint_vi, hint_en = (f" Ý bạn là {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")
    known = ", ".join(names())
    raise WrongUseError(f"Không có mẫu {name}.{hint_vi} Có: {known}", f"No pattern {name}.{hint_en} There are: {known}")
