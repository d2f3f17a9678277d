"""`truc calendar`: legal times with and without a hub, the days of a year, and what the operator enters."""

from __future__ import annotations

import json

import almanac
import pytest


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without a hub."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRUC_CONFIG", raising=False)


def lines(answer) -> list[dict]:
    return [json.loads(one) for one in answer.out.splitlines()]


def test_the_legal_time_of_a_moment_needs_no_hub(truc, nowhere):
    """law: R-090 HN Đ12.2, R-097 HN Đ9.1a"""
    answer = truc("calendar", "legal", "2026-02-13T17:31:00+07:00", "--profile", "national", "--json")

    assert answer.code == 0
    assert list(answer.json) == ["real", "received_legal", "accept_by", "explanation"]
    assert answer.json["real"] == "2026-02-13T17:31:00+07:00"
    assert answer.json["received_legal"] == "2026-02-23T07:30:00+07:00"
    assert answer.json["accept_by"] == "2026-02-23T17:30:00+07:00"
    assert "Tết Nguyên đán (14/02–22/02/2026)" in answer.json["explanation"]


def test_until_when_a_signed_document_is_issued(truc, nowhere):
    """law: R-082 HN Đ7.2"""
    words = ("calendar", "legal", "2026-11-20T09:50:00Z", "--signed", "--profile", "national", "--json")

    answer = truc(*words).json

    assert list(answer) == ["signed", "issue_by", "explanation"]
    assert answer["signed"] == "2026-11-20T16:50:00+07:00"
    assert answer["issue_by"] == "2026-11-23T11:30:00+07:00"
    assert "17:30 thứ Hai 23/11/2026" in answer["explanation"]


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("2026/11/20 09:05:07", "2026-11-20T09:05:07+07:00"), ("2026-11-20 09:05", "2026-11-20T09:05:00+07:00"),
        ("2026-11-20T24:00:00", "2026-11-21T00:00:00+07:00"), ("2026-12-31T24:00Z", "2027-01-01T07:00:00+07:00"),
        ("2026-11-20T02:05:07Z", "2026-11-20T09:05:07+07:00"), ("20261120T0905", "2026-11-20T09:05:00+07:00"),
        ("0001-01-01T00:00:00+07:00", "0001-01-01T00:00:00+07:00"), ("2028-02-29", "2028-02-29T00:00:00+07:00"),
        ("2026-11-20T09:05:07.25+07:00", "2026-11-20T09:05:07.250000+07:00"),
    ],
)  # fmt: skip
def test_a_time_without_a_zone_is_vietnamese(truc, nowhere, text, real):
    """law: R-094 HN Đ12.3, R-095: the axis writes YYYY/MM/DD HH:MM:SS"""
    assert truc("calendar", "legal", text, "--profile", "national", "--json").json["real"] == real


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2026-13-01T00:00", "2026-02-29T09:00", "2026-11-20T25:00", "2026-11-20T23:59:60",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z", "9999-12-31T24:00", "9999-12-31T18:00", "2026/11/20 9",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_wrong_use(truc, nowhere, text):
    answer = truc("calendar", "legal", text, "--profile", "national")

    assert answer.code == 2
    assert len(answer.err.splitlines()) == 2
    assert "Traceback" not in answer.err


def test_the_whole_table_of_cases_in_one_call(truc, nowhere, tmp_path):
    """Those of the national hours: the command says of each row what the table says."""
    cases = [one for one in almanac.table() if (one.hours, one.agency, one.days, one.midday)[1:] == ("", "", "outside")]
    cases = [one for one in cases if one.hours == almanac.ORDINARY]
    file = tmp_path / "times.csv"
    file.write_text("time\n" + "".join(f"{one.input}\n" for one in cases), encoding="utf-8")

    found = lines(truc("calendar", "legal", "--file", file, "--profile", "national", "--json"))

    assert len(cases) > 150
    assert [(one["received_legal"], one["accept_by"]) for one in found] == [(one.legal, one.accept_by) for one in cases]


def test_a_row_that_cannot_be_read_does_not_stop_the_others(truc, nowhere, tmp_path):
    file = tmp_path / "times.csv"
    file.write_text(
        "profile,time\nnational,2026-11-20T09:00Z\nnational,never\nnone-such,2026-11-20\n", encoding="utf-8"
    )

    answer = truc("calendar", "legal", "--file", file, "--profile", "national", "--json")

    assert answer.code == 1
    assert ["error" in one for one in lines(answer)] == [False, True, True]


def test_a_file_of_times_alone_needs_no_first_row(truc, nowhere, tmp_path):
    file = tmp_path / "times.csv"
    file.write_text("2026-11-20T09:00:00+07:00\n2026-11-21T09:00:00+07:00\n", encoding="utf-8")

    answer = truc("calendar", "legal", "--file", file, "--profile", "national")

    assert [one.split()[1] for one in answer.out.splitlines()] == [
        "2026-11-20T09:00:00+07:00",
        "2026-11-23T07:30:00+07:00",
    ]


def test_bytes_that_are_no_text_are_wrong_use(truc, nowhere, tmp_path):
    file = tmp_path / "times.csv"
    file.write_bytes(b"time\n\xff\xfe\x00\n")

    assert truc("calendar", "legal", "--file", file, "--profile", "national").code == 2


def test_without_a_hub_a_profile_is_named(truc, nowhere):
    answer = truc("calendar", "legal", "2026-11-20T09:00")

    assert answer.code == 2
    assert "--profile" in answer.err
    assert truc("calendar", "legal", "2026-11-20T09:00", "--profile", "nowhere-2000").code == 2


