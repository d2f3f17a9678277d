"""Every reason to refuse is said alike at every door, with the codes and texts of the one table.

The table itself, its slugs and its two languages: tests/edxml/test_faults.py.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from edxml.faults import Fault
from hub.http import problems

PACKAGES = ("hub", "edxml", "connectors", "agency_registry")
SLUGS = {fault.slug for fault in Fault}


def nodes(root: Path):
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{path.relative_to(root).as_posix()}:{getattr(node, 'lineno', 0)}", node


def test_every_fault_the_code_names_is_in_the_table(project_root):
    rows = {fault.name for fault in Fault}
    named = {
        (place, node.attr)
        for place, node in nodes(project_root)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "Fault" and node.attr.isupper()
    }

    assert len(named) > 100
    assert {(place, name) for place, name in named if name not in rows} == set()


def test_every_refusal_is_raised_with_a_fault_of_the_table(project_root):
    """Never with a text of its own: `Refusal(Fault.X, …)` or a fault held in a name."""
    calls = [
        (place, node)
        for place, node in nodes(project_root)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Refusal"
    ]

    assert len(calls) > 100
    assert [place for place, call in calls if not call.args or isinstance(call.args[0], ast.Constant)] == []


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.slug)
def test_the_native_api_says_a_fault_as_the_table_does(fault):
    kind = problems.of_fault(fault)

    assert (kind.code, kind.status, kind.retry, kind.who) == (fault.slug, fault.http_status, fault.retry, fault.who)
    assert (kind.title_vi, kind.title_en) == (fault.title_vi, fault.title_en)
    assert (kind.remedy_vi, kind.remedy_en) == (fault.remedy_vi, fault.remedy_en)


def test_problems_of_http_itself_take_no_name_of_a_fault():
    assert not {kind.code for kind in problems.HTTP_KINDS} & SLUGS
