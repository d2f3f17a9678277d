"""Made-up material for tests and the demo: packages, PDFs, an authority that issues certificates.

Everything here is invented under the test prefix H99 and signed by keys that live as long as the process.
Nothing in the product verifies against it unless its anchors are put into a trust folder.
"""

from __future__ import annotations

from edxml.testing.authority import TestCA, TestSigner
from edxml.testing.documents import append_revision, flip_byte, plain_pdf, signed_pdf
from edxml.testing.packages import make_package, make_status, package_signer

__all__ = [
    "TestCA",
    "TestSigner",
    "append_revision",
    "flip_byte",
    "make_package",
    "make_status",
    "package_signer",
    "plain_pdf",
    "signed_pdf",
]
