"""A province takes the list over from a second hub that plays the national axis, over real HTTP."""

from __future__ import annotations

import csv
import io
import resource
import time
from pathlib import Path

import pytest

from agency_registry import edit, importer
from hub import admin, app, key_making
from hub.settings import Settings, from_mapping

CENTRE = "000.00.00.H99"


def settings(folder: Path, organ_id: str, **sections) -> Settings:
    folder.mkdir(parents=True)
    key_making.create(folder / "keys", organ_id, "TEST")
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True)
    values = {
        "listen": [{"port": 0, "doors": ["vxp"]}],
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "dispatch": {"timeout_seconds": 30},
        **sections,
    }
    return from_mapping(values, folder / "hub.toml")


class Two:
    """The axis with its own registry, and the province that follows it."""

    def __init__(self, axis: app.Running) -> None:
        self.axis = axis
        self.province = None

    async def nation(self, work):
        """Change the axis's registry."""
        done = await self.axis.hub.db.write(work)
        await self.axis.hub.reload()
        return done

    async def do(self, command, /, **args):
        answer = await admin.answer(self.province, command, args)
        assert "error" not in answer, answer
        return answer["result"]

    async def follow(self, **wish):
        """Synchronise, and agree to whatever differs; the counts."""
        filed = await self.do("agency.sync", **wish)
        if filed["state"] == "waiting":
            await self.do("confirm.approve", id=filed["confirmation"], operator="An")
        return filed["counts"]

    def differ(self):
        """What stands otherwise here than there, apart from the province's own."""
        there = {
            one.organ_id: (one.name, one.parent)
            for one in self.axis.hub.directory.agencies()
            if one.state == "active" and not one.organ_id.endswith("H99")
        }
        here = {
            one.organ_id: (one.name, one.parent)
            for one in self.province.directory.agencies()
            if one.state == "active" and one.scope == "national"
        }
        return {code for code in there | here if there.get(code) != here.get(code)}


@pytest.fixture
async def two(tmp_path):
    organ_id = "000.00.00.A00"
    hub = {"organ_id": organ_id, "role": "axis", "prefixes": [], "test_mode": True}
    axis = app.Running(settings(tmp_path / "axis", organ_id, hub=hub))
    await axis.start()
    found = Two(axis)

    def work(connection):
        edit.add_agency(connection, CENTRE, "Tỉnh")
        return edit.add_system(connection, name="tinh", organ_ids=[CENTRE], wrap=axis.hub.keys.wrap)

    system_id, secret = await found.nation(work)
    (tmp_path / "secret").write_text(secret)
    reached = {"endpoint": axis.urls[0], "system_id": system_id, "secret_file": str(tmp_path / "secret")}
    own = {"organ_id": CENTRE, "prefixes": ["H99"], "test_mode": True}
    found.province = await app.open_hub(settings(tmp_path / "province", CENTRE, hub=own, axis=reached))
    yield found
    await app.close_hub(found.province)
    await axis.stop()


def why(text="Quyết định"):
    return edit.Why(actor="Trung ương", reason=text, decision="1/QĐ")


async def test_the_province_follows_the_nation_through_everything_that_happens(two):
    """law: R-025 HN Đ8.2, R-026 QĐ28 Đ16.1: added, renamed, recoded, moved, merged, closed, opened again."""

    def begin(connection):
        for code, parent in (
            ("G01", None),
            ("G02", None),
            ("G02.1", "G02"),
            ("G03", None),
            ("G04", None),
            ("G05", None),
        ):
            edit.add_agency(connection, code, f"Bộ {code}", parent=parent)

    await two.nation(begin)
    assert await two.follow() == {"added": 6}
    assert two.differ() == set()

    steps = (
        lambda c: edit.rename_agency(c, "G01", "Bộ Một", why=why()),
        lambda c: edit.recode_agency(c, "G02", "G22", why=why()),
        lambda c: edit.move_agency(c, "G03", "G01", why=why()),
        lambda c: edit.merge_agencies(c, ["G04"], "G05", why=why()),
        lambda c: edit.close_agency(c, "G03", why=why()),
        lambda c: edit.reopen_agency(c, "G03", why=why()),
    )
    for step in steps:
        await two.nation(step)
        assert await two.follow(), "each change of the nation is told by its version"
        assert two.differ() == set()
    assert await two.follow(full=True) == {}, "what was followed step by step is what is there"


@pytest.mark.slow
async def test_120_000_units_are_taken_over(two):
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(("organ_id", "name", "parent", "legacy_code", "email"))
    for number in range(120_000):
        province, unit = divmod(number, 2000)
        parent = f"G{province:02}" if unit else ""
        code = f"G{province:02}.{unit}" if unit else f"G{province:02}"
        writer.writerow((code, f"Ủy ban nhân dân xã số {number}", parent, "", f"xa{number}@example.gov.vn"))
    data = rows.getvalue().encode()
    await two.nation(lambda connection: importer.import_agencies(connection, data))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    began = time.process_time()
    filed = await two.do("agency.sync")
    listed = time.process_time()
    await two.do("confirm.approve", id=filed["confirmation"], operator="An")
    applied = time.process_time()
    await two.nation(lambda connection: edit.rename_agency(connection, "G01.7", "Tên mới", why=why()))
    small = await two.do("agency.sync")
    again = time.process_time()

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    seconds = [round(then - since, 1) for since, then in ((began, listed), (listed, applied), (applied, again))]
    print(f"listed, applied, listed again: {seconds} s of CPU; {grown:+.0f} MiB")
    assert filed["counts"] == {"added": 120_000}
    assert small["counts"] == {"renamed": 1}
    assert len(two.province.directory.agencies()) == 120_000
    assert grown < 1024, "both hubs together, the picture of 120,000 agencies in each"
