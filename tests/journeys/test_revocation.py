"""Authorities fail in every way they can: documents go on at full speed, with the weaker verdict declared.

When the authorities are back the verdicts are completed, and nothing that was signed has changed.
Real hub with its processes and loops, real HTTP on both sides; only the hub's clock is moved.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from actors import Office
from fake_peers.authority import Authority
from patience import until

from agency_registry import edit
from edxml.testing import make_package, signed_pdf
from hub import app, key_making, settings
from hub.clock import FakeClock
from hub.jobs import recheck, revocation
from hub.store import events

A, B = "000.00.01.H99", "000.00.02.H99"
LOOPBACK = ["127.0.0.0/8"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Stage:
    """One hub, its two offices and the authority of their certificates."""

    authority: Authority
    running: app.Running
    clock: FakeClock
    offices: dict[str, Office]

    @property
    def hub(self):
        return self.running.hub

    def package(self, signer: str = "Nguyễn Văn An") -> bytes:
        pdf = signed_pdf(self.authority.ca, [("person", signer)])
        return make_package(A, (B,), attachments=[("qd.pdf", pdf)])

    async def send(self, data: bytes) -> str:
        """Hand one in; its package id."""
        return (await self.offices[A].send(data))["package_id"]

    async def verdict(self, package_id: str) -> tuple[str, str | None]:
        found = (await self.offices[A].get(f"/packages/{package_id}/verdicts")).expect(200)
        return found["verdict"], found["sub_indication"]

    async def pass_by(self, *, step_seconds: float = 600, **span: float) -> None:
        """Let the hub's clock run; its loops live through every step."""
        for _ in range(int(timedelta(**span).total_seconds() / step_seconds)):
            self.clock.advance(seconds=step_seconds)
            await asyncio.sleep(0.03)
        for office in self.offices.values():
            await office.sign_in()  # tokens have aged as well

    async def until_decided(self, package_ids: list[str], seconds: float = 150) -> None:
        """Wait until all are PASSED, the clock running on."""
        async with asyncio.timeout(seconds):
            for package_id in package_ids:
                while (await self.verdict(package_id))[0] != "PASSED":
                    await self.pass_by(minutes=5, step_seconds=300)

    def clocked_waits(self) -> list[float]:
        """From now on, how many seconds each document waited for authorities."""
        fetch, waits = self.hub.fetcher.fetch, []

        async def clocked(needs, seconds):
            began = time.monotonic()
            try:
                return await fetch(needs, seconds)
            finally:
                if seconds == self.hub.settings.revocation.wait_seconds:  # else it is the hub's own loop
                    waits.append(time.monotonic() - began)

        self.hub.fetcher.fetch = clocked
        return waits

    async def signed(self, package_id: str) -> list[tuple]:
        """Everything of a package that was signed."""
        rows = await self.hub.db.read(lambda connection: events.receipts_of(connection, package_id))
        return [(row.type, row.canonical, row.nonce, row.leaf, row.receipt) for row in rows]


@pytest.fixture
def allow() -> list[str]:
    return LOOPBACK


