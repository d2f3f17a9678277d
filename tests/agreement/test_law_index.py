"""The law index says of every rule whose duty it is, and what it says of code and tests is true."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from hub import cli, law
from hub.law import Mark, Side, Standing
from hub.law.index import CONCERNED, PACKAGES

RULES = law.load()
HERE = [one for one in RULES.values() if one.standing is Standing.HERE]


@pytest.fixture(scope="module")
def places(project_root):
    return law.scan(project_root)


def test_every_rule_of_the_list_is_there_in_order():
    assert [name for name in RULES if name.startswith("R-")] == [f"R-{number:03}" for number in range(1, 243)]
    assert {name[0] for name in RULES} == {"R", "P", "S"}
    assert set(law.groups()) == {one.group for one in RULES.values()}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_it_asks_of_whom_and_where_it_comes_from(rule):
    assert rule.vi
    assert rule.en
    assert rule.must
    assert rule.sources
    assert set(rule.concerns) <= set(CONCERNED)
    assert rule.concerns
    assert not (rule.later and rule.elsewhere_vi)
    assert bool(rule.elsewhere_vi) == bool(rule.elsewhere_en)
    assert not rule.later or rule.later in PACKAGES


def test_every_document_that_is_cited_has_its_title():
    titles = tuple(law.documents())
    own = ("R-", "nghiệp vụ", "chính các", "thông báo", "văn bản thay", "số tháng", "chu kỳ", "miễn trừ")

    unknown = {
        one.cited for rule in RULES.values() for one in rule.sources if not one.cited.startswith((*titles, *own))
    }

    assert unknown == set()


def test_only_what_is_certain_enough_is_done_without_a_mark():
    doubtful = {rule.id for rule in RULES.values() for one in rule.sources if one.mark is Mark.UNCERTAIN}

    assert doubtful == {"P-06", "P-10", "S-01", "S-04", "S-11"}


def test_what_another_does_is_tagged_nowhere_in_the_product(places):
    """A tag says that the line does the duty; a rule that is another's cannot have one."""
    elsewhere = [one.id for one in RULES.values() if one.standing is Standing.ELSEWHERE]

    assert {one: places[one] for one in elsewhere if one in places} == {}


def test_what_waits_for_a_later_package_is_not_said_to_be_done(places):
    """Bring the rule's standing up to date once code and a test name it."""
    later = [one.id for one in RULES.values() if one.standing is Standing.LATER]
    done = {one for one in later if {Side.CODE, Side.TEST} <= {place.side for place in places.get(one, ())}}

    assert done == set()


def test_what_is_done_here_is_in_code_and_in_a_test(places):
    lacking = {}
    for rule in HERE:
        sides = {place.side for place in places.get(rule.id, ())}
        lacks = [] if sides & {Side.CODE, Side.PROFILE} else ["code"]
        lacks += [] if Side.TEST in sides else ["test"]
        if lacks:
            lacking[rule.id] = lacks

    assert lacking == {}


def test_the_hub_does_what_concerns_it():
    """At least 95 of 100 of the listed rules that name the hub; every other one is settled or waits for a package."""
    mine = [one for one in RULES.values() if one.id.startswith("R-") and "HUB" in one.concerns]
    here = [one for one in mine if one.standing is Standing.HERE]

    assert len(mine) == 124
    assert len(here) / len(mine) >= 0.95


def test_of_the_others_duties_eight_in_ten_are_done_or_planned():
    others = [one for one in RULES.values() if one.id.startswith("R-") and "HUB" not in one.concerns]
    elsewhere = [one for one in others if one.standing is Standing.ELSEWHERE]

    assert 1 - len(elsewhere) / len(others) >= 0.80


def told(capsys, *words: str):
    code = cli.main(["law", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_tells_one_rule_with_its_places(capsys):
    code, answer = told(capsys, "r-009")

    assert code == 0
    assert (answer["id"], answer["standing"], answer["must"]) == ("R-009", "here", ["enforce"])
    assert {"side": "code", "file": "hub/flow/checks/secrecy.py"}.items() <= next(
        one for one in answer["places"] if one["file"].endswith("secrecy.py")
    ).items()
    assert {"cited": "HN Đ1.2", "mark": "read"} in answer["sources"]
    assert cli.main(["law", "R-051"]) == 0
    assert "The signing tool" in capsys.readouterr().out


def test_the_command_counts(capsys):
    _, answer = told(capsys)

    assert answer["rules"] == len(RULES) == sum(answer["standing"].values())
    assert sum(one["here"] for one in answer["groups"]) == len(HERE)
    assert cli.main(["law"]) == 0
    assert re.search(r"R-090", capsys.readouterr().out)
    assert len(told(capsys, "--all")[1]["rules"]) == len(RULES)


def test_an_unknown_rule_is_refused_with_the_nearest(capsys):
    assert cli.main(["law", "R-243"]) == 2
    assert "R-24" in capsys.readouterr().err


def test_an_installed_package_is_looked_through_without_tests(tmp_path, project_root):
    for package in ("hub", "edxml"):
        shutil.copytree(project_root / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(project_root / "config" / "profiles", tmp_path / "hub" / "profiles")
    (tmp_path / "tests").mkdir()  # somebody else's
    (tmp_path / "tests" / "test_x.py").write_text("# law: R-009", encoding="utf-8")

    found = law.scan(tmp_path)

    assert {place.side for one in found.values() for place in one} == {Side.CODE, Side.PROFILE}
    assert {place.file for place in found["R-148"]} >= {"hub/profiles/national.toml"}
