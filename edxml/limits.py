"""Structural limits of one package; passing any of them is a fault of its own, never a slow parse."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How large each part of a package may be.

    The skeleton is the XML with every attachment text taken out; it stays below the 10,000,000 bytes at which
    libxml2 itself would stop, so the same answer comes on both sides of that border.
    """

    package_bytes: int = 629_145_600
    skeleton_bytes: int = 8_388_608
    attachments: int = 200
    recipients: int = 5_000
    elements: int = 100_000
    depth: int = 32
    attributes: int = 64
    attribute_bytes: int = 65_536
    name_bytes: int = 256
    namespaces: int = 1_000
