"""Signing a large package needs no more memory than a small one: what is signed are digests."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from edxml.testing import TestCA

PROGRAM = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from edxml import model, reader, writer
    from edxml.package_signature import signing

    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    with (folder / "a.pdf").open("wb") as made:
        for _ in range(megabytes):
            made.write(b"%PDF-1.7" * 131_072)
    header = model.MessageHeader(model.Organization("A.B"), (model.Organization("C.D"),), document_id="x", subject="y")
    files = [writer.OutgoingAttachment("a.pdf", folder / "a.pdf")]
    with (folder / "plain").open("wb") as out:
        for piece in writer.write_edoc_stream(header, attachments=files):
            out.write(piece)
    signer = signing.Signer.load(folder / "key.pem", [folder / "cert.pem"])
    with (folder / "plain").open("rb") as source, (folder / "signed").open("wb") as target:
        package = signing.sign(source, target, signer)
    assert not package.carried_signature.fault
    status = Path("/proc/self/status").read_text()
    print(package.size, next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    """
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_200_megabytes_are_signed_and_verified_in_the_memory_of_one(tmp_path):
    own = TestCA().organisation("Sở Nội vụ")
    (tmp_path / "key.pem").write_bytes(own.key_pem)
    (tmp_path / "cert.pem").write_bytes(own.certificate_pem)

    def peak_kilobytes(megabytes: int) -> int:
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(megabytes)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
        size, peak = map(int, run.stdout.split())
        assert size > megabytes * 1_000_000
        return peak

    small, large = peak_kilobytes(1), peak_kilobytes(200)

    assert large - small < 8_192
