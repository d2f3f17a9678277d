"""What is fuzzed: each target takes bytes, may refuse them by name, and may do nothing else.

Seeds are made where nothing depends on a key; inputs that once did harm lie in `found/TARGET/` and are tried for ever.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from edxml import inside, kinds, reader, rules, unwrap
from edxml.faults import Refusal
from edxml.pdf.signature import verify_pdf
from edxml.testing import append_revision, make_package, make_status, plain_pdf
from edxml.trust import revocation_questions
from edxml.trust.certificates import Trust
from edxml.verdict import Verdict
from hub.http import vxp_auth
from hub.http.vxp_replies import Failure

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
FOUND = Path(__file__).parent / "found"
SEEDS = Path(__file__).parent / "seeds"


@dataclass(frozen=True)
class Target:
    """One entry point with good inputs to begin from. `run` returns, or the finding is what it raises."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


@cache
def signed() -> bytes:
    """A document that is PASSED as it is; stored, because what is found must be found again tomorrow."""
    return (SEEDS / "signed.pdf").read_bytes()


@cache
def trust() -> Trust:
    """Who is trusted, with revocation lists that never end."""
    return Trust.from_folder(SEEDS / "trust")


def last_signature(data: bytes) -> slice:
    """Where the hex digits of the last signature stand: the only bytes of the file that no signature covers."""
    numbers = re.findall(rb"/ByteRange\s*\[\s*\d+ (\d+) (\d+) \d+\s*\]", data)[-1]
    return slice(int(numbers[0]), int(numbers[1]))


def run_reader(data: bytes) -> None:
    """The package reader and the rules; a package that is accepted stays the bytes it is."""
    try:
        package = reader.read(data)
        rules.check(package)
    except Refusal:
        return
    assert package.size == len(data)


def reader_seeds() -> list[bytes]:
    return [
        make_package(size=300, at=AT),
        make_package(size=10, business_type=3, replaces=[("X,2026/01/01,1/A", ["000.00.02.H99"])], at=AT),
        make_status("02", description="Sai thẩm quyền", at=AT),
    ]


def run_zip(data: bytes) -> None:
    """Whatever looks into containers."""
    kind = kinds.sniff(data[:65_536], data[-65_536:], "a.docx")
    kinds.single_entry(data[:65_536], data[-65_536:])
    target = io.BytesIO()
    with contextlib.suppress(Refusal):
        unwrap.unwrap(io.BytesIO(data), target, most_bytes=1 << 20)
    assert target.tell() <= 1 << 21
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(data)
        file.flush()
        inside.look(Path(file.name), kind)


def zip_seeds() -> list[bytes]:
    made = []
    for names in (("a.pdf",), ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ("mimetype",)):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
            for name in names:
                container.writestr(name, b"x" * 200)
        made.append(held.getvalue())
    return made


def run_pdf(data: bytes) -> None:
    """The verifier: a verdict for everything, and PASSED for nothing that differs from what was signed."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        report = verify_pdf(file.name, "a.pdf", trust(), AT)
    if report.verdict is Verdict.PASSED:  # hex digits may be written in capitals or not; nothing else may differ
        free = last_signature(signed())
        assert (data[: free.start], data[free.stop :]) == (signed()[: free.start], signed()[free.stop :])


def pdf_seeds() -> list[bytes]:
    return [signed(), append_revision(signed()), plain_pdf(500)]


def run_answer(data: bytes) -> None:
    """What an authority says of a certificate."""
    for kind in ("crl", "ocsp"):
        try:
            revocation_questions.describe(kind, data)
        except ValueError:
            continue


def answer_seeds() -> list[bytes]:
    return [path.read_bytes() for path in (SEEDS / "trust" / "crl").iterdir()]


def run_header(data: bytes) -> None:
    """The signed header text of a VXP call."""
    try:
        vxp_auth._fields(data, {"systemid": [b"a"], "timestamp": [data[:40]]})
    except (Refusal, Failure):
        return


def header_seeds() -> list[bytes]:
    return [b'{"XroadVnpt-systemid":"a","XroadVnpt-timestamp":"21112026T080000+0001"}', b'{"a":1,"a":[{}]}', b"{}"]


TARGETS = {
    "reader": Target(run_reader, reader_seeds),
    "zip": Target(run_zip, zip_seeds),
    "pdf": Target(run_pdf, pdf_seeds),
    "answer": Target(run_answer, answer_seeds),
    "header": Target(run_header, header_seeds),
}
