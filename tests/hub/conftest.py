"""Tests of the hub share the province of `tests/province.py`."""

from __future__ import annotations

from province import hub, new_folder, province, sections, snv, stc, url

__all__ = ["hub", "new_folder", "province", "sections", "snv", "stc", "url"]
