"""The one table of moves: which status may follow which, and who acts next.

A status is where a package or a delivery is in *our* machine. What a recipient says of a document (01…16) is a
business status: it is recorded and forwarded, and never blocks transport (rules.md R-123).
"""

from __future__ import annotations

from enum import StrEnum


class PackageStatus(StrEnum):
    """Where a package is."""

    ACCEPTED = "accepted"  # ours to deliver; the deliveries say who acts next
    HELD = "held"  # nothing leaves; the sender's clerk or an operator acts next
    QUARANTINED = "quarantined"  # sealed away (virus, secret found later); a security officer acts next
    REJECTED = "rejected"  # refused at the door; the sender acts next
    ERASED = "erased"  # content gone for good, the record stays; nobody acts


class DeliveryStatus(StrEnum):
    """Where one package for one recipient is."""

    QUEUED = "queued"  # due now or later; the dispatcher acts next
    SENDING = "sending"  # claimed; the connector acts next, or the dispatcher when the claim runs out
    AVAILABLE = "available"  # waits to be fetched; the recipient acts next
    DELIVERED = "delivered"  # the recipient has it; nobody acts
    HELD = "held"  # an operator acts next
    FAILED = "failed"  # given up or refused; an operator or the sender acts next
    CANCELLED = "cancelled"  # stopped before exposure; nobody acts
    NOT_CONNECTED = "not_connected"  # the recipient has no system; the sender's clerk issues paper


class RecallState(StrEnum):
    """What became of a wish to have one recipient's copy back.  law: R-122 QĐ28 Đ10.2h"""

    NONE = "none"
    ASKED = "asked"  # the recipient acts next
    AGREED = "agreed"
    REFUSED = "refused"
    DESTROYED = "destroyed"
    NEVER_DELIVERED = "never_delivered"  # the copy was stopped before any byte left


class Hold(StrEnum):
    """Why a package is kept back; `packages.held_for` is one of these, or several with blanks between."""

    STAMP = "secret_stamp"  # page 1 looks secret; the sender's clerk declares or withdraws, or two officers decide
    UNREAD = "unread"  # page 1 could not be read in time; the hub reads it again by itself
    SCANNER = "scanner"  # no scanner answers; the hub scans it as soon as one does
    VIRUS = "virus"  # infected; a security officer may look, the hub erases it after a while
    DAMAGED = "damaged"  # its sealed bytes are not what was sealed; an operator restores the file from a backup
    ORDER = "order"  # put under quarantine by name; a security officer releases or erases it
    ERASED = "erased"  # nothing is kept back any more: the content is erased, only its sealed file is still to go
    UNMATCHED = "unmatched"  # it speaks of a document nobody knows here; the document's arrival or an operator frees it


class Role(StrEnum):
    """What a recipient gets a document for; only `act` opens a deadline.  law: R-109 NĐ30 PL I.II.9"""

    ACT = "act"  # để thực hiện, Kính gửi
    CHECK = "check"  # để kiểm tra, giám sát, báo cáo
    EXCHANGE = "exchange"  # để trao đổi, phối hợp
    KNOW = "know"  # để biết


class Mode(StrEnum):
    """How a document goes to a recipient.  law: R-107 CB Đ7.1, R-168 HN Đ7.2"""

    ELECTRONIC = "electronic"
    BOTH = "both"  # paper follows; the recipient is told and does not wait for it; law: R-081 HN Đ7.2
    PAPER = "paper"  # nothing leaves the hub; it stands on the paper list


class Copy(StrEnum):
    """Why a recipient has a copy that is not simply its own entry in To."""

    OWN = ""
    SECOND = "second"  # the same agency's other system: stored only, answers nothing
    ASSIGNED = "assigned"  # the same, and this document is handled there: it answers, the own copy no longer
    RULE = "rule"  # always copied to
    SUCCESSOR = "successor"  # for the agency whose code is closed
    ADDED = "added"  # brought in by an update


