"""Group D: broken and malicious files (D-14) give a verdict in 10 s of CPU and 512 MB, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from . import broken

CPU_SECONDS = 10
MEGABYTES = 512

PROGRAM = textwrap.dedent(
    """
    import json, re, sys, time
    from datetime import UTC, datetime
    from edxml.pdf.signature import verify_pdf
    from edxml.testing import TestCA

    trust = TestCA().trust()
    started = time.process_time()
    report = verify_pdf(sys.argv[1], "a.pdf", trust, datetime.now(UTC))
    print(json.dumps({
        "seconds": time.process_time() - started,
        "megabytes": int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024,
        "verdict": report.verdict, "why": report.sub_indication, "note": report.note, "detail": report.detail,
    }))
    """
)


@pytest.mark.parametrize("maker", broken.ALL, ids=lambda m: f"D-14 {m.__name__.replace('_', ' ')}")
def test_d_14_a_broken_file_is_judged_within_limits(tmp_path, maker):
    path = tmp_path / "a.pdf"
    path.write_bytes(maker())

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=300, check=False
    )

    assert run.returncode == 0, run.stderr[-2000:]
    figures = json.loads(run.stdout)
    assert figures["seconds"] < CPU_SECONDS, figures
    assert figures["megabytes"] < MEGABYTES, figures
    # a file without a signature that can be read is UNSIGNED; one that cannot is undecided, never PASSED
    assert figures["verdict"] in ("UNSIGNED", "INDETERMINATE", "FAILED"), figures
    if figures["verdict"] == "INDETERMINATE":
        assert figures["why"] == "FORMAT_FAILURE", figures
