"""Fuzz one target for as long as you like, guided by coverage.

    pip install "atheris>=3,<4"          (it is no part of the environment: it has no wheels for every Python)
    python tests/fuzz/run.py pdf --seconds 3600

What does harm is written to found/TARGET/ and is from then on part of the test suite.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 10
MEMORY_MB = 512


def main() -> int:
    """Read the words, lay the seeds out, hand over to libFuzzer; it does not come back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is missing: pip install 'atheris>=3,<4'")
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    with atheris.instrument_imports(include=["edxml", "pyhanko", "hub.http.vxp_auth"]):
        from fuzz.targets import FOUND, TARGETS
    if words.target not in TARGETS:
        parser.error(f"a target is one of {', '.join(TARGETS)}")
    target = TARGETS[words.target]
    corpus = Path(tempfile.mkdtemp(prefix="truc-fuzz-"))
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(data)
    found = FOUND / words.target
    found.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={words.seconds}",
        f"-timeout={LONGEST_SECONDS}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-seed={words.seed}",
        f"-artifact_prefix={found}/",
        "-max_len=65536",
        str(corpus),
        str(found),
    ]
    atheris.Setup([sys.argv[0], *options], target.run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