BESIDE = frozenset({Copy.SECOND.value, Copy.ASSIGNED.value})
"""Copies beside an agency's own one: not counted, not shown to the sender, no deadline."""  # law: R-135 TT Đ6.1.2


class Circulation(StrEnum):
    """A mark that limits the use of a document.  law: R-020 NĐ30 PL I.III.2c"""

    NONE = ""
    INTERNAL = "internal"  # LƯU HÀNH NỘI BỘ
    RETURN = "return"  # XEM XONG TRẢ LẠI


class Alarm(StrEnum):
    """What the watchdog calls somebody for."""

    NOT_CONFIRMED = "not_confirmed"  # the recipient's system has not confirmed in time
    NOT_ACCEPTED = "not_accepted"  # received, and not accepted on the same working day
    CLOSING = "closing"  # the working day ends soon and it is not accepted yet
    URGENT_UNOPENED = "urgent_unopened"
    URGENT_AFTER_HOURS = "urgent_after_hours"  # it came while nobody is at work
    HOUR_NEAR = "hour_near"  # level 4, its hour is near and nobody opened it
    ISSUED_LATE = "issued_late"  # urgent, and sent long after it was signed
    NOT_DESTROYED = "not_destroyed"  # recalled, and its destruction not confirmed
    REPLY_OVERDUE = "reply_overdue"
    REFUSED_WAITS = "refused_waits"  # refused, and the sender has not reacted
    UNMATCHED = "unmatched"  # a message fits no document; it waits in the review queue
    PAPER_DUE = "paper_due"  # not connected or given up: paper is to be issued
    CALENDAR = "calendar"  # next year's days off are not decided
    SECOND_ANSWER = "second_answer"  # two systems of one agency contradict each other; law: R-198 NĐ30 PL VI
    AGENT_SILENT = "agent_silent"  # the software beside an office system gives no sign of life


class Audience(StrEnum):
    """Who is called."""

    OPERATOR = "operator"
    SENDER = "sender"  # the sending agency's clerks
    RECIPIENT = "recipient"  # the receiving agency's clerks
    OFFICE = "office"  # the provincial office


class PackageMove(StrEnum):
    """What can happen to a package."""

    RELEASE = "release"
    QUARANTINE = "quarantine"
    ERASE = "erase"


class Move(StrEnum):
    """What can happen to a delivery."""

    CLAIM = "claim"
    DELIVER = "deliver"
    PARK = "park"
    DEFER = "defer"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    HOLD = "hold"
    RELEASE = "release"
    RELEASE_TO_FETCH = "release_to_fetch"
    RESEND = "resend"
    RESEND_TO_FETCH = "resend_to_fetch"
    CANCEL = "cancel"
    REROUTE = "reroute"
    REROUTE_TO_FETCH = "reroute_to_fetch"


PACKAGE_MOVES: dict[PackageMove, dict[PackageStatus, PackageStatus]] = {
    PackageMove.RELEASE: {
        PackageStatus.HELD: PackageStatus.ACCEPTED,
        PackageStatus.QUARANTINED: PackageStatus.ACCEPTED,  # by two officers, or restored; never what was refused
    },
    PackageMove.QUARANTINE: {
        PackageStatus.ACCEPTED: PackageStatus.QUARANTINED,
        PackageStatus.HELD: PackageStatus.QUARANTINED,
    },
    PackageMove.ERASE: {
        PackageStatus.ACCEPTED: PackageStatus.ERASED,  # given back by everybody, or its time is over
        PackageStatus.HELD: PackageStatus.ERASED,
        PackageStatus.QUARANTINED: PackageStatus.ERASED,
    },
}

EVENT_OF_PACKAGE_MOVE: dict[PackageMove, str] = {
    PackageMove.RELEASE: "package.released",
    PackageMove.QUARANTINE: "package.quarantined",
    PackageMove.ERASE: "package.erased",
}

_Q, _S, _A, _D, _H, _F, _C, _N = DeliveryStatus

