"""What the hostile PDFs share: an authority, a document signed by a person and an organisation, and a judge."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, signed_pdf


@pytest.fixture(scope="package")
def ca():
    return TestCA()


@pytest.fixture(scope="package")
def signed(ca):
    return signed_pdf(ca)


@pytest.fixture
def judge(tmp_path, ca):
    def verdict(data, trust=None):
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return verify_pdf(str(path), "a.pdf", trust or ca.trust(), datetime.now(UTC))

    return verdict
