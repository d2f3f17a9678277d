"""The threats are numbered, and the tests name the numbers: what is tried, where, and why the rest is not.

A case is tried where a test names its id: as `D-09` in a table or a text, or as `test_d_09_…`, `test_D09_…`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

GROUPS = {
    "A": ("XML that is broken, huge or reaches out", 18),
    "B": ("encodings, look-alikes and names of files", 15),
    "C": ("the signature of the package", 22),
    "D": ("signed PDFs", 17),
    "E": ("certificates, revocation, time-stamps, keys", 19),
    "F": ("who may do what", 16),
    "G": ("repeats, replays and order", 12),
    "I": ("size, slowness and floods", 14),
    "J": ("recalls and updates that race", 9),
    "M": ("the broker between hub and office system", 12),
    "N": ("the national axis, and every call of ours", 20),
    "O": ("clocks and holidays", 10),
}
"""What each group of the threat list is about, and how many cases it has."""

NOT_TRIED: Mapping[str, str] = {
    "D-11": "200 real documents are not at hand; 11 are, and none that is genuine fails (`edxml/pdf/test_samples.py`)",
    "E-12": "the certificates of NIST PKITS are not at hand; x509-limbo (E-11) is tried instead",
    "M-08": "three nodes and a partition need a cluster; one node with quorum queues is tried",
    "M-11": "does not arise: the broker is one system's door, the hub's own queue is never in it",
    "O-02": "two processes with a clock each need a database server; the tests' store has one process",
    "O-03": "the turn of the year is tried day by day in `hub/calendar`; numbers are the senders' own",
    "O-04": "one zone is written everywhere (UTC stored, +07:00 shown); a process is not started in other zones yet",
    "O-05": "jobs have no hour of a zone that changes its clock; Vietnam has none",
    "O-08": "a slewed clock cannot be made without the machine's own",
    "O-09": "a stopped process is killed and started anew (`journeys`), not yet stopped and continued",
}
"""Case to the reason, in one line."""

ID = re.compile(r"\b([A-GIJMNO])-(\d\d)(?!\d)|\btest_([A-GIJMNOa-gijmno])_?(\d\d)_")


def named(text: str) -> set[str]:
    """The ids that a text names."""
    return {f"{(a or c).upper()}-{b or d}" for a, b, c, d in ID.findall(text)}


def every_id() -> list[str]:
    """The id of every case of the threat list."""
    return [f"{group}-{number:02}" for group, (_, count) in GROUPS.items() for number in range(1, count + 1)]


def tried() -> dict[str, set[str]]:
    """Case to the folders of the tests that name it."""
    found = defaultdict(set)
    for path in sorted(TESTS.rglob("*.py")):
        if path == Path(__file__).resolve():
            continue
        for case in named(path.read_text(encoding="utf-8")):
            found[case].add(path.relative_to(TESTS).parent.as_posix())
    return found


def table() -> str:
    """The table of tests/README.md."""
    places, known = tried(), every_id()
    lines = ["| group | cases in the threat list | tried here | where |", "| --- | --- | --- | --- |"]
    for group, (what, count) in GROUPS.items():
        mine = [case for case in known if case[0] == group and case in places]
        where = Counter(place for case in mine for place in places[case]).most_common()
        shown = ", ".join(f"`{place}`" for place, _ in sorted(where, key=lambda row: (-row[1], row[0])))
        lines.append(f"| {group}: {what} | {count} | {len(mine)} | {shown} |")
    total = sum(count for _, count in GROUPS.values())
    lines.append(f"| all | {total} | {sum(case in places for case in known)} | |")
    return "\n".join(lines)


def test_the_table_of_threats_is_what_the_tests_name():
    page = (TESTS / "README.md").read_text(encoding="utf-8")

    assert table() in page, f"bring the table in tests/README.md up to date:\n{table()}"


def test_every_case_is_tried_or_it_is_said_why_not():
    missing = set(every_id()) - set(tried())

    assert sorted(missing - set(NOT_TRIED)) == [], "neither tried nor in NOT_TRIED"
    assert sorted(set(NOT_TRIED) - missing) == [], "tried by now: take it out of NOT_TRIED and tests/README.md"


def test_the_page_says_why_a_case_is_not_tried():
    page = (TESTS / "README.md").read_text(encoding="utf-8")

    for case, reason in NOT_TRIED.items():
        assert f"- {case}: {reason}" in page


def test_no_test_names_a_case_that_the_list_does_not_have():
    assert set(tried()) - set(every_id()) == set()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('pytest.param(x, id="D-09a copied")', {"D-09"}),
        ("def test_a_17_a_reference(): ...", {"A-17"}),
        ("async def test_G01_repeats(): ...", {"G-01"}),
        ("UTF-16, ISO-8859-1, R-074, BC-2026", set()),
    ],
)
def test_an_id_is_known_by_its_form(text, ids):
    assert named(text) == ids