MOVES: dict[Move, dict[DeliveryStatus, DeliveryStatus]] = {
    Move.CLAIM: {_Q: _S, _S: _S},  # the second: a worker died, its claim ran out
    Move.DELIVER: {_S: _D, _A: _D, _Q: _D, _H: _D, _F: _D},  # a recipient's receipt beats our bookkeeping
    Move.PARK: {_S: _A},
    Move.DEFER: {_S: _Q},
    Move.REFUSE: {_S: _F, _A: _F},
    Move.GIVE_UP: {_Q: _F, _S: _F, _A: _F, _H: _F},
    Move.HOLD: {_Q: _H, _A: _H},
    Move.RELEASE: {_H: _Q},
    Move.RELEASE_TO_FETCH: {_H: _A},
    Move.RESEND: {_F: _Q, _N: _Q},
    Move.RESEND_TO_FETCH: {_F: _A, _N: _A},
    Move.CANCEL: {_Q: _C, _S: _C, _H: _C, _A: _C, _F: _C, _N: _C},  # and only while exposed_at IS NULL
    Move.REROUTE: {_Q: _Q, _A: _Q, _H: _H},  # its agency has another system, or a successor; only while unexposed
    Move.REROUTE_TO_FETCH: {_Q: _A, _A: _A, _H: _H},
}

EVENT_OF_MOVE: dict[Move, str] = {
    Move.CLAIM: "delivery.attempted",
    Move.DELIVER: "delivery.delivered",
    Move.PARK: "delivery.deferred",
    Move.DEFER: "delivery.deferred",
    Move.REFUSE: "delivery.failed",
    Move.GIVE_UP: "delivery.failed",
    Move.HOLD: "delivery.held",
    Move.RELEASE: "delivery.released",
    Move.RELEASE_TO_FETCH: "delivery.released",
    Move.RESEND: "delivery.resent",
    Move.RESEND_TO_FETCH: "delivery.resent",
    Move.CANCEL: "delivery.cancelled",
    Move.REROUTE: "delivery.rerouted",
    Move.REROUTE_TO_FETCH: "delivery.rerouted",
}

PROVING = frozenset(
    {"package.accepted", "package.rejected", "package.erased", "update.received", "replace.linked", "registry.changed"}
    | {f"delivery.{word}" for word in ("delivered", "failed", "cancelled")}
    | {f"relay.{word}" for word in ("accepted", "rejected", "failed")}
    | {f"status.{code:02}" for code in range(1, 7)}
    | {f"takeback.{word}" for word in ("asked", "agreed", "refused")}
    | {f"recall.{word}" for word in ("asked", "agreed", "refused", "destroyed")}
    | {f"update.{word}" for word in ("agreed", "refused")}
)
"""Event types that prove something: each becomes a leaf of the log and a signed receipt (design: evidence)."""

ABOUT_WITHDRAWAL = frozenset(name for name in PROVING if name.startswith(("recall.", "takeback.")))
"""Event types that stay provable when the content is erased: the data about the recall itself is kept."""

JOURNAL = PROVING | {
    "package.held",
    "package.released",
    "package.quarantined",
    "package.linked",
    "delivery.assigned",  # the agency's other system handles it, or no longer
    "delivery.attempted",
    "delivery.deferred",
    "delivery.exposed",
    "delivery.held",
    "delivery.released",
    "delivery.rerouted",
    "delivery.resent",
    "verdict.recorded",
    "legal_hold.set",
    "legal_hold.cleared",
    "alarm.raised",
    "content.opened",
}
"""Every event type the journal knows."""

HOLDS_COPY = frozenset({_Q, _S, _A, _D, _H})
"""Statuses in which a recipient holds, or may still get, the bytes: they make a second sending a conflict."""

STATUS_RANK = {"01": 1, "02": 2, "03": 3, "04": 4, "05": 5, "06": 6}
"""Partial order of business statuses: a later, lower one is recorded and not applied."""  # law: R-123
