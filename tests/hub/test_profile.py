"""Provincial profiles: what they may say, and that each shipped line names its law."""

from __future__ import annotations

import json
import re

import pytest

from hub import cli, profile
from hub.flow import checks
from hub.profile import Outcome
from hub.settings import SettingsProblem

SHIPPED = profile.names()
LAW = re.compile(r"law[:] [RPS]-\d{2,3}\b")


def own(folder, name: str, text: str) -> None:
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_of_a_shipped_profile_names_its_law(name):
    reasons = profile.reasons(name)
    told = {key: why for key, why in reasons.items() if key not in ("title", "decision")}

    assert profile.load(name, checks.SETTABLE).decision
    assert told
    assert [key for key, why in told.items() if not LAW.match(why)] == []


def test_every_seed_province_has_a_profile():
    assert {"national", "ha-nam-2019", "vinh-phuc-2014", "binh-dinh-2017", "cao-bang-2017", "thai-thuy-2019"} == set(
        SHIPPED
    )


def test_what_a_profile_does_not_say_is_national(tmp_path):
    own(tmp_path, "x", 'title = "X"\n[checks]\nfile_format = {api = "warn"}\nscan = "off"\n')

    found = profile.load("x", checks.SETTABLE, tmp_path)
    national = profile.load("national", checks.SETTABLE)

    assert (found.title, found.formats) == ("X", national.formats)
    assert found.outcome("file_format", "api", Outcome.ENFORCE) is Outcome.WARN
    assert found.outcome("file_format", "page", Outcome.ENFORCE) is Outcome.ENFORCE
    assert found.outcome("scan", "vxp", Outcome.WARN) is Outcome.OFF


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("format = []\n", "did you mean `formats`?"),
        ('[checks]\nfile_formt = "warn"\n', "did you mean `file_format`?"),
        ('[checks]\nfile_format = {apii = "warn"}\n', "did you mean `api`?"),
        ('[checks]\nfile_format = "warning"\n', "did you mean `warn`?"),
        ('[checks]\nsecrecy = "off"\n', "unknown check"),
        ('[checks]\nvirus = "off"\n', "unknown check"),
        ("formats = 3\n", "list of texts"),
        ('copy_needs_mark = "no"\n', "is a bool"),
        ("checks = 3\n", "is a table"),
        ("title = \n", "x.toml"),
        ('[flows]\nrecal = "always"\n', "did you mean `recall`?"),
        ('[flows]\nrecall = "sometimes"\n', "flows.recall"),
        ("[watch]\nconfirm_minutes = [1, 2]\n", "5 figures"),
        ('[[hours]]\nsessions = ["11:00-07:00"]\n', "hours.1.sessions"),
        ('[[hours]]\nstart = "13-01"\nsessions = ["07:00-11:00"]\n', "as `04-16`"),
        ("clocks = 3\n", "is a table"),
        ("hours = 3\n", "list of tables"),
    ],
)
def test_what_a_profile_cannot_say_is_refused_with_the_nearest_name(tmp_path, text, hint):
    """law: R-010"""
    own(tmp_path, "x", text)

    with pytest.raises(SettingsProblem) as caught:
        profile.load("x", checks.SETTABLE, tmp_path)

    assert hint in str(caught.value)


@pytest.mark.parametrize("name", ["hanam", "../national", "", "ha-nam-2019/../national"])
def test_an_unknown_profile_is_refused_with_the_nearest_name(name):
    with pytest.raises(SettingsProblem, match="unknown profile"):
        profile.load(name, checks.SETTABLE)


