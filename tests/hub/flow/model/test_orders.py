"""Small machines tried whole: every order of business statuses, every move, every answer to a wish."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest

from edxml import reader
from edxml.testing import make_package, make_status
from flow.recalls.conftest import fetch
from hub import states
from hub.flow import routing
from hub.flow.recalls.effects import Recalls
from hub.flow.thread import match
from hub.flow.thread.answers import Answers
from hub.states import DeliveryStatus, Move, PackageMove, RecallState
from hub.store import deliveries, packages, recalls

from .book import RANK

CODES = ("01", "02", "03", "04", "05", "06")
A, B = "000.00.01.H99", "000.00.02.H99"


class Undone(Exception):  # noqa: N818 - ends a transaction that is only tried
    """Nothing of it is to stay."""


def applied(sequence: tuple[str, ...]) -> str:
    """The highest one said; a refusal after the acceptance is refused and changes nothing."""
    best = None
    for code in sequence:
        if RANK[code] > RANK[best]:
            best = code
    return best


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_g_08_every_sequence_of_up_to_five_statuses_ends_at_the_highest_one_said(sender, recipient):
    """9,330 sequences over 01-06, by a door whose caller hears no refusal.  law: R-123 QĐ28 Đ10.2h"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1", size=600))
    delivery_id = accepted.deliveries[0].delivery_id
    hub = sender.hub
    said = {code: _message(code) for code in CODES}
    silent = _row(recipient, "axis")
    seen: dict[tuple[str, ...], str | None] = {}

    def walk(connection, before):
        """Depth first, each step inside a transaction of its own that is taken back."""
        for code in CODES:
            step = connection.begin_nested()
            said_before = (*before, code)
            answers = Answers(connection, hub, hub.clock.now(), "system:stc")
            answers.answer(said[code].status, _named(said[code]), silent)
            row = deliveries.get(connection, delivery_id)
            seen[said_before] = row.business_status
            assert row.received_by == "01"
            assert (row.accepted_at is not None) == bool({"03", "04", "05", "06"} & set(said_before))
            assert row.refusal is None or row.business_status == "02"
            if len(said_before) < 5:
                walk(connection, said_before)
            step.rollback()

    def all_of_them(connection):
        walk(connection, ())
        raise Undone

    with pytest.raises(Undone):
        await hub.db.write(all_of_them)

    assert len(seen) == sum(6**length for length in range(1, 6))
    wrong = {sequence: status for sequence, status in seen.items() if status != applied(sequence)}
    assert not wrong


def _named(message):
    return match.Named.answered(message.status.response_for)


def _message(code: str, words: str = ""):
    return reader.read(make_status(code, B, (A, "d-1"), words))


def _row(hand, door: str):
    """What an answer asks of the package that says it."""
    return SimpleNamespace(sender=B, door=door, system_id=hand.system.id)


STATES = [state.value for state in RecallState]
SAID = {
    "agreed": ("15", "Đồng ý"), "destroyed": ("15", "Đã hủy văn bản"), "refused": ("16", "Không"),
    "agreed by 03": ("03", ""), "refused by 02": ("02", "Không nhận"),
}  # fmt: skip
AFTER = {
    ("asked", "agreed"): "agreed",
    ("asked", "destroyed"): "destroyed",
    ("asked", "refused"): "refused",
    ("agreed", "destroyed"): "destroyed",
}
FORMAL = {("asked", "agreed by 03"): "agreed", ("asked", "refused by 02"): "refused"}
"""Of a recall that has reached the recipient, 03 and 02 are the answer too; every other pair changes nothing."""


@pytest.mark.parametrize("kind", ["take_back", "recall"])
async def test_every_answer_in_every_state_of_a_wish(sender, recipient, kind):
    """law: R-159"""
    hub, told = sender.hub, {}
    accepted = await sender.give(make_package(A, (B,), document_id="d-1", size=600))
    await fetch(recipient, accepted.package_id)
    recall = await sender.give(make_package(A, (B,), document_id="d-1", business_type=1, attachments=()))
    await fetch(recipient, recall.package_id)
    delivery_id = accepted.deliveries[0].delivery_id

    def all_of_them(connection):
        for state, said in itertools.product(STATES, SAID):
            step = connection.begin_nested()
            recalls.write(connection, [delivery_id], {"recall_state": state, "recall_kind": kind})
            message = _message(*SAID[said])
            answers = Answers(connection, hub, hub.clock.now(), "system:stc")
            answers.answer(message.status, _named(message), _row(recipient, "axis"))
            told[state, said] = deliveries.get(connection, delivery_id).recall_state
            step.rollback()
        raise Undone

    with pytest.raises(Undone):
        await hub.db.write(all_of_them)

    expected = AFTER | (FORMAL if kind == "recall" else {})
    assert told == {(state, said): expected.get((state, said), state) for state in STATES for said in SAID}


@pytest.mark.parametrize("kind", ["take_back", "recall"])
async def test_a_wish_begins_where_nothing_was_asked_or_it_was_refused_and_nowhere_else(sender, recipient, kind):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1", size=600))
    await fetch(recipient, accepted.package_id)
    hub, delivery_id, told = sender.hub, accepted.deliveries[0].delivery_id, {}

    def all_of_them(connection):
        for state in STATES:
            step = connection.begin_nested()
            recalls.write(connection, [delivery_id], {"recall_state": state, "recall_kind": "cancel"})
            wish = Recalls(connection, hub, hub.clock.now(), "system:snv")
            if kind == "take_back":
                wish.take_back(A, "d-1", B, "Gửi nhầm")
            else:
                wish.recall(routing.routes(hub, [B]), packages.thread(connection, A, "d-1"), "Gửi nhầm")
            told[state] = deliveries.get(connection, delivery_id).recall_state
            step.rollback()
        raise Undone

    with pytest.raises(Undone):
        await hub.db.write(all_of_them)

    assert told == {state: "asked" if state in ("none", "refused") else state for state in STATES}


def test_every_move_leads_somewhere_known_and_is_written_down():
    for move in Move:
        assert states.MOVES[move], move
        assert set(states.MOVES[move].values()) <= set(DeliveryStatus)
        assert states.EVENT_OF_MOVE[move] in states.JOURNAL
    for change in PackageMove:
        assert states.PACKAGE_MOVES[change], change
        assert states.EVENT_OF_PACKAGE_MOVE[change] in states.JOURNAL
    assert set(states.MOVES) == set(states.EVENT_OF_MOVE) == set(Move)
    assert set(states.PACKAGE_MOVES) == set(states.EVENT_OF_PACKAGE_MOVE) == set(PackageMove)


def test_an_end_is_proven_and_nothing_leads_out_of_a_final_status():
    """Whatever ends a delivery is an event with a receipt; of delivered and cancelled no move begins."""
    ends = {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}
    for move, table in states.MOVES.items():
        assert (states.EVENT_OF_MOVE[move] in states.PROVING) == bool(ends & set(table.values())), move
        assert not {DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED} & set(table)
    erased = {start for table in states.PACKAGE_MOVES.values() for start in table}
    assert not {states.PackageStatus.ERASED, states.PackageStatus.REJECTED} & erased
