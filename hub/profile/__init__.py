"""Provincial profiles: what one province decides otherwise, each line with its decision.

A profile is a TOML file. `national.toml` says everything; any other file names only what differs from it. A file
`profiles/NAME.toml` beside hub.toml goes before the one that comes with Truc.
"""

from hub.profile.explaining import Origin, differences, flat, origins
from hub.profile.reading import KEYS, NATIONAL, SHIPPED, load, names, reasons
from hub.profile.rules import LEVELS, Clocks, Flows, Hours, Keeping, PaperRule, RecallPolicy, Watch
from hub.profile.values import DOORS, Outcome, Profile

__all__ = [
    "DOORS",
    "KEYS",
    "LEVELS",
    "NATIONAL",
    "SHIPPED",
    "Clocks",
    "Flows",
    "Hours",
    "Keeping",
    "Origin",
    "Outcome",
    "PaperRule",
    "Profile",
    "RecallPolicy",
    "Watch",
    "differences",
    "flat",
    "load",
    "names",
    "origins",
    "reasons",
]
