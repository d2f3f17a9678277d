"""One look at one delivery: which alarms are due, which are over, and when to look again. A pure function.

Each duty has steps, moments at which somebody is called. Of several steps that have passed, somebody is called by the
last only: a watchdog that slept says what is true now, not what it would have said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub import clock
from hub.flow.watch.facts import Facts, Look, Reason, Rules
from hub.states import BESIDE, Alarm, Audience, DeliveryStatus, RecallState
from hub.store import alarms

if TYPE_CHECKING:
    from hub.calendar import WorkCalendar

KEPT_BACK = timedelta(hours=1)
"""What is held is looked at this often: nobody is late with what may not arrive."""

UNTIL_IT_REACTS = timedelta(days=1)
"""How often a refused document is looked at, as long as its sender has not reacted."""

FAR = 60
"""Days a search for a working session goes on: longer than any Tết."""


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    audience: Audience
    mark: str = ""
    until: datetime | None = None  # afterwards it is no longer worth a word
    detail: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Duty:
    """due: the deadline its alarms are about; None = the moment of the step."""

    kind: Alarm
    stands: bool
    steps: tuple[_Step, ...] = ()
    due: datetime | None = None


def look(facts: Facts, now: datetime, rules: Rules) -> Look:
    """What is to be said of the delivery at this moment."""
    if not facts.travels:
        return Look((), frozenset(), now + KEPT_BACK)
    raised: list[alarms.Alarm] = []
    over: set[str] = set()
    later: list[datetime] = []
    for duty in _duties(facts, rules):
        if not duty.stands:
            over.add(duty.kind)
            continue
        steps = [step for step in duty.steps if _is_here(facts, step.audience)]
        raised += [_alarm(facts, duty, step) for step in _passed(steps, now)]
        later += [step.at for step in steps if step.at > now]
    if any(one.kind == Alarm.NOT_ACCEPTED for one in raised):
        over.add(Alarm.CLOSING)
    end = _end(facts, rules)
    if end is not None and end <= now:
        return Look(tuple(raised), frozenset(over), None, _reason(facts))
    if end is not None:
        later.append(end)
    if facts.refused and not facts.reacted and now < facts.since + timedelta(days=rules.watch.give_up_days):
        later.append(now + UNTIL_IT_REACTS)
    return Look(tuple(raised), frozenset(over), min(later, default=None))


def _duties(facts: Facts, rules: Rules) -> Iterator[_Duty]:
    yield from _confirmation(facts, rules)
    yield _after_hours(facts, rules)
    yield _opening(facts, rules)
    yield _hour(facts, rules)
    yield _issue(facts, rules)
    yield from _acceptance(facts, rules)
    yield _reply(facts)
    yield _destruction(facts)
    waits = facts.refused and not facts.reacted and not facts.recalled
    refused_at = facts.business_at or facts.since
    yield _Duty(Alarm.REFUSED_WAITS, waits, (_Step(refused_at, Audience.SENDER),))  # law: R-131 HN Đ9.1b


def _confirmation(facts: Facts, rules: Rules) -> Iterator[_Duty]:
    """Sent and not confirmed: the operator, the sending clerks by the end of the session, then paper is proposed."""
    # law: R-101 HN Đ10.2c, R-111 BD Đ3.3
    minutes = rules.watch.confirm_minutes[facts.level]
    if facts.confirmed or facts.ended or not minutes:
        yield _Duty(Alarm.NOT_CONFIRMED, stands=False)
        if facts.status is not DeliveryStatus.FAILED:  # there the statement of non-delivery has called for paper
            yield _Duty(Alarm.PAPER_DUE, stands=False)
        return
    if facts.level:
        due = facts.since + timedelta(minutes=minutes)
        told, paper = due, due + timedelta(minutes=minutes)
    else:
        due = rules.recipient.add_minutes(facts.since, minutes)
        told = session_end(rules.sender, due)
        paper = day_end(rules.sender, told)
    steps = (_Step(due, Audience.OPERATOR), _Step(told, Audience.SENDER))
    yield _Duty(Alarm.NOT_CONFIRMED, stands=True, steps=steps, due=due)
    yield _Duty(Alarm.PAPER_DUE, stands=True, steps=(_Step(paper, Audience.SENDER),), due=due)


def _after_hours(facts: Facts, rules: Rules) -> _Duty:
    """An urgent one that came while the recipient is not at work: software may have it, no person has seen it.

    Until somebody accepts or refuses it; once work begins the clerks see it without being called.
    """
    # law: R-084 HN Đ7.2
    handled = facts.accepted or facts.refused or facts.ended or facts.recalled
    if not facts.level or handled or facts.copy in BESIDE:
        return _Duty(Alarm.URGENT_AFTER_HOURS, stands=False)
    begins = work_begins(rules.recipient, facts.since)
    step = _Step(facts.since, Audience.RECIPIENT, until=begins)
    return _Duty(Alarm.URGENT_AFTER_HOURS, begins > facts.since, (step,))


def _opening(facts: Facts, rules: Rules) -> _Duty:
    """An urgent one that lies unopened, in any minutes."""
    # law: R-084 HN Đ7.2
    minutes = rules.watch.open_minutes[facts.level]
    there = facts.confirmed or facts.status is DeliveryStatus.AVAILABLE
    stands = bool(minutes) and there and not (facts.opened or facts.ended or facts.recalled)
    due = (facts.received_at or facts.since) + timedelta(minutes=minutes)
    return _Duty(Alarm.URGENT_UNOPENED, stands, (_Step(due, Audience.RECIPIENT),), due)


def _hour(facts: Facts, rules: Rules) -> _Duty:
    """The hour of level 4 is near, or has passed, and nobody has opened it."""
    # law: R-086
    stands = facts.level == 4 and not (facts.opened or facts.ended or facts.recalled)
    if not stands or facts.hour_at is None:
        return _Duty(Alarm.HOUR_NEAR, stands=False)
    hour = facts.hour_at
    steps = [
        _Step(hour - timedelta(minutes=minutes), who, str(minutes), until=hour)
        for minutes in rules.watch.hour_minutes
        for who in (Audience.SENDER, Audience.RECIPIENT)
    ]
    steps += [_Step(hour, who, "0") for who in (Audience.SENDER, Audience.RECIPIENT, Audience.OPERATOR)]
    return _Duty(Alarm.HOUR_NEAR, stands, tuple(steps), hour)


def _issue(facts: Facts, rules: Rules) -> _Duty:
    """An urgent one that was sent long after it was signed: a fact, told once; over when it has arrived."""
    # law: R-083 HN Đ7.2
    minutes = rules.watch.issue_minutes[facts.level]
    if facts.signed_at is None or not minutes:
        return _Duty(Alarm.ISSUED_LATE, stands=False)
    late = facts.issued_at - facts.signed_at - timedelta(minutes=minutes)
    stands = late > timedelta() and not (facts.confirmed or facts.ended)
    detail = (("minutes_late", int(late.total_seconds() // 60)),)
    step = _Step(facts.issued_at, Audience.SENDER, detail=detail)
    return _Duty(Alarm.ISSUED_LATE, stands, (step,), facts.signed_at + timedelta(minutes=minutes))


def _acceptance(facts: Facts, rules: Rules) -> Iterator[_Duty]:
    """Received, and not accepted: a word before the working day ends, and one when it has ended."""
    # law: R-096 HN Đ9.1a, R-097 HN Đ9.1a
    by = facts.accept_by
    if by is None or facts.accepted or not facts.binding:
        yield _Duty(Alarm.CLOSING, stands=False)
        yield _Duty(Alarm.NOT_ACCEPTED, stands=False)
        return
    closing = _Step(by - timedelta(minutes=rules.watch.close_minutes), Audience.RECIPIENT, until=by)
    yield _Duty(Alarm.CLOSING, bool(rules.watch.close_minutes), (closing,), by)
    steps = (_Step(by, Audience.RECIPIENT), _Step(by, Audience.SENDER))
    yield _Duty(Alarm.NOT_ACCEPTED, stands=True, steps=steps, due=by)


def _reply(facts: Facts) -> _Duty:
    """An answer was asked for by a day, and there is none."""
    # law: R-041 HN Đ10.2d
    due = facts.reply_due
    if due is None or facts.replied or not facts.binding:
        return _Duty(Alarm.REPLY_OVERDUE, stands=False)
    return _Duty(Alarm.REPLY_OVERDUE, True, (_Step(due, Audience.RECIPIENT), _Step(due, Audience.SENDER)), due)


def _destruction(facts: Facts) -> _Duty:
    """Asked back, and its destruction is not confirmed."""
    # law: R-146 HN Đ9.2
    asked = facts.recall_state in (RecallState.ASKED, RecallState.AGREED)
    due = facts.destroy_by
    if due is None or not asked:
        return _Duty(Alarm.NOT_DESTROYED, stands=False)
    everybody = (Audience.RECIPIENT, Audience.SENDER, Audience.OPERATOR)
    return _Duty(Alarm.NOT_DESTROYED, True, tuple(_Step(due, who) for who in everybody), due)


def _end(facts: Facts, rules: Rules) -> datetime | None:
    """When it is given up; what is pushed is given up by its dispatcher."""
    waits = facts.status is DeliveryStatus.AVAILABLE and not facts.confirmed
    return facts.since + timedelta(days=rules.watch.give_up_days) if waits else None


def _reason(facts: Facts) -> Reason:
    if facts.suspended:
        return Reason.SUSPENDED
    return Reason.NOT_CONFIRMED if facts.exposed else Reason.NOT_FETCHED


def _is_here(facts: Facts, audience: Audience) -> bool:
    """Whether those clerks can be told: an agency beyond the province reads no alarms of this hub."""
    return {Audience.SENDER: facts.sender_here, Audience.RECIPIENT: facts.recipient_here}.get(audience, True)


def _passed(steps: Iterable[_Step], now: datetime) -> list[_Step]:
    last: dict[Audience, _Step] = {}
    for step in sorted(steps, key=lambda one: one.at):
        if step.at <= now and (step.until is None or now < step.until):
            last[step.audience] = step
    return list(last.values())


def _alarm(facts: Facts, duty: _Duty, step: _Step) -> alarms.Alarm:
    organ_id = {Audience.SENDER: facts.sender, Audience.RECIPIENT: facts.recipient}.get(step.audience, "")
    whole = duty.kind is Alarm.ISSUED_LATE  # about the document, whoever gets it
    other = {"sender": facts.sender} if step.audience is Audience.RECIPIENT or whole else {"recipient": facts.recipient}
    return alarms.Alarm(
        duty.kind,
        step.audience,
        organ_id,
        facts.package_id,
        "" if whole else facts.delivery_id,
        step.mark,
        duty.due or step.at,
        None if whole else facts.recipient,
        {"document_id": facts.document_id, "urgency": facts.level, **other, **dict(step.detail)},
    )


def work_begins(calendar: WorkCalendar, at: datetime) -> datetime:
    """The start of the next working session; `at` itself while one is open, or when none comes."""
    day = clock.local(at).date()
    for number in range(FAR):
        for session in calendar.sessions(day + timedelta(days=number)):
            if at < session.end:
                return max(at, session.start)
    return at


def session_end(calendar: WorkCalendar, at: datetime) -> datetime:
    """The end of the working session that is open then, or of the next one."""
    day = clock.local(at).date()
    for number in range(FAR):
        for session in calendar.sessions(day + timedelta(days=number)):
            if at <= session.end:
                return session.end
    return at


def day_end(calendar: WorkCalendar, at: datetime) -> datetime:
    """The end of the last working session of that day; `at` when nobody works on it."""
    sessions = calendar.sessions(clock.local(at).date())
    return max(at, sessions[-1].end) if sessions else at
