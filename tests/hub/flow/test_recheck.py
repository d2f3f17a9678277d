"""What could not be decided is decided later, as a new event, and nothing that was signed changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from edxml.testing import TestCA, make_package, signed_pdf
from hub import clock
from hub.flow import feed, recheck, recording, trust, views
from hub.jobs import recheck as job
from hub.store import answers, events, packages, rechecks

A, B = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(hub.clock.now())
    return hub


@pytest.fixture
def ca(hub) -> TestCA:
    """Trusted, yet its lists are not there."""
    made = TestCA()
    made.write_trust(hub.settings.trust_folder)
    for file in (hub.settings.trust_folder / "crl").iterdir():
        file.unlink()
    return made


@pytest.fixture
async def undecided(hub, ca, sender, recipient):
    """A package accepted while nothing could be said of its certificate."""
    await trust.reload(hub)
    return await sender.give(make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(ca))]))


def give_lists(hub, ca: TestCA) -> None:
    folder = hub.settings.trust_folder / "crl"
    for name, data in zip(("root", "intermediate"), ca.crls(), strict=True):
        (folder / f"{name}.crl").write_bytes(data)


async def row_of(hub, package_id: str):
    return await hub.db.read(lambda connection: packages.get(connection, package_id))


async def journal(hub, package_id: str, kind: str) -> list[dict]:
    rows = await hub.db.read(lambda connection: events.of_package(connection, package_id))
    return [json.loads(row.detail) for row in rows if row.type == kind]


async def waiting(hub) -> int:
    return await hub.db.read(rechecks.waiting)


async def test_an_undecided_verdict_is_declared_and_looked_at_after_five_minutes(hub, undecided):
    row = await row_of(hub, undecided.package_id)

    assert (row.status, row.verdict) == ("accepted", "INDETERMINATE")
    assert await waiting(hub) == 1
    assert await job.once(hub) == 0

    hub.clock.advance(timedelta(minutes=5))

    assert await job.once(hub) == 1
    assert len(await journal(hub, undecided.package_id, "verdict.recorded")) == 1  # nothing new, no new event


async def test_it_is_decided_when_the_trust_list_changes_and_nothing_signed_changes(hub, ca, undecided, sender):
    before = await hub.db.read(lambda connection: events.receipts_of(connection, undecided.package_id))
    give_lists(hub, ca)
    await trust.reload(hub)

    await job.once(hub)

    row = await row_of(hub, undecided.package_id)
    assert row.verdict == "PASSED"
    after = await hub.db.read(lambda connection: events.receipts_of(connection, undecided.package_id))
    assert [tuple(one) for one in after] == [tuple(one) for one in before]
    first, second = await journal(hub, undecided.package_id, "verdict.recorded")
    assert (first["verdict"], first["source"]) == ("INDETERMINATE", "arrival")
    assert (second["verdict"], second["source"]) == ("PASSED", "recheck")
    assert second["checked_at"] == clock.local_text(hub.clock.now())
    assert await waiting(hub) == 0
    shown = await views.verdicts(hub, sender.system, undecided.package_id)
    assert (shown["verdict"], shown["checked_at"]) == ("PASSED", second["checked_at"])


async def test_the_schedule_is_5_min_30_min_2_h_then_6_h_for_seven_days_and_ends_with_an_event(hub, undecided):
    began = hub.clock.now()
    looks = []
    while await waiting(hub):
        hub.clock.advance(timedelta(minutes=5))
        if await job.once(hub):
            looks.append(hub.clock.now() - began)

    steps = [later - earlier for earlier, later in zip([timedelta(), *looks], looks, strict=False)]
    assert steps[:4] == [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]
    assert set(steps[3:-1]) == {timedelta(hours=6)}
    assert looks[-1] == recording.KEPT_UP
    told = await journal(hub, undecided.package_id, "verdict.recorded")
    assert [one["source"] for one in told] == ["arrival", "last_recheck"]


async def test_a_crash_in_the_middle_costs_one_look_and_no_package(hub, ca, undecided, monkeypatch):
    """The claim has written the next time already: who dies leaves nothing to clean up."""
    give_lists(hub, ca)
    await trust.reload(hub)

    async def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(recheck, "report_again", killed)
        [row] = await recheck.due(hub, 10)
        with pytest.raises(KeyboardInterrupt):
            await recheck.again(hub, row)

    assert await job.once(hub) == 0
    hub.clock.advance(timedelta(minutes=30))
    assert await job.once(hub) == 1
    assert (await row_of(hub, undecided.package_id)).verdict == "PASSED"


async def test_two_that_look_at_the_same_time_make_one_verdict(hub, ca, undecided):
    give_lists(hub, ca)
    await trust.reload(hub)
    [row] = await recheck.due(hub, 10)

    assert (await recheck.again(hub, row), await recheck.again(hub, row)) == ("PASSED", None)
    assert len(await journal(hub, undecided.package_id, "verdict.recorded")) == 2


async def test_proven_not_valid_later_alarms_everybody_and_calls_nothing_back(hub, sender, recipient):
    """law: R-073 HN Đ9.1b: the sender decides; the hub does not take a document back by itself."""
    own = TestCA()
    own.write_trust(hub.settings.trust_folder)
    lists = hub.settings.trust_folder / "crl"
    for file in lists.iterdir():
        file.unlink()
    await trust.reload(hub)
    signer = own.person("Nguyễn Văn An")
    data = make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(own, [("person", "Nguyễn Văn An")]))])
    given = await sender.give(data)
    own.revoke(signer, own.now - timedelta(days=3))
    give_lists(hub, own)
    await trust.reload(hub)

    await job.once(hub)

    assert (await row_of(hub, given.package_id)).verdict == "FAILED"
    raised = await journal(hub, given.package_id, "alarm.raised")
    assert [one["alarm"] for one in raised] == ["verdict_failed"] * 2
    for party in (sender, recipient):
        seen = await views.timeline(hub, party.system, given.package_id)
        assert "verdict_failed" in [one.detail.get("alarm") for one in seen]
        assert (await views.verdicts(hub, party.system, given.package_id))["verdict"] == "FAILED"
        state = await views.package(hub, party.system, given.package_id)
        assert [one.status for one in state.deliveries] == ["available"]


async def test_what_only_another_trust_list_could_decide_is_not_asked_every_hour(hub, sender, recipient):
    stranger = TestCA()
    await sender.give(make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(stranger))]))
    hub.clock.advance(timedelta(days=6))

    assert await job.once(hub) == 0

    stranger.write_trust(hub.settings.trust_folder)
    await trust.reload(hub)
    assert await job.once(hub) == 1
    assert await waiting(hub) == 0


async def test_the_answers_that_decided_are_kept_and_named(hub, ca, undecided, sender):
    """law: R-071 TT15/2025 Đ5"""
    give_lists(hub, ca)
    await trust.reload(hub)

    await job.once(hub)

    rows = await hub.db.read(lambda connection: answers.of_package(connection, undecided.package_id))
    assert rows
    assert all((hub.settings.answers_folder / row.sha256).is_file() for row in rows)


async def test_the_feed_of_a_recipient_tells_a_verdict_that_comes_after_the_document(hub, ca, undecided, recipient):
    """It may have acted on the weaker one long ago; a stranger hears nothing."""
    stranger = replace(recipient.system, id="stranger")
    give_lists(hub, ca)
    await trust.reload(hub)

    await job.once(hub)

    told, _ = await feed.own(hub, recipient.system, after=0, limit=100)
    verdicts = [one.event.detail["verdict"] for one in told if one.event.type == "verdict.recorded"]
    assert verdicts == ["INDETERMINATE", "PASSED"]
    assert await feed.own(hub, stranger, after=0, limit=100) == ((), None)
