"""Asks a real hub what its checks say of a package, at any door, without storing it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from edxml.faults import Refusal
from edxml.testing import TestCA, make_package, signed_pdf
from hub.flow import intake

A, B = "000.00.01.H99", "000.00.02.H99"
OUTSIDE = "000.00.00.G22"
DOORS = ("api", "page", "vxp", "axis")
NUMBER, NOTATION, SUBJECT = "7", "SNV-VP", "V/v mời họp giao ban công tác nội vụ quý IV"


@dataclass
class Said:
    """What the hub said: the fault that refused, or the findings of a package that travels."""

    fault: str | None = None
    check: str = ""
    detail: str = ""
    detail_vi: str = ""
    records: dict[str, dict] = field(default_factory=dict)
    warnings: dict[str, object] = field(default_factory=dict)
    status: str = ""

    def outcome(self, check: str) -> str | None:
        """What the check did: enforce, warn, record; None when it found nothing."""
        if self.fault is not None:
            return "enforce" if self.check == check else None
        return self.records[check]["outcome"] if check in self.records else None


async def _body(data: bytes):
    yield data


@pytest.fixture
def ask(sender, recipient):
    """ask(door, **package): what accept() would say."""

    async def asked(door: str = "api", *, data: bytes | None = None, declared: bool = True, **package) -> Said:
        values = {"number": NUMBER, "notation": NOTATION, "subject": SUBJECT, **package}
        made = data or make_package(OUTSIDE if door == "axis" else A, (B,), **values)
        submission = intake.Submission(sender.system, door, declared=declared)
        try:
            found = await intake.dry_run(sender.hub, _body(made), submission)
        except Refusal as refusal:
            return Said(refusal.fault.slug, refusal.check, refusal.detail, refusal.detail_vi)
        records = {one["check"]: dict(one) for one in found.checks}
        return Said(records=records, warnings={one.code: one for one in found.warnings})

    return asked


@pytest.fixture(scope="session")
def ca() -> TestCA:
    return TestCA()


@pytest.fixture(scope="session")
def good(ca) -> bytes:
    """A document as it should be: signed by a person, then by the sender's organisation."""
    signers = [("person", "Nguyễn Văn An"), ("organisation", f"Cơ quan {A}")]
    return signed_pdf(ca, signers, text=f"Số: {NUMBER}/{NOTATION}")
