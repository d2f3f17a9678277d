"""The signatures of a PDF: `verify_pdf` gives the verdict on a file and never raises.

Made for a process pool: arguments and answer are plain values, and pyHanko is imported by the process that
verifies, when it verifies. Give it a path: a document is never held in memory.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from edxml.trust.certificates import Trust, TrustFiles
from edxml.verdict import FileReport, SubIndication, Verdict

PDF_MARK = b"%PDF-"
OUT_OF_TIME = "out_of_time"
"""Note of a file that nobody finished looking at."""


def verify_pdf(path: str, name: str, trust: Trust | TrustFiles, at: datetime) -> FileReport:
    """The verdict on one PDF file at a moment (aware; the time of arrival for a document that arrives).

    name: what the report calls the file. No network is used; revocation answers are in `trust`.
    trust: as values, or as folders that are read once per process.
    Never raises: a file that cannot be read is INDETERMINATE/FORMAT_FAILURE, never "unsigned".
    law: R-068 QĐ28 Đ9.1, R-069 TT15/2025 Đ6
    """
    try:
        with Path(path).open("rb") as stream:
            return _verify(stream, name, trust, at)
    except TimeoutError as error:
        return out_of_time(name, error)
    except Exception as error:  # noqa: BLE001 (a verifier that throws gives no verdict; the caller's pool must not see it)
        return unreadable(name, error)


def _verify(stream: BinaryIO, name: str, trust: Trust | TrustFiles, at: datetime) -> FileReport:
    if PDF_MARK not in stream.read(1024):
        return FileReport(name, Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, note="not_a_pdf")
    from edxml.pdf import check  # noqa: PLC0415 (pyHanko takes 0.4 s to import; only a process that verifies pays)

    try:
        known = trust.load() if isinstance(trust, TrustFiles) else trust
    except ValueError as error:  # the operator's trouble, not the file's
        return FileReport(name, Verdict.INDETERMINATE, SubIndication.GENERIC, detail=f"trust cannot be read: {error}")
    return check.check_file(stream, name, known, at)


def out_of_time(name: str, error: BaseException) -> FileReport:
    """The report on a file that nobody finished looking at: too slow, or its verifier died. To be tried again."""
    detail = f"{type(error).__name__}: {error}"[:500]
    return FileReport(name, Verdict.INDETERMINATE, SubIndication.TRY_LATER, note=OUT_OF_TIME, detail=detail)


def unreadable(name: str, error: BaseException) -> FileReport:
    """The report on a file that could not be judged, for whatever reason."""
    return FileReport(
        name,
        Verdict.INDETERMINATE,
        SubIndication.FORMAT_FAILURE,
        note="unreadable",
        detail=f"{type(error).__name__}: {error}"[:500],
    )
