"""Signed documents with bytes flipped, put in or taken out at random: never PASSED, never UNSIGNED, never an error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, signed_pdf
from edxml.testing.upkeep import with_document_timestamp, with_validation_data
from edxml.verdict import Verdict

from . import tagging

CA = TestCA()
SOUND = {
    "one signature": signed_pdf(CA, [("organisation", "Sở Nội vụ")]),
    "two signatures": signed_pdf(CA),
    "with a time-stamp": signed_pdf(CA, timestamp=True),
    "tagged": tagging.sign_and_tag(
        CA, tagging.sign_and_tag(CA, tagging.tagged_pdf(), CA.person("Lê An"), 0, tagging.tag),
        CA.organisation("Sở Nội vụ"), 1, tagging.tag,
    ),
}  # fmt: skip
KEPT = with_document_timestamp(with_validation_data(SOUND["one signature"], CA), CA, CA.now)
TRUST = CA.trust()


def judge(folder, data):
    path = folder / "a.pdf"
    path.write_bytes(data)
    return verify_pdf(str(path), "a.pdf", TRUST, datetime.now(UTC))


@st.composite
def mutants(draw, data):
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["flip", "insert", "delete"])):
            case "flip":
                data = data[:place] + bytes([data[place] ^ draw(st.integers(1, 255))]) + data[place + 1 :]
            case "insert":
                data = data[:place] + draw(st.binary(min_size=1, max_size=8)) + data[place:]
            case _:
                data = data[:place] + data[place + draw(st.integers(1, 8)) :]
    return data


SEEDED = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def means_the_same(data, mutant):
    """White space at the end, and capital letters among the hex digits of a signature, change nothing."""
    return mutant.rstrip(b"\0\t\n\f\r ").lower() == data.rstrip(b"\0\t\n\f\r ").lower()


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_document_passes(tmp_path, name):
    assert judge(tmp_path, SOUND[name]).verdict is Verdict.PASSED


@pytest.mark.parametrize("name", SOUND)
def test_a_mutant_never_passes(tmp_path, name):
    data = SOUND[name]

    @SEEDED
    @given(mutants(data))
    def never_passes(mutant):
        if not means_the_same(data, mutant):
            report = judge(tmp_path, mutant)
            assert report.verdict in (Verdict.INDETERMINATE, Verdict.FAILED), report
            assert report.sub_indication is not None

    never_passes()


def test_a_mutant_of_what_follows_the_signature_passes_only_if_it_shows_the_same(tmp_path):
    """Validation data lies outside of what was signed; to spoil it may cost the proof, never bring another page."""

    @SEEDED
    @given(mutants(KEPT))
    def keeps_its_page(mutant):
        report = judge(tmp_path, mutant)
        if report.verdict is Verdict.PASSED:
            assert mutant.startswith(SOUND["one signature"])
            assert report.signatures[0].integrity.value == "extended"

    keeps_its_page()
