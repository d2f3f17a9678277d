"""Law is in the code: `# law: R-009 HN Đ1.2` on the line that does the duty, and in the test that holds it to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = ("hub", "edxml", "connectors", "agency_registry")
RULES = frozenset(f"R-{number:03}" for number in range(1, 243))
TAG = re.compile(r"\blaw:(?! str\b) ?(.*)")  # `law: str` is a field
NAMED = re.compile(r"\bR-\w+")


def tags(text: str) -> list[tuple[int, list[str]]]:
    """Line number and rules of every law tag."""
    found = enumerate(map(TAG.search, text.splitlines()), 1)
    return [(number, NAMED.findall(tag.group(1))) for number, tag in found if tag is not None]


def places(root: Path, *folders: str) -> Iterator[tuple[str, list[str]]]:
    """Every place with a law tag, and the rules it names; the examples below are none."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if path != Path(__file__):
                for number, rules in tags(path.read_text(encoding="utf-8")):
                    yield f"{path.relative_to(root).as_posix()}:{number}", rules


def tagged(root: Path, *folders: str) -> dict[str, list[str]]:
    """Rule to the places that carry its tag."""
    found = defaultdict(list)
    for place, rules in places(root, *folders):
        for rule in rules:
            found[rule].append(place)
    return found


def test_every_tag_names_a_rule_that_exists(project_root):
    wrong = {
        place: rules
        for place, rules in places(project_root, *PACKAGES, "tests")
        if not rules or not RULES.issuperset(rules)
    }

    assert wrong == {}


def test_every_tagged_rule_has_a_test_that_names_it(project_root):
    """Write the test, or the tag above the test that is there already."""
    code, tests = tagged(project_root, *PACKAGES), tagged(project_root, "tests")

    assert {rule: lines for rule, lines in sorted(code.items()) if rule not in tests} == {}


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("x = 1  # law: R-009 HN Đ1.2", ["R-009"]),
        ("    # law: R-030 R-031 NĐ30 Đ15.1", ["R-030", "R-031"]),
        ('    """What it is worth.  law: R-061 NĐ30 Đ5.1, R-062 QĐ28 Đ4.2"""', ["R-061", "R-062"]),
        ("# law: R-9", ["R-9"]),
        ("# law: HN Đ1.2", []),
    ],
)
def test_a_tag_is_read_wherever_it_stands(line, rules):
    assert tags(line) == [(1, rules)]
