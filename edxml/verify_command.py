"""`truc verify FILE --trust DIR`: the verdict on a PDF or on a package, without a hub.

A package signature of profile truc-1 is judged beside the document, never in its place.

Exit codes: 0 the document PASSED; 1 the answer is no (FAILED, INDETERMINATE, unsigned); 2 wrong use; 3 cannot now.
A package signature that did not pass makes it 1. `truc edxml verify` asks about the package: 0 too when its signature
PASSED and the files in it carry none.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from edxml.contained import ContainedError, contained
from edxml.faults import Refusal
from edxml.package_signature import trust as package_signature_trust
from edxml.package_signature.trust import PackageSignature
from edxml.pdf.signature import unreadable, verify_pdf
from edxml.trust.certificates import Trust
from edxml.verdict import DocumentReport, FileReport, Verdict
from edxml.verdict_words import VIETNAM, LegalValue

DONE, NO, WRONG_USE, CANNOT = 0, 1, 2, 3

_WORST = (Verdict.FAILED, Verdict.INDETERMINATE, Verdict.PASSED)

LONGEST_SECONDS = 9.0
"""What the verification of one file may take; then INDETERMINATE."""


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict on a document, and on the signature of the package it came in.

    carried: "none", "opaque" or "xmldsig" as the package says; empty for a file that is no package.
    signature: of "xmldsig" only.
    """

    document: DocumentReport
    carried: str = ""
    signature: PackageSignature | None = None

    @property
    def is_spoilt(self) -> bool:
        """Whether the package signature makes the whole worth less than the document alone."""
        return self.signature is not None and _WORST.index(self.signature.verdict) < _WORST.index(self.document.verdict)

    def as_json(self) -> dict[str, object]:
        """The document's report, and beside it the package's own signature with the fault that it has as `code`.

        A document in a package whose signature did not pass is never shown as better than that signature.
        """
        shown = self.document.as_json()
        if self.carried:
            shown["package_signature"] = self.signature.as_json() if self.signature is not None else None
        if self.signature is not None and self.is_spoilt:
            own = self.signature.as_json()
            shown |= {name: own[name] for name in ("verdict", "sub_indication", "sentence")}
            shown["legal_value"] = LegalValue.INFORMATION.value
        if self.signature is not None and self.signature.fault is not None:
            shown["code"] = self.signature.fault.slug
        return shown


def document_passed(found: Found) -> bool:
    """Whether the document is good, and came in a package that nobody changed."""
    return found.document.verdict is Verdict.PASSED and not found.is_spoilt


