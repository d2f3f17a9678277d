"""What a load driver sends: PDFs signed as offices sign, by an authority whose roots the measured hub trusts."""

from __future__ import annotations

from pathlib import Path

from edxml.testing import TestCA, plain_pdf, signed_pdf

OFFICES = 4
"""How many offices sign, each with a person and a certificate of its own."""

ONCE_FROM = 100_000_000
"""From this size on a document is made and sent once, for its memory, not for a rate."""


class Press:
    """Makes the documents of one run."""

    def __init__(self, folder: Path, signatures: int, *, stamped: bool) -> None:
        """folder: of the hub, where the authority is put among the trusted ones, its revocation lists too.

        signatures: 0, 1 (the organisation) or 2 (person, organisation). stamped: each carries a time-stamp.
        Keys are RSA 2048, what State certificates use.
        """
        self._signatures, self._stamped = signatures, stamped
        self._ca = TestCA(algorithm="rsa")
        self._ca.write_trust(folder / "trust")

    def documents(self, size: int) -> list[bytes]:
        """PDFs of about `size` bytes."""
        if self._signatures == 0:
            return [plain_pdf(size)]
        return [self._signed(size, number) for number in range(1 if size >= ONCE_FROM else OFFICES)]

    def _signed(self, size: int, number: int) -> bytes:
        both = (("person", f"Nguyễn Văn {number}"), ("organisation", f"Sở Thử Nghiệm {number}"))
        return signed_pdf(self._ca, both[2 - self._signatures :], size, timestamp=self._stamped)
