"""Our own made-up files, kept as bytes, each with its outcome; they need no folder beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from edxml import reader, rules
from edxml.faults import Refusal

FOLDER = Path(__file__).resolve().parents[1] / "data" / "edxml"

# file: fault, or the warnings
OUTCOMES = {
    "base64-in-cdata.edxml": [],
    "base64-in-lines.edxml": [],
    "doctype.edxml": "xml_dtd_forbidden",
    "dotnet-layout.edxml": [],
    "extension-elements.edxml": [],
    "manifest-names-another-file.edxml": "attachment_mismatch",
    "older-version.edxml": "schema_invalid",
    "recall-type1.edxml": [],
    "recall-without-reason.edxml": "reason_required",
    "status-13-take-back.edxml": [],
    "status-one-digit.edxml": [],
    "undeclared-xlink.edxml": ["prefix_declared"],
    "undeclared-xlink-signed.edxml": "xml_not_well_formed",
    "utf-16.edxml": "xml_encoding",
}


def test_every_made_up_file_has_its_outcome_here():
    assert {path.name for path in FOLDER.glob("*.edxml")} == set(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_made_up_file_has_its_outcome(name):
    data = (FOLDER / name).read_bytes()
    expected = OUTCOMES[name]

    if isinstance(expected, str):
        with pytest.raises(Refusal) as refused:
            rules.check(reader.read(data))
        assert refused.value.fault.slug == expected
    else:
        assert [warning.code for warning in rules.check(reader.read(data))] == expected


def test_the_same_file_is_read_from_every_base64_layout():
    digests = {
        reader.read((FOLDER / name).read_bytes()).attachments[0].sha256
        for name in ("base64-in-cdata.edxml", "base64-in-lines.edxml", "dotnet-layout.edxml", "undeclared-xlink.edxml")
    }

    assert len(digests) == 1


def test_extension_elements_are_kept():
    package = reader.read((FOLDER / "extension-elements.edxml").read_bytes())

    assert "SoDen" in package.header.extra[0]
    assert "Tuyen" in package.extra[0]
