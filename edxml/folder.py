"""Between a package and a folder: unpack writes its files safely, pack makes a package of files."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from edxml import dates, document_id, kinds, model, plain, reader, rules, unwrap, writer
from edxml.file_names import safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from edxml.package_signature import signing

_PIECE: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Written:
    """A file that unpack wrote; `name` as the package calls it, `kind` of what was written."""

    name: str
    path: Path
    kind: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What `pack` was asked for on the command line; empty = not asked."""

    sender: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    number: str = ""
    notation: str = ""
    date: str = ""
    place: str = ""
    type_name: str = ""
    document_id: str = ""
    priority: int | None = None


def unpack(file: Path, target: Path) -> tuple[model.Package, tuple[Written, ...]]:
    """Write every attachment of a package into a folder; never over an existing file, never outside it.

    Gives what was read, and what was written.

    Files wrapped for transport are taken out of their zip. Raises Refusal, FileExistsError, OSError.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".edxml-", dir=target) as work:
        opened: list[BinaryIO] = []

        def sink(index: int) -> BinaryIO:
            opened.append((Path(work) / str(index)).open("xb"))
            return opened[-1]

        whole = reader.Reader(sink)
        try:
            with file.open("rb") as source:
                while piece := source.read(_PIECE):
                    whole.feed(piece)
            package = whole.close()
        finally:
            for one in opened:
                one.close()
        taken: set[str] = set()
        return package, tuple(
            _place(attachment, Path(work) / str(index), target, taken)
            for index, attachment in enumerate(package.attachments)
        )


def pack(
    out: Path, files: Sequence[Path], data: dict[str, Any], wish: Wish, signer: signing.Signer | None = None
) -> int:
    """Write a package of those files; gives its size. Raises Refusal when the result breaks a rule, ValueError.

    data: header and business as `show --json` prints them; what the wish names goes over it.
    signer: who signs the package (profile truc-1), None for nobody.
    """
    header = plain.from_plain(model.MessageHeader, data["header"]) if "header" in data else None
    business = plain.from_plain(model.Business, data.get("business", {}))
    header = _header(header, wish)
    moment = dates.write_time(datetime.now(dates.VIETNAM))
    trace = (model.TraceHop(header.sender.organ_id, moment),)
    attachments = [writer.OutgoingAttachment(path.name, path) for path in files]
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".edxml-") as work:
        made = Path(work) / "package"
        package = _write(made, writer.write_edoc_stream(header, business, trace, attachments))
        rules.check(package)
        if signer is not None:
            package = _sign(made, signer)
        made.replace(out)
    return package.size


def _write(target: Path, pieces: Iterable[bytes]) -> model.Package:
    """Write the bytes and read them at the same time."""
    whole = reader.Reader()
    with target.open("xb") as written:
        for piece in pieces:
            whole.feed(piece)
            written.write(piece)
    return whole.close()


def _sign(made: Path, signer: signing.Signer) -> model.Package:
    """Put the signed package in the place of the unsigned one."""
    from edxml.package_signature import signing  # noqa: PLC0415 - cryptography is for signed packages only

    signed = made.with_name("signed")
    with made.open("rb") as source, signed.open("xb") as target:
        package = signing.sign(source, target, signer)
    signed.replace(made)
    return package


def _place(attachment: model.Attachment, carried: Path, target: Path, taken: set[str]) -> Written:
    path = target / safe_name(attachment.name, taken)
    with carried.open("rb") as source, path.open("xb") as written:
        if attachment.zipped:
            unwrap.unwrap(source, written)
        else:
            while piece := source.read(_PIECE):
                written.write(piece)
    return Written(attachment.name, path, _kind(path) if attachment.zipped else attachment.kind)


def _kind(path: Path) -> str:
    """Kind of a file that was just taken out of its transport zip."""
    with path.open("rb") as source:
        head = source.read(kinds.HEAD_BYTES)
        source.seek(max(0, path.stat().st_size - kinds.TAIL_BYTES))
        return kinds.sniff(head, source.read(), path.name)


def _header(header: model.MessageHeader | None, wish: Wish) -> model.MessageHeader:
    header = header or model.MessageHeader(sender=model.Organization(""))
    sender = _organization(wish.sender) if wish.sender else header.sender
    recipients = tuple(_organization(text) for text in wish.to) or header.recipients
    code = model.Code(wish.number, wish.notation) if wish.number or wish.notation else header.code
    promulgation = header.promulgation
    if wish.date or wish.place:
        day = dates.parse_day(wish.date) if wish.date else None
        if wish.date and day is None:
            msg = f"--date {wish.date!r}: a day as yyyy/MM/dd is needed"
            raise ValueError(msg)
        promulgation = model.Promulgation(wish.place, day, dates.write_day(day) if day else "")
    kind = model.DocumentType(name=wish.type_name) if wish.type_name else header.document_type
    other = header.other if wish.priority is None else dataclasses.replace(header.other, priority=wish.priority)
    return dataclasses.replace(
        header,
        sender=sender,
        recipients=recipients,
        code=code,
        promulgation=promulgation,
        document_type=kind,
        other=other,
        subject=wish.subject or header.subject,
        document_id=wish.document_id or header.document_id or _document_id(sender.organ_id, code, promulgation),
    )


def _organization(text: str) -> model.Organization:
    """`ORGAN_ID` or `ORGAN_ID=NAME`."""
    code, _, name = text.partition("=")
    return model.Organization(code.strip(), name.strip())


def _document_id(organ_id: str, code: model.Code | None, issue: model.Promulgation | None) -> str:
    if code is None or issue is None or issue.on is None:
        msg = "--document-id is needed, or --number, --notation and --date to make one"
        raise ValueError(msg)
    return document_id.build(organ_id, issue.on, code.number, code.notation)
