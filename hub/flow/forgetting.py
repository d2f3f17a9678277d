"""Forgetting what persons wrote about a package whose content is long gone; what was signed stays as it is."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

from hub.store import events, retention, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from hub.context import Hub

_OURS: Final = re.compile(r"[a-z0-9_.]*")
_SAID: Final = ("paper_reason", "paper_decided_by")
_ISSUED: Final = ("issued_by", "returned_by", "note")


def words(hub: Hub, rows: Sequence[Row[Any]], connection: Connection) -> None:
    """Blank subjects, file names and free text in the books of these packages.  law: P-04 Luật 91/2025 Đ3

    Numbers, ids, digests, times, states, reason codes and the names of organisations and signers stay: they are the
    record (R-226), and the verdict is evidence of who signed (R-071).
    """
    now = hub.clock.now()
    told = []
    for row in rows:
        before = _package(row)
        changed = retention.rewrite_package(connection, row.id, before)
        for one in retention.deliveries_of(connection, row.id):
            changed |= retention.rewrite_delivery(connection, one.id, _delivery(one))
        for one in retention.events_of(connection, row.id):
            detail = json.loads(one.detail)
            changed |= retention.rewrite_event(
                connection, one.seq, one.detail, events.canonical(spoken.forgotten(one.actor, detail))
            )
        retention.rewrite_alarms(connection, row.id)
        if changed:
            facts = {"reason": "words_kept_long_enough", "document_id": row.document_id, "sha256": row.sha256}
            told.append(events.Event("package.erased", "hub", row.id, detail=facts))
    hub.journal.record(connection, now, told)


def _package(row: Row[Any]) -> dict[str, Any]:
    """The columns that hold a subject or a file name, without them."""
    verdicts, parts = json.loads(row.verdicts), json.loads(row.attachments)
    names = {one["name"] for one in (*verdicts.get("files", []), *parts) if one.get("name")}
    values = {
        "subject": "",
        "attachments": _text([{**one, "name": ""} for one in parts]),
        "warnings": _text([{**one, "where": "", "detail": ""} for one in json.loads(row.warnings)]),
        "checks": _text([{**one, "detail": "", "where": ""} for one in json.loads(row.checks)]),
        "verdicts": _text(_without(verdicts, sorted(names, key=len, reverse=True))),
        "sending": _text({name: one for name, one in json.loads(row.sending).items() if name not in _SAID}),
    }
    return {name: value for name, value in values.items() if value != getattr(row, name)}


def _delivery(row: Row[Any]) -> dict[str, Any]:
    """The columns of free text, blank; a word of the hub's own (`paper_only`) stays."""
    free = {name: getattr(row, name) for name in ("reason", "business_reason", "recall_reason")}
    values: dict[str, Any] = {name: "" for name, said in free.items() if said and not _OURS.fullmatch(said)}
    if row.paper:
        written = {name: one for name, one in json.loads(row.paper).items() if name not in _ISSUED}
        values |= {"paper": _text(written)} if _text(written) != row.paper else {}
    return values


def _without(value: Any, names: Sequence[str]) -> Any:
    """The same with every file name in its texts blank: a verdict's sentences name files."""
    if isinstance(value, str):
        return functools.reduce(lambda text, name: text.replace(name, ""), names, value)
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items()}
    return value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