def told(capsys, *words: str):
    assert cli.main(["profile", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_lists_shows_compares_and_explains(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [one["name"] for one in told(capsys, "list")["profiles"]] == SHIPPED
    assert told(capsys, "show", "national")["checks"]["secrecy"]["api"] == "enforce"
    assert told(capsys, "diff", "national") == {}
    assert told(capsys, "diff", "vinh-phuc-2014")["excluded_kinds"][0] == []
    explained = told(capsys, "explain", "cao-bang-2017")
    assert explained["copy_needs_mark"]["reason"].startswith("R-065 CB")
    assert (explained["flows.recall"]["value"], explained["flows.recall"]["from"]) == (
        "before_handled",
        "cao-bang-2017",
    )
    assert explained["flows.closed_code"]["from"] == explained["hours.1"]["from"] == "national"
    assert explained["paper.1"]["from"] == "cao-bang-2017"
    assert explained["checks.secrecy"] == {
        "value": dict.fromkeys(profile.DOORS, "enforce"),
        "from": "check",
        "reason": "R-009",
    }
    assert all(one["reason"] for key, one in explained.items() if key not in ("title", "decision"))
    assert cli.main(["profile", "diff", "ha-nam-2019"]) == 0
    compared = capsys.readouterr().out
    assert "checks.due_date" in compared
    assert "paper.2:\n  - –\n  + name=Các bộ, cơ quan ngang bộ, paper=with, recipients=bo" in compared
    assert cli.main(["profile", "show", "ha-nam-2019"]) == 0
    assert "flows.recall " in capsys.readouterr().out
    assert cli.main(["profile", "explain", "ha-nam-2019"]) == 0
    assert re.search(r"flows\.recall +always +ha-nam-2019 +R-148 HN Đ9\.2", capsys.readouterr().out)
    assert cli.main(["profile", "show", "hanam"]) == 2
    assert "ha-nam-2019" in capsys.readouterr().err


def test_nested_tables_and_lists_are_explained_line_by_line(tmp_path):
    text = """
# law: R-044 X Đ1
[checks.file_format]
api = "off"
[clocks]
# law: R-091 X Đ2
midday_is_outside = false
# law: R-092 X Đ3
[[hours]]
sessions = ["07:00-11:00", "13:00-17:00"]
# law: R-092 X Đ4
[[hours]]
start = "10-16"
end = "04-15"
sessions = ["07:30-11:30", "13:30-17:30"]
"""
    own(tmp_path, "x", text)
    found = profile.load("x", checks.SETTABLE, tmp_path)

    told = {one.key: one for one in profile.origins(found, {"file_format": "x"}, {}, tmp_path)}

    assert [told[key].reason for key in ("checks.file_format", "clocks.midday_is_outside", "hours.1", "hours.2")] == [
        "R-044 X Đ1", "R-091 X Đ2", "R-092 X Đ3", "R-092 X Đ4",
    ]  # fmt: skip
    assert {told[key].profile for key in ("clocks.issue_rule", "paper.1", "formats")} == {"national"}
    national = profile.load("national", checks.SETTABLE)
    assert profile.differences(national, found)["clocks.midday_is_outside"] == (True, False)
    assert profile.differences(national, found)["hours.2"][0] is None


def test_what_is_shown_fits_what_is_loaded():
    for name in SHIPPED:
        found = profile.load(name, checks.SETTABLE)
        for key, value in profile.flat(found).items():
            assert value is not None or key.startswith("hours"), (name, key)


@pytest.mark.parametrize("days", [-1, 0, 4000, "soon"])
def test_an_absurd_time_of_keeping_is_refused(tmp_path, days):
    """R-05, law: R-226 P-04"""
    own(tmp_path, "x", f"[keeping]\ncontent_days = {json.dumps(days)}\n")

    with pytest.raises(SettingsProblem, match=r"keeping\.content_days"):
        profile.load("x", checks.SETTABLE, tmp_path)


def test_records_and_the_journal_are_kept_a_year_at_least(tmp_path):
    """law: S-01 R-226"""
    own(tmp_path, "x", "[keeping]\nrecord_years = 0\n")

    with pytest.raises(SettingsProblem, match=r"keeping\.record_years"):
        profile.load("x", checks.SETTABLE, tmp_path)


def test_each_province_decides_recall_its_own_way():
    """law: R-147 CB Đ7.5, R-148 HN Đ9.2"""
    recall = {name: profile.load(name, checks.SETTABLE).flows.recall for name in SHIPPED}

    assert recall.pop("cao-bang-2017") == "before_handled"
    assert set(recall.values()) == {"always"}


def test_a_document_worth_paper_unsigned_is_an_older_reading_of_one_province():
    """law: R-063 BD Đ3.2"""
    binh_dinh = profile.load("binh-dinh-2017", checks.SETTABLE)

    assert binh_dinh.outcome("unsigned_main", "api", Outcome.WARN) is Outcome.RECORD
    assert profile.load("national", checks.SETTABLE).outcome("unsigned_main", "api", Outcome.WARN) is Outcome.WARN


def test_ha_nam_wants_the_seal_alone_on_scanned_paper():
    """law: R-053 HN Đ9.3c"""
    assert (
        profile.load("ha-nam-2019", checks.SETTABLE).outcome("person_signature", "api", Outcome.WARN) is Outcome.RECORD
    )
