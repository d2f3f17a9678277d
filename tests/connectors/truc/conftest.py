"""The client of the native API is tried against the province of `tests/province.py`."""

from __future__ import annotations

from province import hub, new_folder, province, sections, url

__all__ = ["hub", "new_folder", "province", "sections", "url"]
