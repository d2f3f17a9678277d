"""A verifier that dies takes no verdict of another document with it."""

from __future__ import annotations

import os
import signal

import pytest

from edxml.testing import plain_pdf
from edxml.verdict import Verdict
from hub.flow import verify
from hub.flow.arrival import Checkable
from hub.verifiers import VerifierPool


@pytest.fixture
def pool(hub):
    """One verifier in a process of its own, as a served hub has."""
    hub.verifiers = made = VerifierPool(1, 8)
    yield made
    hub.verifiers = None
    made.shutdown(wait=True)


async def test_a_file_whose_verifier_was_killed_by_another_is_verified_again(hub, pool, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf(500))
    process = pool.submit(os.getpid).result(30)
    os.kill(process, signal.SIGKILL)

    report = await verify.report(hub, [Checkable("a.pdf", str(path))], "000.00.01.H99")

    assert [file.verdict for file in report.files] == [Verdict.UNSIGNED]
