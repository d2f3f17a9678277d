"""Text messages for the person on duty: an urgent document at night or unopened, an hour that is near.

One message for each alarm, once for ever. It names number, notation and urgency and nothing else of the document, in
160 characters without accents; it goes to the mobile number the registry has for the agency. What the gateway does
not take is tried again for some hours, then an operator is told.
"""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from connectors import base
from hub import clock, log
from hub.flow import backoff
from hub.states import Alarm, Audience
from hub.store import alarms, state, text_messages

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub

CURSOR: Final = "text_messages.after"
"""State name of the number of the last alarm that was looked at."""

BATCH: Final = 50
STEPS: Final = (30, 60, 120, 300, 600)
"""Seconds to wait after failures of one message; the last one repeats."""

_LEVELS: Final = ("THUONG", "KHAN", "THUONG KHAN", "HOA TOC", "HOA TOC HEN GIO")
_LONGEST_NUMBER, _LONGEST_NOTATION = 20, 40
_MOBILE: Final = re.compile(r"(?:\+?84|0)([35789][0-9]{8})", re.ASCII)
_NAME_SIGNS: Final = re.compile(r"[^A-Za-z0-9/.&-]+", re.ASCII)


def words(kind: str, audience: str, urgency: int, number: str, notation: str, *, past: bool = False) -> str:
    """What a message says: ASCII, at most 160 characters. past: the hour is over.

    law: R-060 CB Đ10.5, R-084 HN Đ7.2
    """
    level = _LEVELS[min(max(urgency, 0), len(_LEVELS) - 1)]
    name = "/".join(filter(None, (_plain(number, _LONGEST_NUMBER), _plain(notation, _LONGEST_NOTATION))))
    who = "noi nhan chua mo" if audience == Audience.SENDER else "chua duoc mo"
    if kind == Alarm.URGENT_AFTER_HOURS:
        who = "den ngoai gio lam viec"
    elif kind == Alarm.HOUR_NEAR:
        who += ", da qua gio hen" if past else ", sap den gio hen"
    text = f"Truc lien thong: van ban {level} so {name or '(khong so)'} {who}. De nghi xu ly ngay."
    return text[: base.Notice.LONGEST]  # law: R-060 CB Đ10.5


def unaccented(text: str) -> str:
    """The text in plain ASCII letters, as far as it has such: `Đà Nẵng` is `Da Nang`."""
    flat = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in flat if sign.isascii() and sign.isprintable())


def mobile(phone: str) -> str | None:
    """The first mobile number among what the registry has for an agency, as `+84…`; None when there is none."""
    for part in re.split(r"[,;/]|\s-\s", phone):
        found = _MOBILE.fullmatch(re.sub(r"[\s.()-]", "", part))
        if found:
            return f"+84{found[1]}"
    return None


async def queue(hub: Hub) -> int:
    """Write a message for each alarm raised since the last look; how many. What stood before the first look is old."""
    kinds = hub.settings.sms.alarms
    now = hub.clock.now()
    since = now - timedelta(hours=hub.settings.sms.give_up_hours)

    def work(connection: Connection) -> int:
        known, newest = state.get(connection, CURSOR), alarms.newest(connection)
        if known is None:
            state.put(connection, CURSOR, str(newest))
            return 0
        if newest <= int(known):
            return 0
        rows = text_messages.alarmed(connection, kinds, since, after=int(known), newest=newest, limit=BATCH)
        made = sum(text_messages.add(connection, _row(row, clock.to_text(now))) for row in rows)
        state.put(connection, CURSOR, str(rows[-1].seq if len(rows) == BATCH else newest))
        return made

    if await hub.db.read(lambda connection: state.get(connection, CURSOR) == str(alarms.newest(connection))):
        return 0
    return await hub.db.write(work)


async def send(hub: Hub, notifier: base.Notifier) -> int:
    """Hand what is due to the gateway; how many it took."""
    now = hub.clock.now()
    until = now + timedelta(seconds=2 * hub.settings.dispatch.timeout_seconds * BATCH)
    rows = await hub.db.write(lambda connection: text_messages.claim(connection, now, until, BATCH))
    sent = 0
    for row in rows:
        if row.over:
            await _end(hub, row, text_messages.DROPPED, "its reason is gone")
            continue
        agency = hub.directory.agency(row.organ_id)
        to = mobile(agency.phone) if agency is not None else None
        if to is None:
            await _end(hub, row, text_messages.FAILED, "the registry has no mobile number of this agency")
            continue
        outcome = await notifier.notify(base.Notice(row.id, to, row.text))
        if isinstance(outcome, base.Delivered):
            await _end(hub, row, text_messages.SENT, outcome.remote_id)
            sent += 1
        elif isinstance(outcome, base.Refused):
            await _end(hub, row, text_messages.FAILED, " ".join(filter(None, (outcome.code, outcome.reason))))
        else:
            await _again(hub, row, outcome)
    return sent


async def _again(hub: Hub, row: Row[Any], outcome: base.Deferred) -> None:
    now = hub.clock.now()
    if now - clock.from_text(row.at) >= timedelta(hours=hub.settings.sms.give_up_hours):
        await _end(hub, row, text_messages.FAILED, outcome.reason)
        return
    rest = now + timedelta(seconds=outcome.retry_after_seconds or 0)
    due = max(rest, backoff.next_due(row.tries + 1, now, STEPS))
    await hub.db.write(lambda connection: text_messages.wait(connection, row.id, due, outcome.reason[:500]))
    log.get().warning("text message deferred", organ_id=row.organ_id, message=row.id, reason=outcome.reason)


async def _end(hub: Hub, row: Row[Any], ended: str, reason: str) -> None:
    """Write how a message ended; of one that failed an operator is told, once a day for each agency."""
    now = hub.clock.now()

    def work(connection: Connection) -> None:
        if text_messages.end(connection, row.id, ended, reason[:500]) and ended == text_messages.FAILED:
            facts = {"organ_id": row.organ_id, "reason": reason[:300]}
            mark = f"{clock.local(now):%Y-%m-%d} {row.organ_id}"[:40]
            told = alarms.Alarm("text_message_failed", Audience.OPERATOR, mark=mark, detail=facts)
            alarms.raise_(connection, hub.journal, now, told)

    await hub.db.write(work)


def _row(alarm: Row[Any], at: str) -> dict[str, Any]:
    detail = json.loads(alarm.detail)
    urgency = detail.get("urgency", 0)
    past = alarm.mark == "0"
    text = words(alarm.kind, alarm.audience, urgency, alarm.number or "", alarm.notation or "", past=past)
    return {
        "id": str(uuid.uuid4()),
        "alarm_seq": alarm.seq,
        "organ_id": alarm.organ_id,
        "text": text,
        "state": text_messages.QUEUED,
        "tries": 0,
        "due_at": at,
        "at": at,
        "reason": "",
    }


def _plain(text: str, most: int) -> str:
    """A number or notation with the signs such have, and no others: what else stands there stays out."""
    return _NAME_SIGNS.sub("", unaccented(text))[:most]
