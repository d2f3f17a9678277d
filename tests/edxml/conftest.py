"""What the tests of edxml share: real samples when they lie beside the project, a package, an authority, a verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edxml import model, writer
from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, signed_pdf

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "edxml"


def make(attachments=(("Báo cáo.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40),), **header) -> bytes:
    """A document message of two made-up agencies."""
    parts = {
        "sender": model.Organization("000.00.01.H99", "Sở Nội vụ"),
        "recipients": (model.Organization("000.00.02.H99", "UBND xã An Bình"),),
        "document_id": "000.00.01.H99,2026/11/20,12/BC-SNV",
        "code": model.Code("12", "BC-SNV"),
        "promulgation": model.Promulgation("An Bình", None, "2026/11/20"),
        "document_type": model.DocumentType(2, 14, "Báo cáo"),
        "subject": "Báo cáo quý",
        "steering_type": 0,
    } | header
    return writer.write_edoc(
        model.MessageHeader(**parts),
        model.Business(reason="Văn bản điện tử mới"),
        (model.TraceHop("000.00.01.H99", "2026/11/20 10:00:00"),),
        [writer.OutgoingAttachment(name, data) for name, data in attachments],
    )


@pytest.fixture
def package_bytes() -> bytes:
    """One valid package with a small PDF."""
    return make()


@pytest.fixture
def make_package():
    """The maker itself, for tests that vary it."""
    return make


@pytest.fixture(scope="module")
def ca() -> TestCA:
    """An authority for one module: what one of its tests revokes is not revoked elsewhere."""
    return TestCA()


@pytest.fixture(scope="module")
def signed(ca) -> bytes:
    """A PDF signed by a person and an organisation."""
    return signed_pdf(ca)


@pytest.fixture
def judge(tmp_path, ca):
    """The report on the bytes of a PDF, by default under the module's authority and now."""

    def verdict(data, trust=None, at=None):
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return verify_pdf(str(path), "a.pdf", ca.trust() if trust is None else trust, at or datetime.now(UTC))

    return verdict
