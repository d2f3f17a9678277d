"""Every pattern of config/systems, from `truc init --like` to systems that are registered."""

from __future__ import annotations

import json

import pytest

from hub import profile
from hub.cli import main, pattern, shipped

from .setting import folder_like, listed

NAMES = shipped.names()


def truc(capsys, *words) -> tuple[int, dict]:
    """A command with --json: exit code and answer."""
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out or printed.err)


def words_of(name: str) -> tuple[object, ...]:
    return ("--agencies", listed()) if name == "vinh-phuc-qlvb" else ()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_taken_over_and_a_second_time_nothing_is_added(name, tmp_path, capsys):
    folder = folder_like(name, tmp_path / "D")
    words = ("system", "import", folder / "he-thong.toml", *words_of(name), "--config", folder / "hub.toml")

    first, second = truc(capsys, *words), truc(capsys, *words)
    systems = truc(capsys, "system", "list", "--config", folder / "hub.toml")[1]["systems"]

    assert first[0] == second[0] == 0
    assert all(one["secret"] for one in first[1]["systems"])
    assert [one["secret"] for one in second[1]["systems"]] == [None] * len(first[1]["systems"])
    assert second[1]["agencies"] == {"added": 0, "changed": 0}
    assert second[1]["copy_rules"] == 0
    assert sorted(one["system_id"] for one in systems) == sorted(one["system_id"] for one in first[1]["systems"])
    assert {one["state"] for one in systems} == {"active"}


@pytest.mark.parametrize("name", NAMES)
def test_its_codes_are_made_up_and_say_so_and_its_profile_exists(name):
    """law: R-025 HN Đ8.2"""
    said = pattern.read(shipped.pattern(name))

    assert said.made_up
    assert said.profile in profile.names()
    assert all(one.organ_id.rpartition(".")[2] in {"H99", "G99"} for one in said.agencies)


def test_made_up_codes_are_for_trying_out_only(tmp_path, capsys):
    """law: R-025 HN Đ8.2"""
    folder = folder_like("cao-bang-ioffice", tmp_path / "D")
    file = folder / "hub.toml"
    file.write_text(file.read_text("utf-8").replace("test_mode = true", "test_mode = false"), "utf-8")

    code, said = truc(capsys, "system", "import", folder / "he-thong.toml", "--config", file)

    assert (code, said["error"]["code"]) == (3, "conflict")
    assert truc(capsys, "agency", "list", "--config", file)[1]["agencies"] == []


def test_a_list_without_codes_gets_made_up_ones_and_one_with_codes_keeps_them(tmp_path, capsys):
    folder = folder_like("vinh-phuc-qlvb", tmp_path / "D")
    table = tmp_path / "co-quan.csv"
    table.write_text(
        "name_vi,domain,kind,level,org_code\nSở A,soa.example.vn,so,tinh,\nSở B,,so,tinh,000.00.77.H99\n", "utf-8"
    )
    words = ("system", "import", folder / "he-thong.toml", "--config", folder / "hub.toml")

    without = truc(capsys, *words)
    code, said = truc(capsys, *words, "--agencies", table)

    assert without[0] == 2
    assert code == 0
    assert said["systems"][0]["for"] == ["000.00.01.H99", "000.00.77.H99"]
    table.write_text("ten\nSở A\n", "utf-8")
    assert truc(capsys, *words, "--agencies", table)[0] == 2


@pytest.mark.parametrize("wrong", ["tên = 1", 'systems = "x"', "[[systems]", 'title = "chỉ có tên"'])
def test_a_wrong_file_is_told_and_changes_nothing(tmp_path, capsys, wrong):
    folder = folder_like("ha-nam-qlvb", tmp_path / "D")
    (folder / "he-thong.toml").write_text(wrong, "utf-8")

    code, said = truc(capsys, "system", "import", folder / "he-thong.toml", "--config", folder / "hub.toml")

    assert (code, said["error"]["code"]) == (2, "usage")


def test_an_unknown_pattern_names_the_nearest(tmp_path, capsys):
    code, said = truc(capsys, "init", tmp_path / "D", "--like", "cao-bang-iofice")

    assert code == 2
    assert "cao-bang-ioffice" in said["error"]["detail"]
    assert not (tmp_path / "D").exists()
