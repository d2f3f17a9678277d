"""What keeps a signature provable for long: validation data (/DSS) and time-stamps over the document (PAdES-LTA)."""

from __future__ import annotations

import io
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper

from edxml.testing import signing
from edxml.testing.authority import TestCA
from edxml.testing.tsa import TestStamper
from edxml.testing.waiting import finish
from edxml.trust.revocation_sources import Stapled


def with_validation_data(data: bytes, ca: TestCA) -> bytes:
    """The file with one more revision that adds the authority's certificates and revocation lists."""
    certificates = (one.certificate.public_bytes(serialization.Encoding.DER) for one in (ca.root, ca.intermediate))
    return signing.with_answers(data, Stapled(certificates=tuple(certificates), crls=ca.crls()))


def with_document_timestamp(data: bytes, ca: TestCA, moment: datetime) -> bytes:
    """The file with one more revision: a time-stamp of the test TSA over all bytes before it."""
    out = io.BytesIO()
    stamper = PdfTimeStamper(TestStamper(ca.tsa(), moment))
    finish(stamper.async_timestamp_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), "sha256", output=out))
    return out.getvalue()
