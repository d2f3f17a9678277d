"""The two schemas, and the naming of what is wrong: fast with libxml2, in words with xmlschema only after a no."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

Profile = Literal["tolerant", "strict"]


def check(root: _Element, profile: Profile) -> None:
    """Refuse a skeleton that the schema of that profile does not allow."""
    del root, profile
