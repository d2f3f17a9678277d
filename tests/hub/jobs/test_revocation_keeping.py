"""Lists are fetched before they run out; answers stay as long as a document needs them, and no longer."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from fake_peers.authority import Authority
from sqlalchemy import update

from edxml.testing import make_package, signed_pdf
from edxml.trust import answer_names
from edxml.verdict import Need
from hub.clock import FakeClock
from hub.flow import trust
from hub.jobs import revocation_fetch
from hub.jobs.revocation import Keeper
from hub.store import answers, tables

A, B = "000.00.01.H99", "000.00.02.H99"
DAY = timedelta(days=1)


@pytest.fixture
def sections() -> dict:
    return {"outgoing": {"allow": ["127.0.0.0/8"]}}


@pytest.fixture
async def authority():
    async with Authority() as made:
        yield made


@pytest.fixture
async def hub(hub, authority):
    authority.ca.write_trust(hub.settings.trust_folder, revocation=False)
    hub.clock = FakeClock(hub.clock.now())
    await trust.reload(hub)
    hub.fetcher = revocation_fetch.RevocationFetcher(hub)
    yield hub
    await hub.fetcher.close()


@pytest.fixture
def keeper(hub) -> Keeper:
    return Keeper(hub)


def pass_by(hub, span: timedelta) -> None:
    """The clock goes on, and what was new is not new any more."""
    hub.clock.advance(span)
    hub.fetcher._new.clear()


def place_of(hub, url: str):
    return hub.settings.answers_folder / answer_names.answer_name_crl(url)


async def test_the_lists_that_trusted_certificates_name_are_there_before_a_document_needs_them(hub, authority, keeper):
    assert await keeper.refresh()

    assert place_of(hub, authority.ca.crl_url(authority.ca.root)).exists()
    assert authority.calls == 1
    assert not await keeper.refresh()
    assert authority.calls == 1


async def test_a_list_is_fetched_again_in_the_last_fifth_of_its_life(hub, authority, keeper):
    await keeper.refresh()
    hub.clock.advance(5 * DAY)
    assert not await keeper.refresh()

    pass_by(hub, DAY)
    authority.at = hub.clock.now()

    assert await keeper.refresh()
    assert authority.calls == 2


async def test_a_list_of_signers_is_kept_up_once_a_document_has_asked_for_it(hub, authority, keeper, tmp_path):
    signer = authority.ca.person("An")
    url = authority.ca.crl_url(authority.ca.intermediate)
    need = Need("crl", (url,), signer.certificate_der, authority.ca.intermediate.certificate_der)
    await hub.fetcher.fetch([need], 3)
    await keeper.refresh()
    pass_by(hub, 6 * DAY)
    authority.at = hub.clock.now()

    assert await keeper.refresh()

    rows = {row.url: row for row in await hub.db.read(answers.newest_lists)}
    assert len(rows) == 2
    assert all(row.as_of > "2026" and row.sha256 == _digest(place_of(hub, row.url)) for row in rows.values())


def _digest(path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_an_authority_that_publishes_nothing_new_is_not_asked_all_the_time(hub, authority, keeper):
    await keeper.refresh()
    pass_by(hub, 6 * DAY)
    before = authority.calls

    for _ in range(60):
        hub.clock.advance(timedelta(minutes=1))
        await keeper.refresh()

    assert authority.calls - before == 1  # once in 2 % of its life of a week


# ----------------------------------------------------------------------------------------------------- evidence


@pytest.fixture
async def decided(hub, snv, stc, authority):
    """A package whose verdict an authority's fetched answers decided; its id and their digests."""
    from hub.flow import intake

    async def body():
        yield make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(authority.ca))])

    given = await intake.accept(hub, body(), intake.Submission(hub.system(snv.system_id), "api"))
    rows = await hub.db.read(lambda connection: answers.of_package(connection, given.package_id))
    assert rows
    return given.package_id, {row.sha256 for row in rows}


def age(hub, days: float) -> None:
    """Files and clock are older by so much."""
    hub.clock.advance(timedelta(days=days))
    then = time.time() - days * 86_400
    for file in hub.settings.answers_folder.iterdir():
        if file.is_file():
            os.utime(file, (then, then))


async def renew(hub, authority) -> None:
    """Every current answer gives way to a newer one."""
    authority.at = hub.clock.now()
    ca = authority.ca
    needs = [
        Need("crl", (ca.crl_url(issuer),), child.certificate_der, issuer.certificate_der)
        for issuer, child in ((ca.root, ca.intermediate), (ca.intermediate, ca.person("Nguyễn Văn An")))
    ]
    hub.fetcher._new.clear()
    await hub.fetcher.fetch(needs, 5)


async def test_an_answer_that_decided_stays_as_long_as_the_document(hub, decided, keeper, authority):
    """law: R-071 TT15/2025 Đ5"""
    _, digests = decided
    await renew(hub, authority)
    age(hub, 400)

    await keeper.sweep()

    assert digests <= {file.name for file in hub.settings.answers_folder.iterdir()}


async def test_it_goes_with_the_document(hub, decided, keeper, authority):
    package_id, digests = decided
    await renew(hub, authority)
    row = tables.packages
    await hub.db.write(lambda c: c.execute(update(row).where(row.c.id == package_id).values(status="erased")))
    age(hub, 2)

    await keeper.sweep()

    left = {file.name for file in hub.settings.answers_folder.iterdir() if file.is_file()}
    lists = {digest for digest in digests if digest in left}
    assert not lists & digests - current(hub)
    assert await hub.db.read(lambda connection: answers.of_package(connection, package_id)) == []


def current(hub) -> set[str]:
    from hub.store.answer_files import AnswerFiles

    return AnswerFiles(hub.settings.answers_folder).current_digests()


async def test_current_answers_stay_though_no_document_names_them(hub, keeper, authority):
    await keeper.refresh()
    before = current(hub)
    age(hub, 3)

    await keeper.sweep()

    assert before
    assert current(hub) == before
