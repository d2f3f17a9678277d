"""What the axis's library does to a package, found beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edxml import axis_view
from edxml.reader import Reader
from edxml.testing import make_package


@pytest.fixture
def read():
    reader = Reader()
    reader.feed(make_package())
    return reader.close(), reader.tree


@pytest.mark.parametrize(
    ("changes", "effect", "place"),
    [
        ({"name": "Danh sách.xlsx", "kind": "xlsx"}, "rewrites", "ContentTransferEncoded"),
        ({"name": "a.xlsx", "zipped": True, "declared_type": "application/pdf"}, "rewrites", "ContentType"),
        ({"name": "a" * 81 + ".pdf"}, "loses", "AttachmentName"),
        ({"description": "Phụ lục"}, "loses", "Description"),
        ({"kind": "docx"}, "refuses", "ContentTransferEncoded"),
    ],
    ids=["kind", "label", "name", "description", "no pdf"],
)
def test_what_becomes_of_a_file_is_told_with_its_place(read, changes, effect, place):
    package, tree = read
    other = replace(package, attachments=(replace(package.attachments[0], **changes),))

    told = [one for one in axis_view.findings(other, tree) if "Attachment[1]" in one.path]

    assert [(one.effect, one.path.rsplit("/", 1)[-1]) for one in told] == [(effect, place)]


def test_an_unchanged_file_is_not_mentioned_and_a_signature_is_lost(read):
    package, tree = read

    told = axis_view.findings(replace(package, signature="xmldsig"), tree)

    assert not [one for one in told if "Attachment" in one.path]
    assert [one.path for one in told if one.effect == "loses"] == ["edXMLHeader/Signature"]
