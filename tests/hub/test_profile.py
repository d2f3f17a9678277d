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
LAW = re.compile(r"law[:] R-\d{3}\b")


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
    assert told(capsys, "explain", "cao-bang-2017")["copy_needs_mark"].startswith("law: R-065 CB")
    assert cli.main(["profile", "diff", "ha-nam-2019"]) == 0
    assert "checks.due_date" in capsys.readouterr().out
    assert cli.main(["profile", "show", "hanam"]) == 2
    assert "ha-nam-2019" in capsys.readouterr().err
