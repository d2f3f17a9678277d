"""Group D: what may follow the last signature (D-06), what a certification allows (D-07)."""

from __future__ import annotations

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.sign import fields

from edxml.testing import append_revision, plain_pdf
from edxml.testing.revisions import update, written
from edxml.testing.upkeep import with_document_timestamp, with_validation_data
from edxml.verdict import Integrity, SubIndication, Verdict

from . import changes

FINAL, EXTENDED, UNEXPLAINED, CHANGED = (
    Integrity.FINAL, Integrity.EXTENDED, Integrity.UNEXPLAINED, Integrity.CHANGED,
)  # fmt: skip


def test_d_06_validation_data_and_a_document_timestamp_are_no_change(judge, ca, signed):
    kept = with_document_timestamp(with_validation_data(signed, ca), ca, ca.now)

    report = judge(kept)

    assert report.verdict is Verdict.PASSED, report
    assert [s.integrity for s in report.signatures] == [EXTENDED, EXTENDED]
    (stamp,) = report.timestamps
    assert (stamp.at, stamp.authority, stamp.trusted) == (ca.now, ca.tsa().name, True)
    assert stamp.covers == len(kept)
    assert report.as_json()["timestamps"][0]["authority"] == ca.tsa().name


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_d_06_upkeep_may_be_repeated(judge, ca, signed, rounds):
    for _ in range(rounds):
        signed = with_document_timestamp(with_validation_data(signed, ca), ca, ca.now)

    report = judge(signed)

    assert report.verdict is Verdict.PASSED
    assert len(report.timestamps) == rounds


def test_d_06_a_stamp_of_a_stranger_is_listed_and_not_trusted(judge, ca, signed):
    from edxml.testing import TestCA

    report = judge(with_document_timestamp(signed, TestCA(name="Người lạ"), ca.now))

    assert report.verdict is Verdict.PASSED
    assert [t.trusted for t in report.timestamps] == [False]


def test_d_06_upkeep_does_not_cover_a_change(judge, ca, signed):
    changed = append_revision(signed)

    report = judge(with_document_timestamp(with_validation_data(changed, ca), ca, ca.now))

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.HASH_FAILURE)


def test_d_06_a_broken_stamp_proves_nothing_and_is_named(judge, ca, signed):
    stamped = with_document_timestamp(signed, ca, ca.now)
    place = stamped.rindex(b"PPKLite")  # covered by the stamp only

    report = judge(stamped[:place] + b"x" + stamped[place + 1 :])

    assert [t.trusted for t in report.timestamps] == [False]
    assert "document_timestamp_broken" in report.warnings


@pytest.mark.parametrize("name", changes.AFTER_THE_LAST)
def test_d_06_anything_else_after_the_last_signature_is_refused(judge, signed, name):
    change, verdict = changes.AFTER_THE_LAST[name]

    report = judge(change(signed))

    assert report.verdict is verdict, report
    expected = SubIndication.HASH_FAILURE if verdict is Verdict.FAILED else SubIndication.SIG_CONSTRAINTS_FAILURE
    assert report.sub_indication is expected


# --- certification


@pytest.fixture(params=[fields.MDPPerm.NO_CHANGES, fields.MDPPerm.FILL_FORMS, fields.MDPPerm.ANNOTATE])
def level(request):
    return request.param


@pytest.fixture
def certified(ca, level):
    return changes.certified(ca, plain_pdf(), level)


def test_d_07_a_certified_document_is_valid(judge, certified):
    assert judge(certified).verdict is Verdict.PASSED


def test_d_07_an_annotation_is_never_silent(judge, certified):
    """EAA: at level 3 the format allows annotations; they still change what is read, so they are refused as well."""
    report = judge(changes.annotated(certified))

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.HASH_FAILURE)


def test_d_07_a_second_signature_needs_level_2(judge, ca, certified, level):
    """SSA with an honest place: level 1 forbids it, the others do not."""
    report = judge(changes.sign_again(ca, certified, ca.organisation("Sở Nội vụ")))

    expected = UNEXPLAINED if level is fields.MDPPerm.NO_CHANGES else EXTENDED
    assert [s.integrity for s in report.signatures] == [expected, FINAL]


def test_d_07_a_second_signature_over_the_text_is_not_explained(judge, ca, certified):
    """SSA: the drawing of a new signature hides the page."""
    report = judge(changes.sign_again(ca, certified, ca.organisation("Sở Nội vụ"), box=(0, 400, 595, 842)))

    assert [s.integrity for s in report.signatures] == [UNEXPLAINED, FINAL]
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


def test_d_07_a_waiting_field_over_the_text_is_not_explained_when_it_is_signed(judge, ca, level):
    waiting = written(
        plain_pdf(),
        lambda w: fields.append_signature_field(
            w, fields.SigFieldSpec("Signature2", on_page=0, box=(0, 400, 595, 842))
        ),
    )
    data = changes.certified(ca, waiting, level)

    report = judge(changes.sign_field(ca, data, "Signature2"))

    assert report.verdict is not Verdict.PASSED
    assert report.signatures[0].integrity is UNEXPLAINED


def test_d_07_a_strangers_second_signature_is_no_excuse(judge, ca, certified):
    from edxml.testing import TestCA

    stranger = TestCA(name="Người lạ")

    report = judge(changes.sign_again(ca, append_revision(certified), stranger.organisation("Sở Nội vụ")))

    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].integrity is CHANGED


def test_d_07_taking_the_permission_away_is_not_explained(judge, certified):
    report = judge(written(certified, _without_permissions))

    assert report.verdict is not Verdict.PASSED


def _without_permissions(writer):
    del writer.root[generic.pdf_name("/Perms")]
    writer.update_root()


def test_d_07_a_dead_revision_is_not_explained(judge, certified):
    assert judge(update(certified, {}, freed=[900])).verdict is not Verdict.PASSED
