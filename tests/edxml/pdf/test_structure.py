"""Relaxation D: a tagged document may grow by the element of a new signature, and by nothing else."""

from __future__ import annotations

import pytest

from edxml.testing.documents import sign_once
from edxml.verdict import Integrity, Verdict

from . import tagging


@pytest.fixture(scope="module")
def first(ca):
    return tagging.sign_and_tag(ca, tagging.tagged_pdf(), ca.person("Lê An"), 0, tagging.tag)


def integrities(report):
    return [s.integrity for s in report.signatures]


@pytest.mark.parametrize("change", [tagging.tag, tagging.tag_in_place])
def test_a_new_signature_may_enter_the_structure_tree(judge, ca, change):
    data = sign_once(tagging.tagged_pdf(), ca, ca.person("Lê An"), 0, ca.now, certify=True)

    report = judge(tagging.sign_and_tag(ca, data, ca.organisation("Sở Nội vụ"), 1, change))

    assert report.verdict is Verdict.PASSED, report
    assert integrities(report) == [Integrity.EXTENDED, Integrity.FINAL]


def test_several_signatures_may(judge, ca, first):
    data = tagging.sign_and_tag(ca, first, ca.organisation("Sở Nội vụ"), 1, tagging.tag)

    report = judge(tagging.sign_and_tag(ca, data, ca.organisation("Sở Nội vụ"), 2, tagging.tag))

    assert integrities(report) == [Integrity.EXTENDED, Integrity.EXTENDED, Integrity.FINAL], report


def test_a_tool_that_leaves_the_tree_alone_is_fine(judge, ca, first):
    report = judge(sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now))

    assert integrities(report) == [Integrity.EXTENDED, Integrity.FINAL], report


@pytest.mark.parametrize("name", tagging.ABUSES)
def test_nothing_else_may(judge, ca, first, name):
    report = judge(tagging.sign_and_tag(ca, first, ca.organisation("Sở Nội vụ"), 1, tagging.ABUSES[name]))

    assert report.signatures[-1].integrity is Integrity.FINAL
    assert report.signatures[0].integrity in (Integrity.UNEXPLAINED, Integrity.CHANGED), report
    assert report.verdict is Verdict.INDETERMINATE
