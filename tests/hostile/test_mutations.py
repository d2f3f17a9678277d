"""Whatever is done to good packages, the hub answers at once, never with a 500, and goes on taking good ones.

The seed is fixed, so that what was found once is found again.
"""

from __future__ import annotations

import io
import random
import re
import time
import zipfile
from pathlib import Path

import pytest

from edxml.testing import make_package

from .doors import RECIPIENT, SENDER, Doors

SEED, EACH = 20261121, 100
SLOWEST_SECONDS = 10
WORDS = (b"\x00", b"\xff" * 4, b"<", b">", b"&#0;", b"]]>", b"<!--", b"<?x?>", b"R", b"<<", b">>", b"-1", b"9" * 30,
         b"endobj", b"stream", b"PK\x05\x06", b"/JS", b"obj", b"null", b"'", b"\r")  # fmt: skip


def peak_mib() -> float:
    """The most this process has held since the last call, in MiB; from here on it is measured anew."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    Path("/proc/self/clear_refs").write_text("5")
    assert found is not None, "Linux says so"
    return int(found.group(1)) / 1024


def mutated(chance: random.Random, data: bytes) -> bytes:
    """One to five small changes: bits, bytes, words, pieces taken out, doubled or moved."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(out))
        length = chance.choice((1, 2, 8, 64, 1000))
        match chance.randrange(6):
            case 0:
                out[at] ^= 1 << chance.randrange(8)
            case 1:
                out[at : at + length] = chance.randbytes(length)
            case 2:
                out[at:at] = chance.choice(WORDS)
            case 3:
                del out[at : at + length]
            case 4:
                out[at:at] = out[at : at + length]
            case _:
                there = chance.randrange(len(out))
                piece = bytes(out[at : at + length])
                del out[at : at + length]
                out[there:there] = piece
        if len(out) < 100:
            break
    return bytes(out)


def office_file() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        container.writestr("word/document.xml", "<w>" + "văn bản " * 200 + "</w>")
    return held.getvalue()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("part", ["XML", "PDF", "ZIP"])
async def test_three_hundred_mutants_are_answered_and_a_good_package_still_passes(target, believed, part):
    chance = random.Random(f"{SEED} {part}")
    doors = Doors(target, believed)
    pdf, container = doors.good("1"), office_file()
    whole = make_package(SENDER, (RECIPIENT,), attachments=[("a.pdf", pdf)], number="m")
    slowest = 0.0
    passed = []
    before = peak_mib()

    for number in range(EACH):
        match part:
            case "XML":
                place = whole.index(b"ContentTransferEncoded>")
                data = mutated(chance, whole[:place]) + whole[place:]
            case "PDF":
                files = [("a.pdf", mutated(chance, pdf))]
                data = make_package(SENDER, (RECIPIENT,), attachments=files, number=f"{number}/p")
            case _:
                files = [("a.pdf", pdf), ("b.docx", mutated(chance, container))]
                data = make_package(SENDER, (RECIPIENT,), attachments=files, number=f"{number}/z")
        begun = time.perf_counter()
        heard = await target.offer(data)
        slowest = max(slowest, time.perf_counter() - begun)
        assert heard.status in (200, 201, 400, 409, 413, 422), (number, heard.status, heard.body[:300])
        if heard.status == 201 and part == "PDF" and files[0][1] != pdf:
            told = (await target.sender.get(f"/packages/{heard.json['package_id']}/verdicts")).expect(200)
            passed += [number] if told["verdict"] == "PASSED" else []

    assert slowest < SLOWEST_SECONDS
    assert passed == [], "a changed document is no original"
    assert peak_mib() - before < 512
    await target.recipient.receive_all()
    await doors.still_passes()
