from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from agency_registry import directory, edit, importer
from agency_registry.edit import Why
from agency_registry.tables import metadata

OFFICE, HOME_AFFAIRS, HEALTH, WARD = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99", "001.00.02.H99"
REAL_LIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "agencies-vinhphuc.csv"


def slugs_of(report):
    return [(refused["row"], refused["reason"].split(" / ")[1]) for refused in report.refused]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["", "sep={}"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_dialect_of_a_spreadsheet_is_read(connection, delimiter, first, end, mark):
    head = first.format(delimiter)
    lines = [head] * bool(head) + [
        delimiter.join(["Organ_ID", " NAME ", "email"]),
        delimiter.join(["h99.1", f'"Sở ""Một""{delimiter} tỉnh"', "a@h99.vn"]),
        delimiter.join(["", "", ""]),
        delimiter.join(["h99.2", "Sở Hai", ""]),
    ]

    report = importer.import_agencies(connection, (mark + end.join(lines)).encode())

    found = directory.load(connection)
    assert (report.added, report.changed, report.refused) == (2, 0, ())
    assert found.agency("H99.1").name == f'Sở "Một"{delimiter.strip() or ""} tỉnh'
    assert found.agency("H99.1").email == "a@h99.vn"


def test_the_same_file_again_changes_nothing_and_another_changes_what_differs(province):
    text = f"organ_id,name,kind\n{HEALTH},Sở Y tế,so\n{WARD},UBND phường Hai,ubnd\nH99.7,Sở Bảy,so\n"

    first = importer.import_agencies(province, text)
    second = importer.import_agencies(province, text)

    assert (first.added, first.changed, first.unchanged) == (1, 1, 1)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 3)
    assert second.version == first.version
    assert directory.load(province).agency(WARD).parent == HOME_AFFAIRS  # a column the file lacks changes nothing


def test_one_bad_row_and_nothing_is_applied_and_every_bad_row_is_named(province):
    rows = [
        "organ_id,name,parent,legacy_code,email,phone,valid_from,valid_to",
        "H99.1,Sở Một,H99.2,,a@b.vn,+84 210 3843 888,2025-07-01,31/12/2026",
        "H99.2,Sở Hai,,,,,,",
        ",Không mã,,,,,,",
        "H99.3,,,,,,,",
        "mã sai,Sở Ba,,,,,,",
        "H99.4,=1+1,,,,,,",
        "h99.2,Sở Hai nữa,,,,,,",
        "H99.5,Sở Năm,H99.404,,,,,",
        "H99.6,Sở Sáu,,H99,,,,",
        "H99.7,Sở Bảy,,,không phải thư,,,",
        "H99.8,Sở Tám,,,,,31/02/2025,",
        "H99.9,Sở Chín,,,,,2025-07-02,2025-07-01",
        "H99.10,Sở Mười,,,,,,,thừa",
        "H99.11,Sở Mười một,H99.12,,,,,",
        "H99.12,Sở Mười hai,H99.11,,,,,",
        "H99.13,Sở Mười ba,,,,gọi sau,,",
        "H99,Trùng bí danh,,,,,,",
        '"H99.14,"Sở" Mười bốn,,,,,,',
    ]
    before = edit.current_version(province)

    report = importer.import_agencies(province, "\n".join(rows))

    assert (report.added, report.changed) == (0, 0)
    assert [refused["row"] for refused in report.refused] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert all(" / " in refused["reason"] for refused in report.refused)
    assert slugs_of(report)[4] == (8, "code H99.2 is already on row 3")
    assert edit.current_version(province) == before
    assert directory.load(province).agency("H99.1") is None


