"""What a peer says and how far a clock is off: whatever it is, every database can keep the line."""

from __future__ import annotations

from datetime import UTC, datetime

from province import hub, new_folder  # noqa: F401 - fixtures

from hub.flow import calls
from hub.store import heartbeats, tables
from hub.store.calls import Call

NOW = datetime(2026, 11, 20, tzinfo=UTC)


async def test_one_odd_line_does_not_lose_the_others(hub):  # noqa: F811
    hub.calls.note(Call("snv", NOW, "connector", "push.deliver", detail="bận\ud800\x00 lắm\r\n", size=1 << 40))
    hub.calls.note(Call("stc", NOW, "api", "inbox"))

    await calls.flush(hub)

    rows = await hub.db.read(lambda c: c.execute(tables.calls.select()).all())
    assert [(row.detail, row.size < 1 << 31) for row in rows] == [("bận lắm", True), ("", True)]


async def test_a_clock_thousands_of_years_off_is_kept_as_far_as_it_goes(hub):  # noqa: F811
    await hub.db.write(lambda c: heartbeats.keep_clock(c, "snv", 250_000_000_000, NOW))
    ahead = (await hub.db.read(lambda c: heartbeats.get(c, "snv"))).clock_seconds
    await hub.db.write(lambda c: heartbeats.keep_clock(c, "snv", -250_000_000_000, NOW))
    behind = (await hub.db.read(lambda c: heartbeats.get(c, "snv"))).clock_seconds

    assert 0 < ahead < 1 << 31
    assert behind == -ahead
