"""R-182: a system works only once a signed report shows the level that is asked for."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import pytest
from province import hub, new_folder, settings_in  # noqa: F401 - fixtures

from agency_registry import edit
from connectors.testing.scenario import Words
from hub import admin, app
from hub.cli import check_duties
from hub.conformance import levels, report
from hub.conformance.report import Line
from hub.keys import Keys

TITLE = Words("x", "x")


@pytest.fixture
def sections():
    return {"conformance": {"level": 2}}


@pytest.fixture
async def ask(hub):  # noqa: F811
    await hub.db.write(lambda connection: edit.add_agency(connection, "000.00.01.H99", "Sở Nội vụ"))
    await hub.reload()

    async def command(command: str, /, **args):
        return await admin.answer(hub, command, args)

    return command


def told(hub, level: int, *, keys: Keys | None = None, name: str = "snv", at=None, **subject) -> str:  # noqa: F811
    lines = [Line("receives", TITLE, 1, "passed")]
    about = {"kind": "system", "name": name, "door": "native", **subject}
    moment = at or hub.clock.now() - timedelta(hours=1)
    return report.sign(keys or hub.keys, report.content(about, lines, level, moment, "5eed"))


async def test_a_system_below_the_level_is_not_active(ask, hub):  # noqa: F811
    """law: R-182 QĐ28 Đ14.2"""
    wanted = {"name": "snv", "for": ["000.00.01.H99"]}

    at_once = await ask("system.add", **wanted, state="active")
    plain = await ask("system.add", **wanted)
    activated = await ask("system.activate", system_id="snv")
    low = await ask("system.activate", system_id="snv", report=told(hub, 1))

    assert at_once["error"]["code"] == "conformance_low"
    assert "error" not in plain
    assert hub.directory.system("snv").state == "proposed"  # in test mode too, once a level is set
    assert activated["error"]["code"] == low["error"]["code"] == "conformance_low"
    assert "truc connector check" in str(low["error"])


async def test_a_signed_report_of_the_level_lets_it_work_and_is_kept(ask, hub):  # noqa: F811
    """law: R-182 QĐ28 Đ14.2"""
    await ask("system.add", **{"name": "snv", "for": ["000.00.01.H99"]})
    text = told(hub, 3)

    done = await ask("system.activate", system_id="snv", report=text)
    await ask("system.suspend", system_id="snv")
    again = await ask("system.activate", system_id="snv")  # what was shown stays shown

    papers = done["result"]["papers"]
    assert (done["result"]["state"], again["result"]["state"]) == ("active", "active")
    assert (papers["conformance_level"], len(papers["conformance_report"])) == ("3", 64)
    assert papers["conformance_at"].endswith("+07:00")


async def test_a_report_may_come_with_the_registration(ask, hub):  # noqa: F811
    added = await ask(
        "system.add", **{"name": "snv", "for": ["000.00.01.H99"], "state": "active", "report": told(hub, 2)}
    )

    assert added["result"]["system_id"] == "snv"
    assert hub.directory.system("snv").state == "active"


async def test_nobody_writes_the_level_by_hand(ask):
    await ask("system.add", **{"name": "snv", "for": ["000.00.01.H99"]})

    answer = await ask("system.set", system_id="snv", papers={"conformance_level": "3"})

    assert answer["error"]["code"] == "paper_invalid"


@pytest.mark.parametrize("case", ["foreign", "changed", "other", "connector", "to come", "receipt", "noise"])
async def test_a_report_that_shows_nothing_of_this_system_does_not_count(case, ask, hub, tmp_path):  # noqa: F811
    await ask("system.add", **{"name": "snv", "for": ["000.00.01.H99"]})
    good = told(hub, 3)
    head, _, end = good.split(".")
    foreign = Keys.load(settings_in(tmp_path / "other").keys_folder)
    text = {
        "foreign": lambda: told(hub, 3, keys=foreign),
        "changed": lambda: f"{head}.{told(hub, 2).split('.')[1]}.{end}",
        "other": lambda: told(hub, 3, name="stc"),
        "connector": lambda: told(hub, 3, kind="connector"),
        "to come": lambda: told(hub, 3, at=hub.clock.now() + timedelta(days=1)),
        "receipt": lambda: hub.keys.sign_receipt(json.dumps({"level": 3}).encode()),
        "noise": lambda: "ệ" * 50,
    }[case]()

    answer = await ask("system.activate", system_id="snv", report=text)

    assert answer["error"]["code"] in ("report_invalid", "report_other")
    assert hub.directory.system("snv").state == "proposed"


async def test_a_listed_signer_counts(tmp_path):
    other = settings_in(tmp_path / "other")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kit.crt").write_bytes((other.keys_folder / "receipt.crt").read_bytes())
    own = await app.open_hub(settings_in(tmp_path / "own", conformance={"level": 1, "signers": ["kit.crt"]}))
    try:
        await own.db.write(lambda connection: edit.add_agency(connection, "000.00.01.H99", "Sở Nội vụ"))
        await own.reload()
        text = told(own, 1, keys=Keys.load(other.keys_folder))
        wanted = {"name": "snv", "for": ["000.00.01.H99"], "state": "active", "report": text}

        answer = await admin.answer(own, "system.add", wanted)

        assert answer["result"]["system_id"] == "snv"
    finally:
        await app.close_hub(own)


async def test_an_earlier_report_does_not_take_the_place_of_a_later_one(ask, hub):  # noqa: F811
    await ask("system.add", **{"name": "snv", "for": ["000.00.01.H99"]})
    earlier = told(hub, 3, at=hub.clock.now() - timedelta(days=9))
    later = told(hub, 2, at=hub.clock.now() - timedelta(days=1))

    answers = [await ask("system.activate", system_id="snv", report=text) for text in (later, earlier, later)]

    assert [(one.get("error") or {}).get("code") for one in answers] == [None, "report_invalid", None]


async def test_what_test_keys_signed_shows_nothing_to_a_hub_at_work(tmp_path):
    """Also not when such a certificate is listed, or is one of the hub's own from before it began to work."""
    other = settings_in(tmp_path / "other")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kit.crt").write_bytes((other.keys_folder / "receipt.crt").read_bytes())
    own = await app.open_hub(
        settings_in(tmp_path / "own", conformance={"level": 1, "signers": ["kit.crt"]}, hub={"test_mode": False})
    )
    try:
        await own.db.write(lambda connection: edit.add_agency(connection, "000.00.01.H99", "Sở Nội vụ"))
        await own.reload()
        for keys in (Keys.load(other.keys_folder), own.keys):
            text = told(own, 3, keys=keys)
            wanted = {"name": "snv", "for": ["000.00.01.H99"], "state": "active", "report": text}

            answer = await admin.answer(own, "system.add", wanted)

            assert answer["error"]["code"] == "report_invalid"
            assert "TEST" in str(answer["error"])
    finally:
        await app.close_hub(own)


async def test_the_check_names_active_systems_below_the_level(ask, hub):  # noqa: F811
    """law: R-182 QĐ28 Đ14.2"""
    systems = [{"system_id": "old", "state": "active", "papers": {}},
               {"system_id": "new", "state": "active", "papers": {"conformance_level": "2"}}]  # fmt: skip

    found = [one for one in check_duties.findings(hub.settings, systems, [], []) if one.code == "below_conformance"]

    assert [(one.level, "old" in one.english, "new" in one.english) for one in found] == [("red", True, False)]


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([], 0),
        ([(1, True), (2, True), (3, True)], 3),
        ([(1, True), (2, True), (3, False)], 2),
        ([(1, True), (2, False), (3, True)], 1),
        ([(1, False), (2, True), (3, True)], 0),
    ],
)
def test_a_level_needs_all_below_it(rows, level):
    assert levels.reached(rows) == level


def test_reading_a_report_needs_no_kit():
    """A hub that weighs reports does not load what makes them."""
    code = "import hub.flow.conformity, sys; print([n for n in sys.modules if n.startswith(('hub.conformance', 'connectors.testing'))])"  # noqa: E501
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
