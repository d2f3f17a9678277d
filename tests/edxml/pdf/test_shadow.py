"""Shadow documents: true before the switch, with a word of warning; never passed after it."""

from __future__ import annotations

import pytest

from edxml.testing import signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.shadow import shadows
from edxml.verdict import Integrity, Verdict

WAYS = {shadow.name: shadow for shadow in shadows()}


def sign(ca, data, index=0):
    return sign_once(data, ca, ca.organisation("Sở Nội vụ"), index, ca.now, certify=index == 0)


@pytest.mark.parametrize("name", WAYS)
def test_before_the_switch_the_signature_is_valid_and_what_waits_is_named(judge, ca, name):
    report = judge(sign(ca, WAYS[name].prepared))

    assert report.verdict is Verdict.PASSED, report
    assert report.signatures[0].integrity is Integrity.FINAL
    assert WAYS[name].warning is None or WAYS[name].warning in report.warnings


@pytest.mark.parametrize("name", WAYS)
def test_after_the_switch_the_document_has_failed(judge, ca, name):
    report = judge(WAYS[name].switch(sign(ca, WAYS[name].prepared)))

    assert report.verdict is Verdict.FAILED, report
    assert report.signatures[0].integrity is Integrity.CHANGED


@pytest.mark.parametrize("name", WAYS)
def test_a_later_signature_does_not_heal_the_first(judge, ca, name):
    switched = WAYS[name].switch(sign(ca, WAYS[name].prepared))

    report = judge(sign(ca, switched, index=1))

    assert report.verdict in (Verdict.FAILED, Verdict.INDETERMINATE), report
    assert report.signatures[0].integrity in (Integrity.CHANGED, Integrity.UNEXPLAINED)


def test_an_honest_document_has_no_warning(judge, ca):
    assert judge(signed_pdf(ca)).warnings == ()