@pytest.fixture
async def stage(tmp_path, monkeypatch, allow):
    for module in (recheck, revocation):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(recheck, "RECOVERY_SECONDS", 0.1)
    async with Authority() as authority:
        folder = tmp_path / "D"
        folder.mkdir()
        key_making.create(folder / "keys", "000.00.00.H99", "TEST")
        authority.ca.write_trust(folder / "trust", revocation=False)
        values = {
            "hub": {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": True},
            "listen": [{"port": 0, "doors": ["api"]}],
            "outgoing": {"allow": allow},
            "revocation": {"wait_seconds": 2, "timeout_seconds": 3},
        }
        clock = FakeClock(datetime.now(UTC))
        running = app.Running(settings.from_mapping(values, folder / "hub.toml"), clock=clock)
        await running.start()
        try:
            offices = await _register(running)
            async with offices[A], offices[B]:
                yield Stage(authority, running, clock, offices)
        finally:
            await running.stop()


async def _register(running: app.Running) -> dict[str, Office]:
    hub = running.hub
    found = {}
    for code in (A, B):

        def work(connection, code=code):
            edit.add_agency(connection, code, f"Cơ quan {code}")
            return edit.add_system(connection, name=f"s{code[7]}", organ_ids=(code,), wrap=hub.keys.wrap)

        system_id, secret = await hub.db.write(work)
        found[code] = Office(running.urls[0].rstrip("/"), system_id, secret, (code,))
    await hub.reload()
    return found


# --------------------------------------------------------------------------------------------------- all is well


async def test_a_document_whose_authority_answers_passes_at_once(stage):
    package_id = await stage.send(stage.package())

    found = (await stage.offices[A].get(f"/packages/{package_id}/verdicts")).expect(200)

    assert found["verdict"] == "PASSED"
    [signature] = found["files"][0]["signatures"]
    assert signature["revocation"]["status"] == "good"
    assert signature["revocation"]["source"] == "cache"
    named = {one["sha256"] for one in found["answers"]}
    assert named == set(signature["revocation"]["answers"])
    folder = stage.hub.settings.answers_folder
    assert all((folder / digest).is_file() for digest in named)


async def test_a_certificate_revoked_at_its_authority_is_refused_at_the_door(stage):
    signer = stage.authority.ca.person("Trần Thị Bình")
    stage.authority.ca.revoke(signer, stage.authority.ca.now - timedelta(days=2))

    heard = await stage.offices[A].offer(stage.package("Trần Thị Bình"))

    assert heard.status == 422
    assert heard.code in ("pdf_sig_invalid", "cert_revoked")


# ------------------------------------------------------------------------------------------------ down for hours


async def test_down_for_hours_traffic_goes_on_and_is_completed_later_without_a_change_of_what_was_signed(stage):
    """R-072: the heart of the matter."""
    await stage.authority.stop()
    packages = [stage.package(f"Người ký {number}") for number in range(12)]
    sent = [await stage.send(data) for data in packages]
    assert {await stage.verdict(one) for one in sent} == {("INDETERMINATE", "TRY_LATER")}
    item, first_bytes, _ = await stage.offices[B].receive()
    before = {one: await stage.signed(one) for one in sent}
    receipts = {one: await stage.offices[A].receipt(one) for one in sent}

    await stage.pass_by(hours=9)
    assert {await stage.verdict(one) for one in sent} == {("INDETERMINATE", "TRY_LATER")}
    await stage.authority.start()
    await stage.until_decided(sent)

    assert {one: await stage.signed(one) for one in sent} == before
    assert {one: await stage.offices[A].receipt(one) for one in sent} == receipts
    assert await stage.offices[B].content(item["package_id"]) == first_bytes
    for one in sent:
        told = [event for event in await stage.offices[A].timeline(one) if event["type"] == "verdict.recorded"]
        assert [event["detail"]["verdict"] for event in told] == ["INDETERMINATE", "PASSED"]
        assert [event["detail"]["source"] for event in told] == ["arrival", "recheck"]
    repeat = await stage.offices[A].offer(packages[0])
    assert (repeat.status, repeat.json["receipt"]) == (200, receipts[sent[0]])


async def test_a_recipient_reads_the_completed_verdict_too(stage):
    await stage.authority.stop()
    package_id = await stage.send(stage.package())
    await stage.offices[B].receive()

    await stage.authority.start()
    await stage.until_decided([package_id])

    seen = [one["detail"]["verdict"] for one in await stage.offices[B].timeline(package_id)
            if one["type"] == "verdict.recorded"]  # fmt: skip
    assert seen == ["INDETERMINATE", "PASSED"]
    found = (await stage.offices[B].get(f"/packages/{package_id}/verdicts")).expect(200)
    assert found["verdict"] == "PASSED"


@pytest.mark.parametrize("manner", ["slow", "endless", "redirect", "garbage", "foreign", "error"])
async def test_however_it_fails_only_the_first_document_waits_and_all_are_declared(stage, manner):
    """E-06, E-07: thirty seconds slow, a body without end, a redirect, rubbish, another authority's answers."""
    stage.authority.manner = manner
    packages = [stage.package(f"Người ký {number}") for number in range(10)]
    waits = stage.clocked_waits()
    first = await stage.send(packages[0])
    others = [await stage.send(data) for data in packages[1:]]

    assert {await stage.verdict(one) for one in (first, *others)} == {("INDETERMINATE", "TRY_LATER")}
    assert len(waits) >= 10
    assert sum(sorted(waits)[:-2]) < 1.5, f"{waits}: two may wait, for the first call and for the first try after it"
    assert stage.authority.asked["/elsewhere"] == 0

    stage.authority.manner = "well"
    await stage.until_decided([first, *others])


async def test_a_flapping_authority_is_not_hammered_and_everything_is_decided_in_the_end(stage):
    """E-14: at most so many calls in a minute of the hub's clock."""
    sent, most = [], 0
    for minute in range(20):
        stage.authority.manner = "error" if minute % 2 == 0 else "well"
        before = stage.authority.calls
        sent += [await stage.send(stage.package(f"Người ký {minute} {number}")) for number in range(3)]
        await stage.pass_by(minutes=1, step_seconds=10)
        if minute % 2 == 0:
            most = max(most, stage.authority.calls - before)
    stage.authority.manner = "well"
    await stage.until_decided(sent)

    assert most <= 12, f"{most} calls in one minute to an authority that answers 500"


@pytest.mark.parametrize("allow", [[]])
async def test_an_address_on_loopback_is_not_called_unless_its_network_is_listed(stage):
    """E-10"""
    package_id = await stage.send(stage.package())

    assert await stage.verdict(package_id) == ("INDETERMINATE", "TRY_LATER")
    assert stage.authority.calls == 0


async def test_an_answer_past_its_time_is_named_and_never_makes_a_verdict_pass(stage):
    """I10: the degraded mode is declared; fresh answers complete it."""
    first = await stage.send(stage.package())
    assert (await stage.verdict(first))[0] == "PASSED"
    await stage.authority.stop()
    await stage.pass_by(days=7, hours=4, step_seconds=7200)

    second = await stage.send(stage.package("Nguyễn Văn An"))

    assert await stage.verdict(second) == ("INDETERMINATE", "TRY_LATER")
    found = (await stage.offices[A].get(f"/packages/{second}/verdicts")).expect(200)
    [signature] = found["files"][0]["signatures"]
    assert "revocation_stale" in signature["warnings"]
    assert "đã kiểm tra theo danh sách thu hồi lưu cách đây" in signature["sentence"]
    assert (await stage.verdict(first))[0] == "PASSED"  # what was decided stays decided

    stage.authority.at = stage.clock.now()
    await stage.authority.start()
    await stage.until_decided([second])


# ------------------------------------------------------------------------------------------------------ killed


async def test_killed_after_the_answers_came_and_before_the_recheck_it_is_completed_after_the_start(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TRUC_OUTGOING__ALLOW", json.dumps(LOOPBACK))
    async with Authority() as authority:
        config = tmp_path / "D" / "hub.toml"
        await _truc("init", str(tmp_path / "D"))
        authority.ca.write_trust(tmp_path / "D" / "trust", revocation=False)
        for code in (A, B):
            await _truc("agency", "add", code, "--name", f"Sở {code}", "--config", str(config))
        made = {
            code: json.loads(
                await _truc("system", "add", f"s{code[7]}", "--for", code, "--json", "--config", str(config))
            )
            for code in (A, B)
        }
        await authority.stop()

        def package(signer: str) -> bytes:
            pdf = signed_pdf(authority.ca, [("person", signer)])
            return make_package(A, (B,), attachments=[("qd.pdf", pdf)])

        server, url = await _serve(config)
        try:
            async with Office(url, made[A]["system_id"], made[A]["secret"], (A,)) as office:
                undecided = (await office.send(package("An")))["package_id"]
                receipt = await office.receipt(undecided)
                assert (await _verdict(office, undecided)) == "INDETERMINATE"
                await authority.start()
                async with asyncio.timeout(60):
                    while authority.calls == 0:  # until the time of rest is over
                        await office.send(package(f"Bình {time.monotonic()}"))
                        await asyncio.sleep(0.5)
        finally:
            _end(server, signal.SIGKILL)
        server, url = await _serve(config)
        try:
            async with Office(url, made[A]["system_id"], made[A]["secret"], (A,)) as office:
                await until(lambda: _passed(office, undecided))
                assert await office.receipt(undecided) == receipt
        finally:
            _end(server, signal.SIGTERM)


async def _verdict(office: Office, package_id: str) -> str:
    return (await office.get(f"/packages/{package_id}/verdicts")).expect(200)["verdict"]


async def _passed(office: Office, package_id: str) -> bool:
    return await _verdict(office, package_id) == "PASSED"


async def _truc(*words: str) -> str:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "hub", *words], check=True, capture_output=True, text=True
    )
    return done.stdout


def _end(server: subprocess.Popen[str], number: int) -> None:
    server.send_signal(number)
    server.communicate(timeout=60)


async def _serve(config: Path) -> tuple[subprocess.Popen[str], str]:
    words = [sys.executable, "-m", "hub", "serve", "--config", str(config), "--port", "0"]
    server = await asyncio.to_thread(
        subprocess.Popen, words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    line = await asyncio.to_thread(server.stdout.readline)
    return server, re.search(r"http://\S+", line).group().rstrip("/")
