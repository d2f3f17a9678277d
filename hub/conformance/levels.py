"""What each level of conformity means and needs.

0: nothing is shown. 1: documents go and come whole. 2: trouble loses and doubles nothing. 3: everything.
A level is reached when each of its scenarios and of those below was passed, or cannot apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

HIGHEST: Final = 3

OF_CONNECTORS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("imports_quietly", "settings_described", "hands_over", "keeps_names", "collects_alike",
                     "fetches", "parks"), 1),
    **dict.fromkeys(
        ("keeps_secrets", "repeats_once", "cancelled", "refused", "untouched", "time_limits", "doubt_unreachable",
         "doubt_half_open", "doubt_error_500", "doubt_error_503", "doubt_error_429", "doubt_html_200", "doubt_empty",
         "doubt_cut_before_answer", "doubt_wrong_digest", "doubt_broken", "same_id", "nothing_before_confirm",
         "confirms", "rejects", "leaves_incomplete", "tells_trouble"), 2
    ),
}  # fmt: skip
"""Scenario id -> level that needs it; what is not named is needed for the highest."""


def reached(results: Iterable[tuple[int, bool]]) -> int:
    """The level of these (level that needs it, whether it stands in no way); no scenario at all reaches nothing."""
    rows = list(results)
    if not rows:
        return 0
    missed = [level for level, fine in rows if not fine]
    return min([HIGHEST + 1, *missed]) - 1
