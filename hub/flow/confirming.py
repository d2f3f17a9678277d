"""Two persons: what one asked for waits until it was seen, and said yes to, by people who proved who they are.

Whoever asks for a change is known by the account that runs the command and the name it gives; that proves nobody. A
person is proven by the password of an account that may confirm, or by a session of the console. Two different proven
persons are needed: the asker is the first when the password came with the asking.  law: R-193 CB Đ5.4
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agency_registry import names
from edxml.faults import Fault, Refusal
from hub import clock, log, passwords
from hub.flow import foreseeing, rehearsal
from hub.flow.two_persons import ACTS, CONFIRMERS, Act, are_needed
from hub.store import confirmations, events, users

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub
    from hub.flow.foreseeing import Args, Undo
    from hub.flow.officers import Person
    from hub.flow.rehearsal import Change

OPEN, DONE, REFUSED, FAILED, EXPIRED = "open", "done", "refused", "failed", "expired"
LASTS = timedelta(days=14)
"""How long somebody may think it over; what was done at once is never too old to be looked at."""

LISTED = 500
_SECRET = frozenset({"secret", "password"})
_CONTEXT = b"confirmation "


@dataclass(frozen=True, slots=True)
class Asked:
    """What one confirmation is about. undo: of what was done at once, how it is taken back."""

    command: str
    args: Args
    undo: Undo

    @property
    def act(self) -> Act:
        """Its line in the table."""
        return ACTS[self.command]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the journal's name, and the account that was proven, if one was."""

    by: str
    first: str | None


async def prove(hub: Hub, person: Person) -> str:
    """The name of somebody who may confirm and gave the password. Raises Refusal(FORBIDDEN)."""
    row = await hub.db.read(lambda connection: users.get(connection, person.name))
    known = row is not None and row.state == "active" and row.role in CONFIRMERS
    stored = row.password if row is not None and known else ""
    right = await hub.in_thread(lambda: passwords.is_right(stored or passwords.nobodys(), person.password))
    if row is None or not (right and known):
        log.get().warning("confirmation refused", user=person.name[:64])
        roles = ", ".join(CONFIRMERS)
        raise Refusal(
            Fault.FORBIDDEN,
            f"name and password of an active {roles} account are needed",
            detail_vi=f"cần tên và mật khẩu của một tài khoản {roles} đang hoạt động",
        )
    return str(row.name)


async def ask(hub: Hub, asked: Asked, asker: Asker, foreseen: Change) -> dict[str, Any]:
    """File a command for two persons. foreseen: what it would change."""
    confirmation_id = await _file(hub, asked, asker, foreseen, None)
    return {"confirmation": confirmation_id, "state": OPEN, **_sentence(asked.act, asker.first)}


async def do_at_once(hub: Hub, asked: Asked, asker: Asker, foreseen: Change) -> dict[str, Any]:
    """Do what does not wait, and file it to be confirmed afterwards or undone."""
    answer = await hub.commands[asked.command](hub, asked.args)
    return {**answer, "confirmation": await _file(hub, asked, asker, foreseen, answer)}


async def approve(hub: Hub, confirmation_id: str, name: str) -> dict[str, Any]:
    """A proven person says yes; the second one's yes carries the command out.

    Raises Refusal: NOT_FOUND, FORBIDDEN for the same person twice, STATE_CONFLICT when it was decided, is too old, or
    would change something else today than when it was asked; and whatever the command raises: nothing was changed then.
    """
    row = await _open(hub, confirmation_id)
    if are_needed(hub):
        if row.first_by is None:
            if await hub.db.write(lambda connection: confirmations.sign_first(connection, row.id, name)):
                return {"confirmation": row.id, "state": OPEN, "first_by": name, **_sentence(ACTS[row.command], name)}
            row = await _open(hub, confirmation_id)
        if same_person(str(row.first_by), name):  # law: R-193 CB Đ5.4
            raise Refusal(
                Fault.FORBIDDEN,
                f"{row.first_by} has said yes already: another person must",
                detail_vi=f"{row.first_by} đã đồng ý rồi: phải là người khác",
            )
    said = asked_of(hub, row)
    if row.answer is not None:
        await _decide(hub, row, DONE, name, "")
        return {"confirmation": row.id, "state": DONE}
    by = f"{row.first_by}, {name}" if row.first_by else name
    answer = await (_in_registry if said.act.in_registry else _elsewhere)(hub, row, said, by)
    kept = json.dumps({key: value for key, value in answer.items() if key not in _SECRET}, default=str)
    await hub.db.write(lambda connection: confirmations.close(connection, row.id, DONE, kept))
    return {**answer, "confirmation": row.id, "confirmation_state": DONE}