def package_passed(found: Found) -> bool:
    """Whether everything that is signed is good, the package at least."""
    signed = found.signature is not None and found.signature.verdict is Verdict.PASSED
    return document_passed(found) or (signed and found.document.is_unsigned)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words this command understands."""
    parser.add_argument("file", type=Path, help="tệp PDF hoặc gói tin edXML")
    parser.add_argument(
        "--trust",
        type=Path,
        metavar="DIR",
        help="thư mục state/ public/ tsa/ crl/ chứa chứng thư tin cậy; không có thì không chữ ký nào được tin",
    )
    parser.add_argument("--at", metavar="TIME", help="kiểm tra như tại thời điểm này (RFC 3339; mặc định: bây giờ)")
    parser.add_argument("--json", action="store_true", help="in JSON")


def main(
    argv: Sequence[str] | None = None,
    *,
    program: str = "truc verify",
    passed: Callable[[Found], bool] = document_passed,
) -> int:
    """Parse the words and run; gives the exit code."""
    parser = argparse.ArgumentParser(prog=program, description="Kiểm tra chữ ký số của một tệp PDF hoặc gói tin edXML.")
    add_arguments(parser)
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else WRONG_USE
    return run(arguments, passed)


def run(arguments: argparse.Namespace, passed: Callable[[Found], bool] = document_passed) -> int:
    """The command itself, for words already parsed."""
    try:
        at = moment(arguments.at)
        trust = Trust.from_folder(arguments.trust) if arguments.trust is not None else Trust()
    except ValueError as wrong:
        return _complain(WRONG_USE, f"tham số không đúng: {wrong}")
    if not arguments.file.is_file():
        return _complain(CANNOT, f"không có tệp {arguments.file}")
    try:
        found = verify_file(arguments.file, trust, at, verify=_within_limits)
    except Refusal as refusal:
        fault = refusal.fault
        if arguments.json:
            sys.stdout.write(json.dumps({"code": fault.slug, "title": fault.title_vi, "detail": refusal.detail}) + "\n")
        return _complain(NO, f"{fault.slug}: {fault.title_vi}. {refusal.detail}. {fault.remedy_vi}")
    except OSError as trouble:
        return _complain(CANNOT, f"không đọc được {arguments.file}: {trouble.strerror or trouble}")
    text = json.dumps(found.as_json(), ensure_ascii=False, indent=2) if arguments.json else in_words(found)
    sys.stdout.write(text + "\n")
    return DONE if passed(found) else NO


def verify_file(
    path: Path, trust: Trust, at: datetime, *, verify: Callable[[str, str, Trust, datetime], FileReport] = verify_pdf
) -> Found:
    """The verdict on a PDF, or on every file of a package; raises Refusal for a package that cannot be read.

    A file that is neither XML nor names itself .edxml or .xml is taken for a PDF, readable or not.
    """
    if not _looks_like_package(path):
        return Found(DocumentReport.of([verify(str(path), path.name, trust, at)]))
    from edxml import folder  # noqa: PLC0415 (lxml is needed for packages only)

    with tempfile.TemporaryDirectory(prefix="truc-verify-") as work:
        package, files = folder.unpack(path, Path(work))
        report = DocumentReport.of(_judge(one.name, one.kind, str(one.path), verify, trust, at) for one in files)
    carried = package.carried_signature
    signature = package_signature_trust.verify(carried, trust, at) if carried is not None else None
    return Found(report, package.signature, signature)


def _within_limits(path: str, name: str, trust: Trust, at: datetime) -> FileReport:
    """The verdict on one PDF from a process of its own, so that no file keeps or exhausts this one."""
    try:
        return contained(LONGEST_SECONDS, verify_pdf, path, name, trust, at)
    except ContainedError as error:
        return unreadable(name, error)


def _judge(
    name: str,
    kind: str,
    path: str,
    verify: Callable[[str, str, Trust, datetime], FileReport],
    trust: Trust,
    at: datetime,
) -> FileReport:
    """PDFs by their content, and what calls itself one; another kind of file carries no signature we know."""
    if kind == "pdf" or name.lower().endswith(".pdf"):
        return verify(path, name, trust, at)
    return FileReport(name, Verdict.UNSIGNED, note="other_format")


def _looks_like_package(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" in head:
        return False
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") or path.suffix.lower() in {".edxml", ".xml"}


def moment(text: str | None) -> datetime:
    """An RFC 3339 time; without an offset it is Vietnamese time, a date alone its midnight; None = now."""
    if text is None:
        return datetime.now(UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


_CARRIED = {
    "none": "Gói tin không có chữ ký gói.",
    "opaque": "Gói tin mang phần tử Signature ngoài phạm vi kiểm tra (không phải xmldsig).",
}


def in_words(found: Found) -> str:
    """The report for a person: the document's sentence, each file, each signature, last the package's own."""
    report = found.document
    shown = found.as_json()
    lines = [f"{shown['verdict']}  {shown['sentence']}"]
    for file in report.files:
        facts = file.as_json()
        lines.append(f"  {file.verdict.value:<13} {facts['sentence']}")
        lines.extend(f"    {s.verdict.value:<13} {s.as_json()['sentence']}" for s in file.signatures)
    if found.signature is not None:
        signature = found.signature
        lines.append(f"{signature.verdict.value}  {signature.sentence}")
        if signature.fault is not None:
            lines.append(f"  {signature.fault.slug} {signature.where}: {signature.detail}")
    elif found.carried:
        lines.append(_CARRIED[found.carried])
    return "\n".join(_printable(line) for line in lines)


def _printable(line: str) -> str:
    """Text from outside for a terminal: control and direction signs are shown, not obeyed."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


def _complain(code: int, text: str) -> int:
    sys.stderr.write(f"truc verify: {_printable(text)}\n")
    return code