def test_a_year_and_a_month_are_shown(truc, nowhere):
    """law: R-093"""
    year = truc("calendar", "show", "2026", "--profile", "national", "--json").json
    month = truc("calendar", "show", "2026-01", "--profile", "national", "--json").json

    assert {"date": "2026-01-02", "kind": "off-swapped"}.items() <= year["days"][1].items()
    assert year["undecided"] is False
    assert [one["date"] for one in month["days"] if one["weekday"] >= 6 and one["sessions"]] == ["2026-01-10"]
    assert len(month["days"]) == 31
    assert "chưa nạp quyết định" in truc("calendar", "show", "2027", "--profile", "national").out
    assert truc("calendar", "show", "2027-02", "--profile", "national").out.count("\n") == 29
    assert truc("calendar", "show", "9999-12", "--profile", "national").code == 0
    assert truc("calendar", "show", "soon", "--profile", "national").code == 2


def test_what_the_operator_enters_counts_from_then_on_and_can_be_taken_back(truc, folder):
    """law: R-093"""
    config = ("--config", folder / "hub.toml")
    day = ("calendar", "override", "2026-06-15")
    told = ("--kind", "off", "--name", "Ngày thành lập tỉnh", "--source", "QĐ 12/2026")

    def legal():
        return truc("calendar", "legal", "2026-06-15T09:00", *config, "--json").json

    assert legal()["received_legal"] == "2026-06-15T09:00:00+07:00"
    assert truc(*day, *told, "--reason", "có quyết định", *config).code == 0
    assert legal()["received_legal"] == "2026-06-16T07:30:00+07:00"
    assert "Ngày thành lập tỉnh" in legal()["explanation"]
    [shown] = [
        one for one in truc("calendar", "show", "2026", *config, "--json").json["days"] if "06-15" in one["date"]
    ]
    assert shown == {
        "date": "2026-06-15", "kind": "off", "name": "Ngày thành lập tỉnh", "state": "decided", "source": "QĐ 12/2026",
    }  # fmt: skip
    assert truc(*day, "--remove", *config).code == 0
    assert legal()["received_legal"] == "2026-06-15T09:00:00+07:00"
    assert truc(*day, "--remove", *config).code == 1


def test_a_decided_tet_ends_the_warning(truc, folder):
    """law: R-093: seven days in one call"""
    config = ("--config", folder / "hub.toml")

    for first, last, name in (
        ("2027-02-04", "2027-02-10", "Tết Nguyên đán"),
        ("2027-09-02", "2027-09-03", "Quốc khánh"),
    ):
        words = ("calendar", "override", first, "--until", last, "--kind", "off", "--name", name, "--source", "TB 1")
        assert truc(*words, *config).code == 0

    shown = truc("calendar", "show", "2027", *config, "--json").json
    assert shown["undecided"] is False
    assert {one["state"] for one in shown["days"] if one["name"] == "Tết Nguyên đán"} == {"decided"}


def test_an_agency_has_hours_and_days_of_its_own(truc, folder):
    """law: R-092"""
    config = ("--config", folder / "hub.toml")
    agency = ("--agency", "000.00.01.H99")
    hours = ("calendar", "hours", "--sessions", "07:30-11:30", "--days", "sat", "--source", "QĐ 5")

    entered = truc(*hours, *agency, *config, "--json").json
    saturday = "2026-11-21T08:00:00+07:00"
    own = truc("calendar", "legal", saturday, *agency, *config, "--json").json
    others = truc("calendar", "legal", saturday, *config, "--json").json

    assert (own["received_legal"], own["accept_by"]) == (saturday, "2026-11-21T11:30:00+07:00")
    assert others["received_legal"] == "2026-11-23T07:30:00+07:00"
    assert "07:30-11:30 (sat" in truc("calendar", "show", "2026", *config).out
    assert truc("calendar", "hours", "--remove", entered["number"], *config).code == 0
    assert truc("calendar", "legal", saturday, *agency, *config, "--json").json == others
    assert truc("calendar", "hours", "--remove", entered["number"], *config).code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("override", "2026-06-15"), 2),
        (("override", "2026-02-30", "--kind", "off", "--name", "x", "--source", "y"), 2),
        (("override", "2026-06-15", "--until", "2026-06-14", "--kind", "off", "--name", "x", "--source", "y"), 2),
        (("override", "2026-06-15", "--until", "2027-06-14", "--kind", "off", "--name", "x", "--source", "y"), 2),
        (("override", "2026-06-15", "--kind", "free", "--name", "x", "--source", "y"), 2),
        (("override", "2026-06-15", "--kind", "off", "--name", " ", "--source", "y"), 2),
        (("override", "2026-06-15", "--kind", "off", "--name", "x", "--source", "y", "--agency", "000.00.77.H99"), 1),
        (("hours", "--sessions", "11:30-07:00", "--source", "y"), 2),
        (("hours", "--sessions", "07:00-11:30,11:00-12:00", "--source", "y"), 2),
        (("hours", "--sessions", "07:00-11:30", "--days", "someday", "--source", "y"), 2),
        (("hours", "--sessions", "07:00-11:30", "--season", "13-01..15-10", "--source", "y"), 2),
        (("hours", "--sessions", "07:00-11:30"), 2),
    ],
)
def test_what_cannot_be_entered_is_refused_and_changes_nothing(truc, folder, words, code):
    config = ("--config", folder / "hub.toml")
    before = truc("calendar", "show", "2026", *config, "--json").json

    answer = truc("calendar", *words, *config)

    assert answer.code == code, answer.err
    assert "Traceback" not in answer.err
    assert truc("calendar", "show", "2026", *config, "--json").json == before
