"""Law is in the code: `# law: R-009 HN Đ1.2` on the line that does the duty, and in the test that holds it to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import law
from hub.law import Side
from hub.law.places import PRODUCT

OWN = ("hub/law", "hub/cli/law.py", "tests/agreement/test_law")


def lines(root: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every place with a law tag, and the rules it names; the examples below are none."""
    for folder, pattern in (*((one, "*.py") for one in (*PRODUCT, "tests")), ("config/profiles", "*.toml")):
        for path in sorted((root / folder).rglob(pattern)):
            name = path.relative_to(root).as_posix()
            if not name.startswith(OWN):
                for number, rules, _ in law.named(path.read_text(encoding="utf-8")):
                    yield f"{name}:{number}", rules


def test_every_tag_names_a_rule_that_exists(project_root):
    wrong = {place: rules for place, rules in lines(project_root) if not rules or not law.load().keys() >= set(rules)}

    assert wrong == {}


def test_every_tagged_rule_has_a_test_that_names_it(project_root):
    """Write the test, or the tag above the test that is there already."""
    found = law.scan(project_root)

    untested = {
        rule: [f"{one.file}:{one.line}" for one in places]
        for rule, places in sorted(found.items())
        if Side.CODE in {one.side for one in places} and Side.TEST not in {one.side for one in places}
    }

    assert untested == {}


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("x = 1  # law: R-009 HN Đ1.2", ["R-009"]),
        ("    # law: R-030 R-031 NĐ30 Đ15.1", ["R-030", "R-031"]),
        ('    """What it is worth.  law: R-061 NĐ30 Đ5.1, R-062 QĐ28 Đ4.2"""', ["R-061", "R-062"]),
        ("# law: R-9", ["R-9"]),
        ("# law: P-04 S-01 R-226", ["P-04", "S-01", "R-226"]),
        ("# law: HN Đ1.2", []),
    ],
)
def test_a_tag_is_read_wherever_it_stands(line, rules):
    assert [(number, list(found)) for number, found, _ in law.named(line)] == [(1, rules)]