async def refuse(hub: Hub, confirmation_id: str, name: str, reason: str) -> dict[str, Any]:
    """A proven person says no. What was done at once is not undone by one: that is filed, with the person as its first.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED.
    """
    row = await _open(hub, confirmation_id)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    said = asked_of(hub, row)
    await _decide(hub, row, REFUSED, name, reason)
    answer: dict[str, Any] = {"confirmation": row.id, "state": REFUSED}
    if row.answer is None:
        return answer
    first = name if are_needed(hub) else None
    undone = []
    for command, args in said.undo:
        undoing = Asked(command, {**args, "reason": reason, "operator": name}, [])
        foreseen = await foreseeing.change(hub, command, undoing.args)
        undone.append(await ask(hub, undoing, Asker(f"user:{name}", first), foreseen))
    return {**answer, "undo": [one["confirmation"] for one in undone]}


async def set_aside(hub: Hub, row: Row[Any], reason: str) -> None:
    """Close an open one in whose place another comes."""
    await _decide(hub, row, REFUSED, "hub", reason)


async def listed(hub: Hub, *, everything: bool) -> list[dict[str, Any]]:
    """The open ones, or all, the newest first; without what would change."""
    state = None if everything else OPEN
    rows = await hub.db.read(lambda connection: confirmations.listed(connection, limit=LISTED, state=state))
    return [_told(hub, row) for row in rows]


async def show(hub: Hub, confirmation_id: str) -> dict[str, Any]:
    """One, with what it would change now, and whether that is what it would have changed when it was asked."""
    row = await hub.db.read(lambda connection: confirmations.get(connection, confirmation_id))
    if row is None:
        raise Refusal(Fault.NOT_FOUND)
    told = _told(hub, row) | {"change": json.loads(row.summary), "as_asked": True}
    if row.state != OPEN or row.answer is not None:
        return told
    said = asked_of(hub, row)
    found = await foreseeing.change(hub, said.command, said.args)
    return told | {"change": found.as_json(), "as_asked": found.digest == row.digest}


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are written: case, blanks, Unicode form."""
    return names.key(one) == names.key(other)


def asked_of(hub: Hub, row: Row[Any]) -> Asked:
    """What a row asks for."""
    kept = json.loads(hub.keys.unwrap(row.args, _CONTEXT + row.id.encode()))
    return Asked(row.command, kept["args"], [(command, args) for command, args in kept["undo"]])


async def _file(hub: Hub, asked: Asked, asker: Asker, foreseen: Change, answer: dict[str, Any] | None) -> str:
    """Write it down; answer: of what was done at once."""
    confirmation_id, now = str(uuid.uuid4()), hub.clock.now()
    kept = json.dumps({"args": asked.args, "undo": asked.undo}, ensure_ascii=False).encode()
    summary = {"of": str(asked.args.get(asked.act.of) or "")[:200], **foreseen.as_json()}
    row = {
        "id": confirmation_id,
        "command": asked.command,
        "args": hub.keys.wrap(kept, _CONTEXT + confirmation_id.encode()),
        "summary": json.dumps(summary, ensure_ascii=False, default=str),
        "asked_by": asker.by[:80],
        "asked_at": clock.to_text(now),
        "first_by": asker.first,
        "digest": foreseen.digest,
        "state": OPEN,
        "reason": str(asked.args.get("reason") or "")[:500],
        "answer": None if answer is None else json.dumps(answer, default=str),
    }
    detail = {"alarm": "confirmation_asked", "confirmation": confirmation_id, "command": asked.command}
    event = events.Event("alarm.raised", asker.by[:80], detail=detail | {"at_once": answer is not None})

    def work(connection: Connection) -> None:
        confirmations.add(connection, **row)
        hub.journal.record(connection, now, [event])

    await hub.db.write(work)
    return confirmation_id


async def _open(hub: Hub, confirmation_id: str) -> Row[Any]:
    row = await hub.db.read(lambda connection: confirmations.get(connection, confirmation_id))
    if row is None:
        raise Refusal(Fault.NOT_FOUND)
    if row.state == OPEN and _is_old(hub, row):
        await _decide(hub, row, EXPIRED, "hub", "")
        raise _conflict(
            f"it waited over {LASTS.days} days; ask again", f"đã chờ quá {LASTS.days} ngày; hãy đề nghị lại"
        )
    if row.state != OPEN:
        raise _conflict(f"it is {row.state} already ({row.decided_by})", f"việc này đã {row.state} ({row.decided_by})")
    return row


async def _decide(hub: Hub, row: Row[Any], state: str, name: str, reason: str) -> None:
    now = hub.clock.now()
    detail = {"alarm": f"confirmation_{state}", "confirmation": row.id, "command": row.command, "reason": reason}

    def work(connection: Connection) -> None:
        _move(connection, row, state, name, clock.to_text(now), reason)
        actor = name if name == "hub" else f"user:{name}"
        hub.journal.record(connection, now, [events.Event("alarm.raised", actor[:80], detail=detail)])

    await hub.db.write(work)


def _move(connection: Connection, row: Row[Any], state: str, name: str, at: str, reason: str = "") -> None:
    if not confirmations.move(connection, row.id, state, name, at, reason):
        raise _conflict("somebody else decided it at this moment", "người khác vừa quyết định việc này")


async def _in_registry(hub: Hub, row: Row[Any], said: Asked, by: str) -> dict[str, Any]:
    """The change, its check against what was asked, and the confirmation's end are one transaction."""
    at = clock.to_text(hub.clock.now())

    def begin(connection: Connection) -> None:
        _move(connection, row, DONE, by, at)

    def decide(_connection: Connection, change: Change) -> None:
        if change.digest != row.digest:
            raise _conflict(*_OTHER_CHANGE)

    with rehearsal.watched(rehearsal.Watcher(decide, begin)):
        return await hub.commands[said.command](hub, {**said.args, "operator": by})