def test_rows_are_counted_by_lines_of_the_file(connection):
    text = 'sep=;\norgan_id;name\nH99.1;"Sở\nMột"\n\nH99.2;\n'

    report = importer.import_agencies(connection, text)

    assert slugs_of(report) == [(6, "the name is missing")]


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("", 1, "the file is empty"),
        ("\ufeff \r\n", 1, "the file is empty"),
        ("name,kind\nSở,so\n", 1, "lacks the column organ_id"),
        ("organ_id,name,name\nH99,Sở,Sở\n", 1, "twice"),
        ("organ_id,name\nH99.1,Sở\n".encode() + b"H99.2,S\xe9\n", 3, "not UTF-8"),
        ("organ_id,name\n".encode("utf-16"), 1, "not UTF-8"),
        ('organ_id,name\nH99.1,"Sở Một\nH99.2,Sở Hai\n', 2, "quotation marks"),
        ("organ_id,name\nH99.1,S\x00ở\n", 2, "control characters"),
        ("organ_id,name\nH99.1,Sở \u202eMột\n", 2, "control characters"),
        ("sep=|\norgan_id|name\nH99.1|Sở\n", 1, "organ_id"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(connection, text, row, words):
    report = importer.import_agencies(connection, text)

    assert (report.added, report.refused[0]["row"]) == (0, row)
    assert words in report.refused[0]["reason"]


def test_unknown_columns_are_reported_and_left_out(connection):
    report = importer.import_agencies(connection, "organ_id,Ghi chú,name\nH99.1,=x,Sở Một\n")

    assert report.added == 1
    assert report.unknown_columns == ("ghi chú",)


def test_names_are_compared_and_kept_in_one_form(connection):  # law: R-043 HN Đ4.2
    decomposed = "So\u031b\u0309  Mo\u0323\u0302t\u00a0"

    first = importer.import_agencies(connection, f"organ_id,name\nH99.1,{decomposed}\n")
    second = importer.import_agencies(connection, "organ_id,name\nH99.1,Sở Một\n")

    assert (first.added, second.unchanged) == (1, 1)


def test_equal_names_are_warned_of(province):  # law: R-024 HN Đ8.2
    report = importer.import_agencies(province, "organ_id,name\nH99.1,sở y tế\nH99.2,SỞ Y TẾ\n")

    assert report.added == 2
    assert [warning["row"] for warning in report.warnings] == [2, 3]


def test_an_import_never_reopens_a_closed_agency_by_accident(province):  # law: R-026 QĐ28 Đ16.1
    old_list = importer.export_csv(directory.load(province).agencies())
    plain_list = f"organ_id,name,valid_to\n{HEALTH},Sở Y tế,\n"
    edit.merge_agencies(province, [HEALTH], HOME_AFFAIRS, why=Why(reason="sáp nhập"))

    report = importer.import_agencies(province, plain_list)

    closed = directory.load(province).agency(HEALTH)
    assert (closed.state, closed.successors) == ("closed", (HOME_AFFAIRS,))
    assert "does not reopen" in report.warnings[0]["reason"]
    assert importer.import_agencies(province, old_list).changed == 1  # this one says: active
    assert directory.load(province).agency(HEALTH).state == "active"


def test_an_agency_past_its_last_day_comes_in_closed(connection):
    now = Why(at=datetime(2026, 7, 1, tzinfo=UTC))
    text = "organ_id,name,valid_from,valid_to\nH99.1,Sở Một,01/01/2020,30/06/2026\nH99.2,Sở Hai,2026-07-02,\n"

    importer.import_agencies(connection, text, why=now)

    found = directory.load(connection, now=now.at)
    assert (found.agency("H99.1").state, found.agency("H99.1").valid_to) == ("closed", date(2026, 6, 30))
    assert found.agency("H99.2").state == "suspended"
    assert found.good_until == date(2026, 7, 2)


def test_codes_may_change_hands_within_one_file(connection):
    importer.import_agencies(connection, "organ_id,name,legacy_code\nH99.1,Sở Một,01.H99\nH99.2,Sở Hai,02.H99\n")

    report = importer.import_agencies(
        connection, "organ_id,name,legacy_code\nH99.1,Sở Một,02.H99\nH99.2,Sở Hai,01.H99\n"
    )

    assert (report.changed, report.refused) == (2, ())
    assert directory.load(connection).agency("01.H99").organ_id == "H99.2"


def test_a_circle_through_what_is_already_registered_is_refused(province):
    report = importer.import_agencies(province, f"organ_id,name,parent\n{OFFICE},Văn phòng,{WARD}\n")

    assert "circle" in report.refused[0]["reason"]


def test_an_exported_list_comes_back_without_a_change_and_moves_to_another_registry(province, tmp_path):
    edit.change_agency(province, HEALTH, phone="+84 210 3843888", legacy_code="03.H99", email="yte@h99.vn")
    edit.suspend_agency(province, HOME_AFFAIRS, why=Why(reason="thử"))
    edit.close_agency(province, WARD, successors=[HEALTH], why=Why(reason="sáp nhập"))
    text = importer.export_csv(directory.load(province).agencies())

    again = importer.import_agencies(province, text)
    engine = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(engine)
    with engine.begin() as other:
        moved = importer.import_agencies(other, "\ufeff" + text)
        copy = directory.load(other).agencies()
    engine.dispose()

    def content(agencies):
        return [{**agency.as_json(), "id": 0} for agency in agencies]

    assert (again.added, again.changed, again.refused) == (0, 0, ())
    assert (moved.added, moved.refused) == (4, ())
    assert content(copy) == content(directory.load(province).agencies())
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.skipif(not REAL_LIST.exists(), reason="the decision's list of agencies lies beside the project, not in it")
def test_the_list_of_a_real_province_comes_in(connection):
    """The annex of Decision 52/2014 of Vĩnh Phúc: names without codes; the codes here are made up under H99."""
    with REAL_LIST.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["organ_id", "name", "kind", "level", "domain"])
    for place, row in enumerate(listed, start=1):
        writer.writerow([f"000.00.{place:02d}.H99", row["name_vi"], row["kind"], row["level"], row["domain"]])

    report = importer.import_agencies(connection, out.getvalue())

    assert (report.added, report.refused) == (len(listed), ())
    assert len(listed) >= 35
    assert report.unknown_columns == ("domain",)
