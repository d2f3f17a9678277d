"""The table of moves: complete, without traps, and nobody else writes a status."""

from __future__ import annotations

import ast
from pathlib import Path

from hub import states
from hub.states import DeliveryStatus, Move

FINAL = {DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED}


def test_every_status_is_reachable_from_a_birth():
    """A delivery is born queued, available, failed or not connected; every other status can be reached from there."""
    reached = {
        DeliveryStatus.QUEUED,
        DeliveryStatus.AVAILABLE,
        DeliveryStatus.FAILED,
        DeliveryStatus.NOT_CONNECTED,
        DeliveryStatus.HELD,
    }
    for _ in DeliveryStatus:
        reached |= {to for table in states.MOVES.values() for start, to in table.items() if start in reached}

    assert reached == set(DeliveryStatus)


def test_every_status_that_is_not_final_has_an_exit():
    exits = {start for table in states.MOVES.values() for start in table}

    assert set(DeliveryStatus) - exits == FINAL


def test_a_cancelled_or_delivered_copy_never_moves_again():
    for move in Move:
        assert not FINAL & set(states.MOVES[move])


def test_every_move_writes_an_event_the_journal_knows():
    for move in Move:
        assert states.EVENT_OF_MOVE[move] in states.JOURNAL


def test_only_the_journal_writes_a_status(project_root: Path):
    """`update(...).values(status=…)` and a prepared change of "status" stand in hub/store/events.py only."""
    writers = set()
    for path in (project_root / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "values"
                and any(keyword.arg == "status" for keyword in node.keywords)
            ):
                writers.add(path.relative_to(project_root).as_posix())

            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "change":
                keys = [key for part in ast.walk(node) if isinstance(part, ast.Dict) for key in part.keys]
                if any(isinstance(key, ast.Constant) and key.value == "status" for key in keys):
                    writers.add(path.relative_to(project_root).as_posix())

    assert writers <= {"hub/store/events.py"}
