"""The national list over HTTP: differences are filed, two persons decide, the province is not touched (N-11)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from fake_peers.axis import OK

from agency_registry import edit
from hub import admin
from hub.jobs import national_list as job
from hub.states import Audience
from hub.store import alarms, state

HUB = {"organ_id": "000.00.00.H99", "prefixes": ["H99"], "test_mode": True}


@pytest.fixture
def sections(axis):
    return {
        "hub": HUB,
        "axis": {"endpoint": axis.url, "system_id": "tinh", "secret_file": "axis.secret"},
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "dispatch": {"timeout_seconds": 5},
    }


@pytest.fixture
async def here(hub, axis):
    """A hub with an axis, one agency of its own and one of the nation."""
    (hub.settings.folder / "axis.secret").write_text(axis.secret)
    told(axis, [])

    def work(connection):
        edit.add_agency(connection, "000.00.01.H99", "Sở Nội vụ")
        edit.add_agency(connection, "G01", "Bộ Một", scope="national")

    await hub.db.write(work)
    await hub.reload()
    return hub


def row(number, code, name="Bộ", **more):
    return {"id": str(number), "pid": "", "code": code, "name": name, "mail": "", "version": number, "centerCode": "",
            "deleted": False, "isAgency": True} | more  # fmt: skip


def told(axis, rows, older=()):
    axis.script["getSynchronizeUnit"] = [{**OK, "data": rows}]
    axis.script["getAgenciesList"] = [{**OK, "data": [{"code": new, "oldCode": old} for new, old in older]}]
    axis.script["getAgenciesListQD20"] = [{**OK, "data": None}]


async def ask(hub, command, /, **args):
    return await admin.answer(hub, command, args)


async def done(hub, command, /, **args):
    answer = await ask(hub, command, **args)
    assert "error" not in answer, answer
    return answer["result"]


async def take(hub, **wish):
    """Synchronise and agree."""
    filed = await done(hub, "agency.sync", **wish)
    return filed, await done(hub, "confirm.approve", id=filed["confirmation"], operator="An")


def text_of(filed):
    """The file that people read."""
    return Path(filed["file"]).read_text(encoding="utf-8-sig")


def append(filed, line):
    """Somebody writes into that file."""
    with Path(filed["file"]).open("a", encoding="utf-8") as file:
        file.write(line)


def name(hub, code):
    agency = hub.directory.agency(code)
    return None if agency is None else agency.name


async def test_differences_are_listed_before_anything_is_applied(here, axis):
    told(axis, [row(1, "G01", "Bộ Một mới"), row(2, "G02", pid="1"), row(3, "000.00.01.H99", "TÊN KHÁC")])

    filed = await done(here, "agency.sync")

    assert filed["counts"] == {"added": 1, "renamed": 1}
    assert filed["left"] == {"ours": 1}
    assert [one["organ_id"] for one in filed["first"]] == ["G01", "G02"]
    rows = list(csv.DictReader(text_of(filed).splitlines()))
    assert [(one["change"], one["organ_id"], one["was_name"]) for one in rows] == [
        ("renamed", "G01", "Bộ Một"), ("added", "G02", ""), ("left", "000.00.01.H99", ""),
    ]  # fmt: skip
    assert (name(here, "G01"), name(here, "G02")) == ("Bộ Một", None)
    shown = await done(here, "confirm.show", id=filed["confirmation"])
    assert shown["change"]["total"] == 2


async def test_what_was_agreed_is_taken_over_in_one_version(here, axis):
    """law: R-025 HN Đ8.2"""
    told(axis, [row(1, "G01", "Bộ Một mới"), row(2, "G02", pid="1"), row(3, "000.00.01.H99", "TÊN KHÁC", deleted=True)])
    before = here.directory.version

    _, answer = await take(here)

    assert here.directory.version == before + 1 == answer["version"]
    assert name(here, "G01") == "Bộ Một mới"
    assert (here.directory.agency("G02").scope, here.directory.agency("G02").parent) == ("national", "G01")
    assert (name(here, "000.00.01.H99"), here.directory.agency("000.00.01.H99").state) == ("Sở Nội vụ", "active")
    again = await done(here, "agency.sync", full=True)
    assert (again["state"], again["counts"]) == ("same", {})


async def test_a_recoded_agency_keeps_its_old_code_as_another_name(here, axis):
    """law: R-023 CB Đ4"""
    told(axis, [row(1, "G01.NEW", "Bộ Một mới")], older=[("G01.NEW", "G01")])

    await take(here)

    agency = here.directory.agency("G01")
    assert (agency.organ_id, agency.name) == ("G01.NEW", "Bộ Một mới")


async def test_a_refusal_leaves_nothing_and_the_difference_comes_again(here, axis):
    told(axis, [row(1, "G01"), row(2, "G02")])
    filed = await done(here, "agency.sync")

    await done(here, "confirm.refuse", id=filed["confirmation"], reason="sai", operator="An")

    assert name(here, "G02") is None
    assert (await done(here, "agency.sync"))["counts"] == filed["counts"]


async def test_the_same_differences_are_filed_once_and_newer_ones_replace_them(here, axis):
    told(axis, [row(1, "G01"), row(2, "G02")])
    first = await done(here, "agency.sync")
    again = await done(here, "agency.sync")
    told(axis, [row(1, "G01"), row(2, "G02"), row(3, "G03")])
    newer = await done(here, "agency.sync")

    assert again["confirmation"] == first["confirmation"] != newer["confirmation"]
    waiting = (await done(here, "confirm.list"))["confirmations"]
    assert [one["confirmation"] for one in waiting] == [newer["confirmation"]]


async def test_next_time_only_what_changed_since_is_looked_at(here, axis):
    told(axis, [row(1, "G01", "Bộ Một"), row(2, "G02")])
    await take(here)
    told(axis, [row(1, "G01", "không xét"), row(5, "G02", "Mới")])

    filed = await done(here, "agency.sync")

    assert (filed["seen"], filed["version"], filed["counts"]) == (2, 5, {"renamed": 1})


@pytest.mark.parametrize(
    "rows", [[], [row(1, "G01", deleted=True)] + [row(n, f"G{n}", deleted=True) for n in range(2, 60)]]
)
async def test_r_07_an_emptied_or_shrunken_list_is_refused_unless_named(here, axis, rows):
    told(axis, [row(1, "G01")] + [row(n, f"G{n}") for n in range(2, 60)])
    await take(here)
    told(axis, [one | {"version": 100} for one in rows])

    answer = await ask(here, "agency.sync", full=True)

    assert answer["error"]["code"] == "state_conflict"
    assert (await done(here, "confirm.list"))["confirmations"] == []
    if rows:
        assert (await done(here, "agency.sync", closings=59))["counts"] == {"closed": 59}
        assert (await ask(here, "agency.sync", closings=58))["error"]["code"] == "state_conflict"


async def test_a_list_without_versions_is_compared_whole_each_time(here, axis):
    told(axis, [row(1, "G01", "Bộ Một", version=None)])
    assert (await done(here, "agency.sync"))["state"] == "same"
    told(axis, [row(1, "G01", "Mới", version=None)])
    assert (await done(here, "agency.sync"))["counts"] == {"renamed": 1}


async def test_r_07_an_older_list_is_refused(here, axis):
    told(axis, [row(9, "G01"), row(10, "G02")])
    await take(here)
    told(axis, [row(3, "G01", "cũ")])

    assert (await ask(here, "agency.sync"))["error"]["code"] == "state_conflict"


@pytest.mark.parametrize(
    "answer",
    [
        "<html>bảo trì</html>",
        (502, "<html>502</html>"),
        {"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "no"},
        b'{"status":"OK","ErrorCode":"0","data":[{"id":"1","code":"G01","name":"B',
        b'{"status":"OK","ErrorCode":"0","data":[{"name":"' + b"x" * (10 << 20) + b'"}]}',
        {**OK, "data": [row(1, "G01")], "status": "FAIL", "ErrorCode": "20"},
    ],
)
async def test_what_is_no_list_changes_and_files_nothing(here, axis, answer):
    for method in ("getSynchronizeUnit", "getAgenciesListQD20"):
        told(axis, [row(1, "G01"), row(2, "G02")])
        axis.script[method] = [answer]

        assert (await ask(here, "agency.sync", full=True))["error"]["code"] == "dependency_down"
    assert (await done(here, "confirm.list"))["confirmations"] == []


async def test_a_hostile_list_takes_no_code_of_ours_and_makes_no_circle(here, axis):
    odd = [
        row(n, code, name)
        for n, (code, name) in enumerate([(None, None), ("", ""), ("G/1", "x"), ("G10", "=1+1"), ("G11", None)], 20)
    ]
    told(
        axis,
        [
            row(1, "G01"), row(2, "G02", pid="3"), row(3, "G03", pid="2"), row(4, "G04"), row(5, "G04", "khác"),
            row(6, "H99.1", "giả"), row(7, "000.00.02.H99", "giả"), row(8, "G08", centerCode="tinh"), {}, None, 7, *odd,
        ],
        older=[("G03", "000.00.01.H99"), ("G02", "G02")],
    )  # fmt: skip

    filed, _ = await take(here)

    assert filed["counts"] == {"added": 2, "renamed": 1}
    assert filed["left"]["ours_unknown"] == 3
    assert filed["left"]["parent_cycle"] == 2
    assert here.directory.agency("000.00.01.H99").scope == "province"
    for code in ("H99.1", "000.00.02.H99", "G08", "G04", "G10", "G11"):
        assert here.directory.agency(code) is None


async def test_a_file_that_somebody_changed_is_not_taken_over(here, axis):
    told(axis, [row(1, "G01"), row(2, "G02")])
    filed = await done(here, "agency.sync")
    append(filed, "added,G03,Bộ,,,,,,,\r\n")

    answer = await ask(here, "confirm.approve", id=filed["confirmation"], operator="An")

    assert answer["error"]["code"] == "state_conflict"
    assert name(here, "G03") is None


async def test_an_agency_that_changed_in_the_meantime_is_not_overwritten(here, axis):
    told(axis, [row(1, "G01", "Từ trục"), row(2, "G02")])
    filed = await done(here, "agency.sync")
    await done(here, "agency.rename", organ_id="G01", name="Bằng tay", reason="1")

    answer = await ask(here, "confirm.approve", id=filed["confirmation"], operator="An")

    assert answer["error"]["code"] == "state_conflict"
    assert (name(here, "G01"), name(here, "G02")) == ("Bằng tay", None)


async def test_the_daily_job_files_and_tells_and_never_applies(here, axis):
    told(axis, [row(1, "G01"), row(2, "G02")])

    await job.turn(here)
    await job.turn(here)

    assert len(axis.said("getSynchronizeUnit")) == 1, "once a day"
    assert name(here, "G02") is None
    (alarm,) = await here.db.read(lambda c: alarms.open_for(c, Audience.OPERATOR))
    assert alarm.kind == "national_list"
    (waiting,) = (await done(here, "confirm.list"))["confirmations"]
    await done(here, "confirm.approve", id=waiting["confirmation"], operator="An")
    assert await here.db.read(lambda c: alarms.open_for(c, Audience.OPERATOR)) == []


async def test_the_daily_job_tells_of_an_unlikely_list_and_asks_again_when_there_was_none(here, axis):
    await here.db.write(lambda c: state.put(c, "national.version", "9"))
    told(axis, [row(3, "G01", "cũ")])
    await job.turn(here)
    (alarm,) = await here.db.read(lambda c: alarms.open_for(c, Audience.OPERATOR))
    assert alarm.kind == "national_list_unlikely"

    await here.db.write(lambda c: state.put(c, job.LOOKED_AT, None))
    axis.script["getSynchronizeUnit"] = ["<html>"]
    await job.turn(here)
    looked = await here.db.read(lambda c: state.get(c, job.LOOKED_AT))
    assert looked is not None


@pytest.mark.parametrize("sections", [{"hub": HUB}])
async def test_a_hub_without_an_axis_has_no_list(hub):
    assert (await ask(hub, "agency.sync"))["error"]["code"] == "not_found"