async def _elsewhere(hub: Hub, row: Row[Any], said: Asked, by: str) -> dict[str, Any]:
    """Files and people: taken by one, then done; what fails in between is known as failed."""
    if (await foreseeing.change(hub, said.command, said.args)).digest != row.digest:
        raise _conflict(*_OTHER_CHANGE)
    await _decide(hub, row, DONE, by, "")
    try:
        return await hub.commands[said.command](hub, {**said.args, "operator": by})
    except Exception as error:
        told = json.dumps({"error": str(error)[:300]})
        await hub.db.write(lambda connection: confirmations.close(connection, row.id, FAILED, told))
        raise


def _told(hub: Hub, row: Row[Any]) -> dict[str, Any]:
    act = ACTS[row.command]
    state = EXPIRED if row.state == OPEN and _is_old(hub, row) else row.state
    return {
        "confirmation": row.id,
        "command": row.command,
        "title_vi": act.vi,
        "title_en": act.en,
        "of": json.loads(row.summary)["of"],
        "asked_by": row.asked_by,
        "asked_at": clock.local_text(clock.from_text(row.asked_at)),
        "first_by": row.first_by,
        "state": state,
        "done_at_once": row.answer is not None and row.state in (OPEN, REFUSED),
        "decided_by": row.decided_by,
        "decided_at": None if row.decided_at is None else clock.local_text(clock.from_text(row.decided_at)),
        "reason": row.reason,
    }


def _is_old(hub: Hub, row: Row[Any]) -> bool:
    return row.answer is None and clock.from_text(row.asked_at) + LASTS < hub.clock.now()


def _sentence(act: Act, first: str | None) -> dict[str, str]:
    if first is None:
        vi, en = "hai người khác nhau", "two different persons"
    else:
        vi, en = f"một người khác {first}", f"somebody other than {first}"
    roles = ", ".join(CONFIRMERS)
    return {
        "title_vi": f"{act.vi}: cần {vi} có tài khoản {roles} xem rồi đồng ý: truc confirm show, truc confirm approve",
        "title_en": f"To {act.en}, {en} with the role {roles} must look and agree: truc confirm show, then approve",
    }


_OTHER_CHANGE = (
    "it would change something else today than when it was asked: look again, refuse it and ask anew",
    "thay đổi này nay đã khác lúc đề nghị: xem lại, từ chối rồi đề nghị lại",
)


def _conflict(english: str, vietnamese: str) -> Refusal:
    return Refusal(Fault.STATE_CONFLICT, english, detail_vi=vietnamese)
