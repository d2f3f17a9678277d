"""What an office wrote into truc_outgoing and truc_status_out: what it means, and what is said of it afterwards."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from connectors.database import tables
from connectors.forms import answering, notes, sending, wrong
from connectors.forms.wrong import FormError, Wrong
from edxml.document_id import comparison_key
from edxml.file_names import safe_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from connectors.base import Declined, Taken

MOST: Final = 500
"""Rows that are looked at in one turn."""

_O, _F, _S, _I = tables.OUTGOING, tables.OUTGOING_FILES, tables.STATUS_OUT, tables.INCOMING
_SAID: Final = ("item_id", "document_id", "code", "reason_code", "description", "arrival_number", "arrival_date")


@dataclass(frozen=True, slots=True)
class Written:
    """One row as it was read. key: its office_key, or its id. form: of a document, as it stands there."""

    key: str | int
    message_type: str
    form: str | None
    package: bytes | None
    files: tuple[tuple[str, bytes], ...] = ()
    answer: dict[str, Any] | None = None
    about: answering.About | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """The package a row means, and what is said beside it."""

    data: bytes
    sha256: str
    beside: dict[str, Any]


async def waiting(connection: AsyncConnection, message_type: str) -> list[str | int]:
    """The keys of what is new, in order; rows that somebody is just writing are left for the next turn."""
    if message_type == "status":
        asked = select(_S.c.id).where(_S.c.state == "new").order_by(_S.c.id)
    else:
        asked = select(_O.c.office_key).where(_O.c.state == "new").order_by(_O.c.created_at, _O.c.office_key)
    return list((await connection.execute(asked.limit(MOST).with_for_update(skip_locked=True))).scalars())


async def sign(connection: AsyncConnection) -> tuple[Any, ...]:
    """Something that differs when there is a new row to take."""
    documents = select(func.count(), func.max(_O.c.created_at)).where(_O.c.state == "new")
    answers = select(func.count(), func.max(_S.c.id)).where(_S.c.state == "new")
    return (*(await connection.execute(documents)).one(), *(await connection.execute(answers)).one())


async def load(connection: AsyncConnection, key: str | int, message_type: str, largest_bytes: int) -> Written | None:
    """One row with all that belongs to it; None when it is no longer new. Raises FormError when it is too large."""
    if message_type == "status":
        return await _answer(connection, key)
    size = select(func.coalesce(func.length(_O.c.package), 0)).where(_O.c.office_key == key)
    files = select(func.coalesce(func.sum(func.length(_F.c.content)), 0)).where(_F.c.office_key == key)
    total = int((await connection.execute(size)).scalar() or 0) + int((await connection.execute(files)).scalar() or 0)
    if total > largest_bytes:
        most = largest_bytes // 1_000_000
        raise FormError([Wrong("", f"lớn quá {most} MB", f"larger than {most} MB")])
    asked = select(_O.c.form, _O.c.package).where(_O.c.office_key == key, _O.c.state == "new")
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    found = await connection.execute(select(_F.c.name, _F.c.content).where(_F.c.office_key == key).order_by(_F.c.n))
    return Written(key, "edoc", row.form, row.package, tuple((one.name, bytes(one.content)) for one in found))


async def _answer(connection: AsyncConnection, key: str | int) -> Written | None:
    row = (await connection.execute(select(_S).where(_S.c.id == key, _S.c.state == "new"))).one_or_none()
    if row is None:
        return None
    if row.package is not None:
        return Written(key, "status", None, bytes(row.package))
    said = {name: getattr(row, name) for name in _SAID} | {"from": row.from_code, "to": row.to_code}
    said |= {"destroyed": bool(row.destroyed), "staff": row.staff or None}
    about = await _about(connection, row)
    return Written(key, "status", None, None, (), said, about, _moment(row.created_at))


async def _about(connection: AsyncConnection, row: Row[Any]) -> answering.About | None:
    named = _I.c.item_id == row.item_id if row.item_id else _I.c.document_key == comparison_key(row.document_id)
    asked = select(_I.c.form).where(named, _I.c.kind != "status").order_by(_I.c.received_at.desc()).limit(1)
    found = (await connection.execute(asked)).scalar()
    if found is None:
        return None
    told = json.loads(found)
    code = "/".join(part for part in (told.get("number", ""), told.get("notation", "")) if part)
    return answering.About(told["from"], told["document_id"], code, str(told.get("date", "")).replace("-", "/"))


def meaning(written: Written, name_of: Callable[[str], str]) -> Meant:
    """The package a row means. Raises FormError, Refusal, OSError (of the local disk)."""
    if written.answer is not None:
        form = wrong.checked(answering.Form, written.answer)
        assert written.created_at is not None, "a row of truc_status_out has its time"
        data = answering.write(form, written.about, name_of, written.created_at)
        return Meant(data, hashlib.sha256(data).hexdigest(), {})
    if written.package is not None:
        return Meant(written.package, hashlib.sha256(written.package).hexdigest(), {})
    said = wrong.read(sending.Form, (written.form or "").encode())
    with tempfile.TemporaryDirectory(prefix="truc-database-") as work:
        files, taken = [], set[str]()
        for number, (name, content) in enumerate(written.files):
            path = Path(work) / str(number)
            path.write_bytes(content)
            files.append(sending.File(safe_name(name, taken), path))
        package = sending.write(said, files, name_of, Path(work) / "package")
        return Meant((Path(work) / "package").read_bytes(), package.sha256, sending.beside(said))


def light(written: Written) -> Written:
    """The row without its bytes: what is needed to answer it."""
    return replace(written, package=None, files=())


async def sent(connection: AsyncConnection, written: Written, sha256: str, taken: Taken) -> None:
    """Write the receipt beside a row that is still what was taken."""
    values = {"state": "sent", "sha256": sha256, "receipt": taken.receipt or None}
    if written.message_type == "edoc":
        values |= {"package_id": taken.package_id, "document_id": taken.document_id}
    await _end(connection, written, values)


async def refused(connection: AsyncConnection, written: Written, sha256: str, declined: Declined) -> None:
    """Write the reason beside a row that is still what was refused."""
    vietnamese, _, english = notes.refused(declined).partition("\n\n")
    code = "reason_code" if written.message_type == "edoc" else "reject_code"
    reason = {"reason": vietnamese.strip(), "reason_en": english.strip(), code: declined.code}
    await _end(connection, written, {"state": "refused", "sha256": sha256, **reason})


async def _end(connection: AsyncConnection, written: Written, values: dict[str, Any]) -> None:
    if written.message_type == "status":
        change = update(_S).where(_S.c.id == written.key, _S.c.state == "new")
    else:  # another form under the same key is another document: it is offered by itself
        same = _O.c.form.is_not_distinct_from(written.form)
        change = update(_O).where(_O.c.office_key == written.key, _O.c.state == "new", same)
    await connection.execute(change.values({**values, "answered_at": func.current_timestamp()}))


def _moment(value: object) -> datetime:
    """A time of the database; SQLite gives text in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(found, datetime), "created_at is a time"
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
