"""The law index: every rule in the project's own words, whose duty it is, and where code and tests do it.

The data lie in `rules/*.toml`, one file per group. A rule with `later` waits for that package; one with `elsewhere_vi`
is another's duty and says whose; every other one is done here, and carries its tag in code and in a test.
"""

from hub.law.index import Group, Mark, Rule, Source, Standing, Verb, documents, groups, load
from hub.law.places import Place, Side, named, root, scan

__all__ = [
    "Group",
    "Mark",
    "Place",
    "Rule",
    "Side",
    "Source",
    "Standing",
    "Verb",
    "documents",
    "groups",
    "load",
    "named",
    "root",
    "scan",
]
