"""What all tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

SEQ = BigInteger().with_variant(Integer, "sqlite")
"""A number that grows with each row."""


def columns(row: Any) -> dict[str, Any]:
    """The values of a row object by column; `dataclasses.asdict` would copy each of them deeply."""
    return {name: getattr(row, name) for name in row.__slots__}
