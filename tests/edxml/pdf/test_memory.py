"""A large signed PDF adds little to the process that verifies it."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from edxml.testing import TestCA, signed_pdf

LARGEST_MEGABYTES = 64  # that a document of 200 MB may add

PROGRAM = textwrap.dedent(
    r"""
    import re, sys, time
    from datetime import UTC, datetime
    from edxml.trust.certificates import Trust
    from edxml.pdf.signature import verify_pdf

    def peak():
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) // 1024

    trust = Trust.from_folder(sys.argv[1])
    small, large = (verify_pdf(sys.argv[2], "a.pdf", trust, datetime.now(UTC)).verdict, peak()), time.process_time()
    verdict = verify_pdf(sys.argv[3], "a.pdf", trust, datetime.now(UTC)).verdict
    print(small[0], verdict, peak() - small[1], time.process_time() - large)
    """
)


def test_200_megabytes_add_little(tmp_path):
    ca = TestCA()
    ca.write_trust(tmp_path / "trust")
    for name, size in (("small.pdf", 0), ("large.pdf", 200_000_000)):
        (tmp_path / name).write_bytes(signed_pdf(ca, size_bytes=size))

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in ("trust", "small.pdf", "large.pdf"))],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip

    small, large, added, seconds = run.stdout.split()
    assert (small, large) == ("PASSED", "PASSED")
    assert int(added) <= LARGEST_MEGABYTES
    assert float(seconds) < 10
