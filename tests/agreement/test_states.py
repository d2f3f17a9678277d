"""The words outside tools rely on: statuses and event types. Some may be added, none renamed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hub import states

PACKAGE = "accepted held quarantined rejected erased"
DELIVERY = "queued sending available delivered held failed cancelled not_connected"
RECALL = "none asked agreed refused destroyed never_delivered"
PROVING = """
package.accepted package.rejected package.erased delivery.delivered delivery.failed delivery.cancelled
relay.accepted relay.rejected relay.failed status.01 status.02 status.03 status.04 status.05 status.06
takeback.asked takeback.agreed takeback.refused recall.asked recall.agreed recall.refused recall.destroyed
update.received update.agreed update.refused replace.linked registry.changed
"""
OTHER = """
package.held package.released package.quarantined package.linked delivery.attempted delivery.deferred delivery.exposed
delivery.held delivery.released delivery.assigned delivery.rerouted
delivery.resent verdict.recorded legal_hold.set legal_hold.cleared alarm.raised content.opened
"""
EVENT = re.compile(r"(package|delivery|relay|status|takeback|recall|update|replace|verdict|alarm|registry)\.[a-z0-9_]+")


@pytest.mark.parametrize(
    ("kind", "words"),
    [(states.PackageStatus, PACKAGE), (states.DeliveryStatus, DELIVERY), (states.RecallState, RECALL)],
)
def test_the_statuses_are_those_of_the_contract(kind, words):
    assert [str(status) for status in kind] == words.split()


def test_the_events_that_prove_something_are_those_of_the_contract():
    assert set(PROVING.split()) == states.PROVING


def test_the_journal_knows_the_events_of_the_contract_and_no_other():
    assert {*PROVING.split(), *OTHER.split()} == states.JOURNAL


def recorded(path: Path) -> set[str]:
    """The literal event types a file gives to `Event(…)`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Event":
            named = [word.value for word in node.keywords if word.arg == "type"]
            for word in [*node.args[:1], *named]:
                if isinstance(word, ast.Constant) and isinstance(word.value, str) and EVENT.fullmatch(word.value):
                    found.add(word.value)
    return found


def test_every_event_the_code_records_is_in_the_journals_table(project_root):
    found = set().union(*(recorded(path) for path in (project_root / "hub").rglob("*.py")))

    assert "package.accepted" in found
    assert found <= states.JOURNAL
