"""S-16: what callers and operators ask again and again is found by an index, however much mail lies there."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from hub.states import Audience
from hub.store import alarms, originals, packages, retention, reviews, twins

CODE = "000.00.01.H99"
ASKED = {
    "documents side by side": lambda c: twins.of_entry(c, "x", CODE, 20),
    "a system's open alarms": lambda c: alarms.of_system(c, "s", [CODE], only_open=True),
    "the operator's alarms": lambda c: alarms.open_for(c, Audience.OPERATOR),
    "words of alarms that go": lambda c: retention.rewrite_alarms(c, "x"),
    "the review queue": reviews.waiting,
    "the review queue of one sender": lambda c: reviews.waiting(c, sender=CODE),
    "a document by its number": lambda c: originals.by_number(c, [CODE], ["1"]),
    "files sent on": lambda c: packages.sent_onward(c, "x", [CODE]),
    "revisions": lambda c: packages.revisions(c, "x"),
}


@pytest.mark.parametrize("what", ASKED)
async def test_s_16_no_table_is_read_whole(hub, what):
    def look(connection):
        said = []
        event.listen(connection, "before_cursor_execute", lambda *call: said.append((call[2], call[3])))
        ASKED[what](connection)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in list(said)]
        return [row[3] for plan in plans for row in plan]

    steps = await hub.db.write(look)

    assert steps
    assert [step for step in steps if step.startswith("SCAN") or "INTEGER PRIMARY KEY (rowid>?)" in step] == []
