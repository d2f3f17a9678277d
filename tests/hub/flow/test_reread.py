"""A package whose first page nobody had the time to read is held, and goes on by itself once it was read."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from datetime import timedelta

import pytest
from held import journal, row, stamped

from edxml.testing import make_package
from hub.clock import FakeClock
from hub.flow import intake, reread
from hub.jobs import keeping
from hub.states import Hold

A, B = "000.00.01.H99", "000.00.02.H99"


class Dead(Executor):
    """Verifiers that die with every task."""

    def submit(self, *_args, **_more) -> Future:
        future: Future = Future()
        future.set_exception(RuntimeError("a verifier died"))
        return future


async def pieces(data):
    yield data


async def arrive(snv, data):
    """Take a package in while the verifiers are dead; afterwards they live again."""
    living, snv.hub.verifiers = snv.hub.verifiers, Dead()
    accepted = await intake.accept(snv.hub, pieces(data), intake.Submission(snv.hub.system(snv.system_id), "api"))
    snv.hub.verifiers = living
    return accepted


async def test_a_clean_page_is_released_as_soon_as_it_was_read(snv, stc):  # law: R-012 NĐ30 PL I.III.2a
    accepted = await arrive(snv, make_package(A, (B,)))
    assert (accepted.status, (await row(snv.hub, accepted.package_id)).held_for) == ("held", "unread")

    await keeping.turn(snv.hub)

    assert (await row(snv.hub, accepted.package_id)).status == "accepted"
    assert (await journal(snv.hub, accepted.package_id))[-1] == "package.released"


async def test_a_page_with_a_stamp_stays_held_for_the_clerk(snv, stc):
    accepted = await arrive(snv, stamped(A, (B,)))

    await keeping.turn(snv.hub)

    kept = await row(snv.hub, accepted.package_id)
    assert (kept.status, kept.held_for) == ("held", Hold.STAMP.value)


@pytest.mark.parametrize(("hours", "left"), [(0, "unread"), (2, "secret_stamp")])
async def test_a_page_that_never_can_be_read_is_left_to_the_clerk_after_a_while(snv, stc, hours, left):
    accepted = await arrive(snv, make_package(A, (B,)))
    snv.hub.verifiers = Dead()
    snv.hub.clock = FakeClock(snv.hub.clock.now() + timedelta(hours=hours))

    await reread.waiting(snv.hub)

    kept = await row(snv.hub, accepted.package_id)
    assert (kept.status, kept.held_for) == ("held", left)
