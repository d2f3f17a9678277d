"""Authorities are asked for what is missing, within bounds, and nobody else is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_peers.authority import Authority

from edxml.testing import TestCA
from edxml.trust import answer_names, revocation_questions
from edxml.verdict import Need
from hub.clock import FakeClock
from hub.flow import trust
from hub.jobs import revocation_fetch
from hub.jobs.revocation_rests import LONGEST_SECONDS, Rests
from hub.store import answers

LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture
def sections() -> dict:
    return {"outgoing": {"allow": LOOPBACK}, "revocation": {"timeout_seconds": 1, "crl_bytes": 100_000}}


@pytest.fixture
async def authority():
    async with Authority() as made:
        yield made


@pytest.fixture
async def fetcher(hub, authority):
    authority.ca.write_trust(hub.settings.trust_folder, revocation=False)
    await trust.reload(hub)
    made = revocation_fetch.RevocationFetcher(hub)
    yield made
    await made.close()


def needs(ca: TestCA, kind: str = "crl", name: str = "A") -> list[Need]:
    signer = ca.person(name)
    url = ca.crl_url(ca.intermediate) if kind == "crl" else f"{ca.address}/ocsp"
    return [Need(kind, (url,), signer.certificate_der, ca.intermediate.certificate_der)]


def kept(hub, need: Need) -> Path:
    if need.kind == "crl":
        return hub.settings.answers_folder / answer_names.answer_name_crl(need.urls[0])
    return hub.settings.answers_folder / answer_names.answer_name_ocsp(need.certificate, need.issuer)


async def test_a_missing_list_is_fetched_kept_and_written_down(hub, authority, fetcher):
    [need] = needs(authority.ca)

    came = await fetcher.fetch([need], 3)

    assert came
    answer = revocation_questions.check(need, kept(hub, need).read_bytes(), datetime.now(UTC))
    assert (hub.settings.answers_folder / answer.sha256).samefile(kept(hub, need))
    [row] = await hub.db.read(answers.newest_lists)
    assert (row.sha256, row.kind, row.url) == (answer.sha256, "crl", need.urls[0])
    assert authority.agents == {"truc"}


async def test_a_missing_ocsp_answer_is_asked_for_by_post(hub, authority, fetcher):
    [need] = needs(authority.ca, "ocsp")

    assert await fetcher.fetch([need], 3)

    assert revocation_questions.check(need, kept(hub, need).read_bytes(), datetime.now(UTC)).kind == "ocsp"


async def test_one_call_for_many_documents_that_need_the_same(authority, fetcher):
    found = await asyncio.gather(*(fetcher.fetch(needs(authority.ca), 3) for _ in range(50)))

    assert all(found)
    assert authority.calls == 1


@pytest.mark.parametrize("manner", ["slow", "endless", "redirect", "garbage", "foreign", "error", "packed"])
@pytest.mark.parametrize("kind", ["crl", "ocsp"])
async def test_whatever_is_no_answer_is_not_kept_and_costs_little_time(hub, authority, fetcher, manner, kind):
    """E-06, E-07: 30 s slow, endless body, redirect, malformed, of another authority."""
    authority.manner = manner
    [need] = needs(authority.ca, kind)
    began = time.monotonic()

    came = await fetcher.fetch([need], 3)

    assert not came
    assert time.monotonic() - began < 2.5
    assert not kept(hub, need).exists()
    assert authority.calls == 1
    assert authority.asked["/elsewhere"] == 0
    assert await hub.db.read(answers.newest_lists) == []


async def test_an_authority_that_is_down_is_left_in_peace_and_nobody_waits(authority, fetcher):
    await authority.stop()
    await fetcher.fetch(needs(authority.ca, "ocsp", "first"), 3)
    began = time.monotonic()

    found = [await fetcher.fetch(needs(authority.ca, "ocsp", f"person {n}"), 3) for n in range(20)]

    assert not any(found)
    assert time.monotonic() - began < 0.5
    assert fetcher.rests.resting()


async def test_a_document_does_not_wait_for_the_try_of_another_at_an_ailing_authority(hub, authority, fetcher):
    authority.manner = "slow"
    await fetcher.fetch(needs(authority.ca), 3)
    hub.clock = FakeClock(hub.clock.now() + timedelta(minutes=1))
    fetcher.rests._now = hub.clock.now
    first = asyncio.create_task(fetcher.fetch(needs(authority.ca), 3))
    await asyncio.sleep(0)
    began = time.monotonic()

    assert not await fetcher.fetch(needs(authority.ca), 3)

    assert time.monotonic() - began < 0.5
    assert not await first


async def test_an_older_list_never_takes_the_place_of_a_newer_one(hub, authority, fetcher):
    """A replayed list would hide a revocation."""
    [need] = needs(authority.ca)
    await fetcher.fetch([need], 3)
    before = kept(hub, need).read_bytes()
    authority.at = authority.ca.now - timedelta(days=1)
    fetcher._new.clear()

    assert not await fetcher.fetch([need], 3)

    assert authority.calls == 2
    assert kept(hub, need).read_bytes() == before


async def test_a_newer_list_does_and_the_older_one_stays_as_evidence(hub, authority, fetcher):
    [need] = needs(authority.ca)
    await fetcher.fetch([need], 3)
    first = revocation_questions.check(need, kept(hub, need).read_bytes(), datetime.now(UTC))
    authority.at = authority.ca.now + timedelta(seconds=100)
    fetcher._new.clear()

    assert await fetcher.fetch([need], 3)

    assert (hub.settings.answers_folder / first.sha256).exists()
    assert not (hub.settings.answers_folder / first.sha256).samefile(kept(hub, need))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:9/x.crl", id="E-10 a host no trusted certificate names"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="E-10 metadata"),
        pytest.param("file:///etc/passwd", id="E-10 file"),
        pytest.param("ldap://127.0.0.1/cn=x?certificateRevocationList", id="E-10 ldap"),
        pytest.param("https://crl.h99.example/x.crl", id="not plain HTTP"),
        pytest.param("http://good@127.0.0.1/x", id="N-15 userinfo"),
        pytest.param("http://127.0.0.1\\@good/x", id="N-15 backslash"),
        pytest.param("http://127.0.0.1\t/x", id="N-15 tab"),
        pytest.param("http://127.0.0.1/x\r\nHost: evil", id="N-15 line break"),
        pytest.param("http://evil#@127.0.0.1/", id="N-15 fragment"),
        pytest.param("http://℀.example/", id="N-15 NFKC"),
        pytest.param("http://[::1]/x", id="N-14 IPv6 loopback"),
        pytest.param("gopher://127.0.0.1/x", id="N-16 gopher"),
        pytest.param("http://127.0.0.1:25/x", id="N-16 port of mail"),
        pytest.param("", id="nothing"),
    ],
)
async def test_no_other_address_is_called(authority, fetcher, url):
    [need] = needs(authority.ca)

    came = await fetcher.fetch([Need("crl", (url,), need.certificate, need.issuer)], 1)

    assert not came
    assert authority.calls == 0


async def test_loopback_is_not_called_unless_its_network_is_listed(hub, authority, fetcher):
    """E-10: the name alone opens no door; the address is looked at when the socket is made."""
    bare = hub.settings.model_copy(update={"outgoing": hub.settings.outgoing.model_copy(update={"allow": ()})})
    hub.settings = bare
    guarded = revocation_fetch.RevocationFetcher(hub)
    try:
        assert not await guarded.fetch(needs(authority.ca), 2)
    finally:
        await guarded.close()
    assert authority.calls == 0


async def test_a_list_beyond_the_limit_is_not_kept(hub, authority, fetcher):
    """E-06: 50 MB. It says its length, or it does not and is read no further than the limit."""
    for number in range(100):
        authority.ca.revoke(authority.ca.person(f"person {number}"))
    narrow = hub.settings.revocation.model_copy(update={"crl_bytes": 1024})
    hub.settings = hub.settings.model_copy(update={"revocation": narrow})
    small = revocation_fetch.RevocationFetcher(hub)
    [need] = needs(authority.ca)
    try:
        assert not await small.fetch([need], 2)
    finally:
        await small.close()
    assert authority.calls == 1
    assert not kept(hub, need).exists()


async def test_a_flapping_authority_is_asked_less_and_less():
    """E-14: a schedule with jitter, at most so many calls a minute, and no day on which it is given up."""
    clock = FakeClock(datetime(2026, 11, 21, tzinfo=UTC))
    rests = Rests(clock.now, chance=lambda: 0.5)
    calls = []
    for second in range(3600):
        clock.set(datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=second))
        if not rests.is_resting("host"):
            calls.append(second)
            if len(calls) % 3:
                rests.failed("host")
            else:
                rests.answered("host")

    by_minute = [sum(60 * n <= call < 60 * n + 60 for call in calls) for n in range(60)]
    assert max(by_minute) <= 10, by_minute
    assert calls[-1] > 3600 - 2 * LONGEST_SECONDS


async def test_rests_are_spread_and_a_clock_set_back_does_not_prolong_them():
    clock = FakeClock(datetime(2026, 11, 21, tzinfo=UTC))
    early, late = (Rests(clock.now, chance=lambda at=at: at) for at in (0.0, 1.0))
    for rests in (early, late):
        rests.failed("host")
    clock.advance(seconds=4.5)
    assert (early.is_resting("host"), late.is_resting("host")) == (False, True)

    clock.set(datetime(2020, 1, 1, tzinfo=UTC))

    assert not late.is_resting("host")


async def test_an_authority_that_is_back_is_noticed_without_a_document(hub, authority, fetcher):
    await authority.stop()
    await fetcher.fetch(needs(authority.ca), 2)
    await authority.start()
    await fetcher.retry()
    assert authority.calls == 0  # it rests

    hub.clock = FakeClock(hub.clock.now() + timedelta(seconds=30))
    fetcher.rests._now = hub.clock.now
    await fetcher.retry()

    assert authority.calls == 1
    assert fetcher.recovered.is_set()
    await fetcher.retry()
    assert authority.calls == 1
