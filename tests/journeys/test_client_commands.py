"""The client commands of `truc`, as a clerk's script uses them: send, inbox, get, status, withdraw over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json

import credentials
import pytest

from agency_registry import edit
from edxml import testing
from hub import app, key_making, log
from hub.cli import main
from hub.settings import from_mapping

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
async def running(tmp_path):
    """A hub with its native door, and two systems: `snv` sends, `stc` receives."""
    log.configure("warning")  # on stderr, as of every hub: what the commands say on stdout is theirs alone
    folder = tmp_path / "D"
    (folder / "trust").mkdir(parents=True)
    key_making.create(folder / "keys", "000.00.00.H99")
    values = {"hub": {"organ_id": "000.00.00.H99", "test_mode": True}, "listen": [{"port": 0, "doors": ["api"]}]}
    made = app.Running(from_mapping(values, folder / "hub.toml"))
    await made.start()
    made.secrets = {}

    def register(connection):
        for system_id, code in (("snv", SENDER), ("stc", RECIPIENT)):
            edit.add_agency(connection, code, f"Cơ quan {code}")
            made.secrets[system_id] = edit.add_system(
                connection, name=system_id, organ_ids=[code], wrap=made.hub.keys.wrap
            )[1]

    await made.hub.db.write(register)
    await made.hub.reload()
    yield made
    await made.stop()


@pytest.fixture
def truc(running, monkeypatch, capsys):
    """Run a client command as one of the systems: exit code and JSON answer."""

    async def truc(system_id, *words, secret=None):
        monkeypatch.setenv("TRUC_URL", running.urls[0])
        monkeypatch.setenv("TRUC_SYSTEM_ID", system_id)
        monkeypatch.setenv("TRUC_SECRET", secret or running.secrets[system_id])
        code = await asyncio.to_thread(main, [*(str(word) for word in words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return truc


async def test_a_package_goes_through_and_comes_out_byte_for_byte(truc, running, tmp_path):
    package = tmp_path / "p.edxml"
    package.write_bytes(testing.make_package(sender=SENDER, to=(RECIPIENT,), size=300_000))

    _, sent = await truc("snv", "send", package)
    _, again = await truc("snv", "send", package)
    _, inbox = await truc("stc", "inbox")
    delivery = inbox["items"][0]["delivery_id"]
    _, got = await truc("stc", "get", delivery, "--out", tmp_path)
    _, watched = await truc("snv", "send", package, "--watch")

    assert sent["receipt"] == again["receipt"]
    assert (tmp_path / f"{delivery}.edxml").read_bytes() == package.read_bytes()
    assert got["sha256"] == hashlib.sha256(package.read_bytes()).hexdigest() == sent["sha256"]
    assert running.hub.keys.verify_receipt(got["receipt"])
    assert watched["deliveries"][0]["status"] == "delivered"


async def test_files_are_made_into_a_document_and_answered(truc, tmp_path):
    """Names and subject in Vietnamese; the recipient reports that it took the document in."""
    file = tmp_path / 'Báo cáo "quý 4".pdf'
    file.write_bytes(testing.plain_pdf(20_000))
    envelope = (
        "--from",
        SENDER,
        "--to",
        RECIPIENT,
        "--subject",
        "Báo cáo quý",
        "--number",
        "5",
        "--notation",
        "BC-SNV",
    )

    code, sent = await truc("snv", "send", file, *envelope)
    _, inbox = await truc("stc", "inbox")
    delivery = inbox["items"][0]["delivery_id"]
    await truc("stc", "get", delivery, "--out", tmp_path)
    told, _ = await truc("stc", "status", delivery, "--code", "03", "--arrival-number", "12")
    _, seen = await truc("snv", "status", sent["package_id"])

    assert (code, told) == (0, 0)
    assert inbox["items"][0]["subject"] == "Báo cáo quý"
    assert seen["deliveries"][0]["business_status"] == "03"


async def test_a_document_nobody_has_seen_is_withdrawn(truc, tmp_path):
    package = tmp_path / "p.edxml"
    package.write_bytes(testing.make_package(sender=SENDER, to=(RECIPIENT,)))
    _, sent = await truc("snv", "send", package)

    code, answer = await truc("snv", "withdraw", sent["package_id"], "--reason", "gửi nhầm")

    assert code == 0
    [told] = answer["recipients"]
    assert (told["recipient"], told["recall_state"]) == (RECIPIENT, "never_delivered")
    assert [told[name] for name in ("business_status", "kept", "replied_by")] == [None, None, None]
    assert (await truc("stc", "inbox"))[1]["items"] == []


async def test_a_refusal_is_a_no_with_the_code_and_what_to_do(truc, tmp_path):
    package = tmp_path / "p.edxml"
    package.write_bytes(testing.make_package(sender=RECIPIENT, to=(SENDER,)))

    code, answer = await truc("snv", "send", package)

    assert code == 1
    assert answer["error"]["code"] == "sender_not_allowed"


async def test_a_wrong_secret_is_a_no_and_an_absent_hub_a_not_now(truc, running, monkeypatch):
    wrong, answer = await truc("snv", "inbox", secret="x")
    monkeypatch.setattr(running, "urls", ["http://127.0.0.1:1"])
    absent, _ = await truc("snv", "inbox")

    assert (wrong, absent) == (1, 3)
    assert "truc system rotate" in answer["error"]["title"]


async def test_files_without_an_envelope_are_wrong_use(truc, tmp_path):
    (tmp_path / "a.pdf").write_bytes(testing.plain_pdf(1000))

    assert (await truc("snv", "send", tmp_path / "a.pdf"))[0] == 2
    assert (await truc("snv", "send", tmp_path / "b.pdf"))[0] == 2


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA"])
async def test_a_registered_key_stands_in_for_the_secret(truc, running, tmp_path, monkeypatch, alg):
    key, file = credentials.KEYS[alg](), tmp_path / "snv.key"
    file.write_bytes(key.as_pem(private=True))
    monkeypatch.setenv("TRUC_KEY_FILE", str(file))

    unknown = await truc("snv", "inbox", secret="not asked for")
    await running.hub.db.write(lambda c: edit.add_key(c, "snv", credentials.public_pem(key)))
    await running.hub.reload()
    known = await truc("snv", "inbox", secret="not asked for")
    file.write_text("no key")
    broken = await truc("snv", "inbox", secret="not asked for")

    assert (unknown[0], unknown[1]["error"]["code"]) == (1, "invalid_client")
    assert known[0] == 0
    assert broken[0] == 2
