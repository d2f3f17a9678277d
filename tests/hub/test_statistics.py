"""The monthly figures, against a small exchange counted by hand; as a page, a file and a command."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select, update
from visitors import operator, people, sections, visitor  # noqa: F401

from edxml.testing import make_package, make_status
from hub import cli
from hub.clock import FakeClock
from hub.flow import figures, figures_behind, figures_national, operate
from hub.flow.recalls import withdraw
from hub.statistics import monthly
from hub.store import deliveries, tables

SNV, STC, NONE = "000.00.01.H99", "000.00.02.H99", "000.00.07.H99"


@pytest.fixture
async def november(hub, province, snv, stc):
    """An exchange of November 2026, with its edges:

    A  31/10 23:59  SNV -> STC                October's, not November's; fetched on 1 November
    B  01/11 00:00  SNV -> STC                fetched after 10 minutes, then refused with 02
    C  10/11 23:50  SNV -> STC and NONE       STC fetches after 30 minutes, the next day; NONE has no system
    D  12/11 09:00  SNV -> STC                cancelled by the sender before anybody saw it
    E  20/11 09:00  SNV -> STC                waits
    F  20/11 09:00  SNV -> an unknown agency  refused at the door
    """
    await province.agencies(NONE)
    await province.agencies("000.00.08.H99")
    clock = hub.clock = FakeClock(datetime(2026, 10, 31, 16, 59, tzinfo=UTC))

    async def send(*to: str, document_id: str) -> str:
        answer = await snv.do("sendEdoc", make_package(to=to, document_id=document_id), SNV)
        return answer.json.get("DocId", "")

    async def fetch() -> None:
        for item in (await stc.do("getReceivedEdocList")).json["data"]:
            await stc.do("getEdoc", item["docId"])
            await stc.do("updateStatus", item["docId"], "done")

    await send(STC, document_id="A")
    clock.set(datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
    await fetch()
    await send(STC, document_id="B")
    clock.advance(timedelta(minutes=10))
    await fetch()
    await stc.do("sendEdoc", make_status("02", STC, (SNV, "B"), "Không thuộc thẩm quyền"), STC)
    clock.set(datetime(2026, 11, 10, 16, 50, tzinfo=UTC))
    await send(STC, NONE, document_id="C")
    clock.advance(timedelta(minutes=30))
    await fetch()
    clock.set(datetime(2026, 11, 12, 2, 0, tzinfo=UTC))
    cancelled = await send(STC, document_id="D")
    await withdraw.withdraw(hub, hub.system("snv"), cancelled, reason="Sai số", kind="cancel")
    clock.set(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    await send(STC, document_id="E")
    await send("000.00.99.H99", document_id="F")
    return hub


async def test_the_figures_are_those_counted_by_hand(november):
    """law: R-207."""
    found = {row.organ_id: row for row in await figures.monthly(november, "2026-11")}

    assert found[SNV] == figures.AgencyMonth(
        SNV,
        f"Cơ quan {SNV}",
        documents_sent=4,  # B C D E
        deliveries=5,  # C has two
        delivered=2,  # B, C to STC
        delivered_same_day_percent=20,  # B only: C arrived after midnight
        median_minutes_to_delivery=20,  # of 10 and 30
        waiting=1,  # E
        not_connected=1,  # C to NONE
        cancelled=1,  # D
        refused=1,  # B
        recalled=1,  # D
        rejected=1,  # F
    )
    assert found[STC].documents_received == 2  # A (on 1 November), C; B was refused
    assert found[STC].statuses_sent == 1
    assert found["000.00.08.H99"] == figures.AgencyMonth("000.00.08.H99", "Cơ quan 000.00.08.H99")


async def test_each_figure_opens_to_as_many_lines_as_it_counts_and_who_looked_is_recorded(november):
    """law: R-202 HN Đ15.1"""
    counted = {row.organ_id: row for row in await figures.monthly(november, "2026-11")}

    opened = {
        (organ_id, figure): await figures_behind.behind(november, "2026-11", organ_id, figure, "vp")
        for organ_id in (SNV, STC)
        for figure in figures_behind.FIGURES
    }

    for (organ_id, figure), lines in opened.items():
        assert len(lines) == getattr(counted[organ_id], figure), (organ_id, figure)
    assert [one.document_id for one in opened[SNV, "cancelled"]] == ["D"]
    assert [(one.document_id, one.recipient) for one in opened[SNV, "not_connected"]] == [("C", NONE)]
    assert [one.document_id for one in opened[STC, "documents_received"]] == ["A", "C"]
    assert not {"subject", "attachments"} & {field.name for field in fields(figures_behind.Line)}
    query = select(tables.events.c.actor, tables.events.c.detail).where(tables.events.c.type == "content.opened")
    seen = await november.db.read(lambda connection: connection.execute(query).all())
    assert {actor for actor, _ in seen} == {"user:vp"}
    assert len(seen) == len(opened)
    with pytest.raises(ValueError, match="a figure is one of"):
        await figures_behind.behind(november, "2026-11", SNV, "subject", "vp")


async def test_a_quarter_is_told_in_totals_by_status_and_by_reason(november):
    """law: R-204 QĐ28 Đ11.1, R-127 HN Đ6.4"""
    told = await figures_national.of(november, "2026Q4")

    assert (told.documents_sent, told.deliveries, told.documents_received) == (5, 6, 2)
    assert (told.sent_through_axis, told.received_through_axis) == (0, 0)
    assert told.statuses == {"none": 5, "02": 1}
    assert told.refusals == (figures_national.Refused(STC, "OTHER", 1),)
    assert (await figures_national.of(november, "2026Q3")).documents_sent == 0
    for wrong in ("2026-4", "2026Q5", ""):
        with pytest.raises(ValueError, match="a quarter is written"):
            figures_national.bounds(wrong)


@pytest.mark.parametrize(("sending", "month"), [("click", "2026-10"), ("answer", "2026-11")])
async def test_what_was_sent_belongs_to_the_month_of_its_sending_time(november, sending, month):
    """law: R-208 HN Đ12: the clerk's click once the answer is there, or the answer, as the profile reads it"""
    clocks = november.profile.clocks.model_copy(update={"sending_time": sending})
    november.profile = replace(november.profile, clocks=clocks)
    clicked = {"issued_at": "2026-10-31T16:58:00.000000Z"}
    row = update(tables.packages).where(tables.packages.c.document_id == "B").values(**clicked)
    await november.db.write(lambda connection: connection.execute(row))

    for name in ("2026-10", "2026-11"):
        lines = await figures_behind.behind(november, name, SNV, "documents_sent", "vp")
        assert ("B" in [one.document_id for one in lines]) is (name == month)
    counted = {row.organ_id: row.documents_sent for row in await figures.monthly(november, "2026-11")}
    assert counted[SNV] == (4 if month == "2026-11" else 3)


async def test_october_has_what_november_has_not_and_later_moves_do_not_change_a_month(november):
    october = {row.organ_id: row for row in await figures.monthly(november, "2026-10")}
    before = await figures.monthly(november, "2026-11")
    november.clock.advance(timedelta(days=40))
    again = await figures.monthly(november, "2026-11")

    assert (october[SNV].documents_sent, october[SNV].delivered, october[STC].documents_received) == (1, 1, 0)
    assert before == again


async def test_a_delivery_that_ends_later_counts_for_the_month_of_its_document(november):
    november.clock.advance(timedelta(days=20))
    waiting = await november.db.read(lambda connection: deliveries.waiting(connection, "stc", after=None, limit=10))
    await operate.cancel(november, waiting[0].delivery_id, "van-hanh", "Hết cần")

    found = {row.organ_id: row for row in await figures.monthly(november, "2026-11")}
    december = {row.organ_id: row for row in await figures.monthly(november, "2026-12")}

    assert (found[SNV].waiting, found[SNV].cancelled, found[SNV].recalled) == (0, 2, 1)
    assert december[SNV] == figures.AgencyMonth(SNV, f"Cơ quan {SNV}")


async def test_the_page_and_the_file_say_the_same(november, operator, visitor):  # noqa: F811
    page = await operator.get("/statistics?month=2026-11")
    file = await operator.get("/statistics/monthly.csv?month=2026-11")
    office = visitor()
    await office.sign_in("vp")

    lines = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))

    assert f"Cơ quan {SNV} {SNV} 4 5 2 20 20 1 0 1 1 1 1 1 0 0" in page.words
    assert "Toàn tỉnh 4 5 2 1 0 1 1 1 1 1 2 1" in page.words
    assert file.body.startswith(b"\xef\xbb\xbfTh\xc3\xa1ng,")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="truc-2026-11.csv"'
    assert f"2026-11,{SNV},Cơ quan {SNV},4,5,2,20,20,1,0,1,1,1,1,1,0,0".split(",") in lines
    assert len(lines) == 1 + 4
    behind = await operator.get(f"/statistics/list.csv?month=2026-11&agency={SNV}&figure=not_connected")
    [_, line] = csv.reader(io.StringIO(behind.body.decode("utf-8-sig"), newline=""))
    assert (line[2], *line[5:7]) == ("C", SNV, NONE)
    assert (await operator.get(f"/statistics/list.csv?month=2026-11&agency={SNV}&figure=x")).status == 400
    assert f"agency={SNV}&amp;figure=not_connected" in page.text
    assert (await office.get("/statistics?month=2026-11")).status == 200


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+84", "'+84"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ('UBND "xã", thôn', 'UBND "xã", thôn'),
    ],
)
def test_a_name_is_never_a_formula(name, written):
    data = monthly.to_csv("2026-11", [figures.AgencyMonth("000.00.01.H99", name)])

    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]

    assert cells[2] == written
    assert cells[6:8] == ["", ""], "nothing to take a share or a median from"


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "11-2026", "", "２０２６-11", "0000-01", "2026-11\n"])
def test_a_month_is_a_month(month):
    with pytest.raises(ValueError, match="yyyy-mm"):
        figures.bounds(month)


def test_a_month_begins_and_ends_in_viet_nam():
    start, end = figures.bounds("2026-12")

    assert start.astimezone(UTC) == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 12, 31, 17, tzinfo=UTC)


@pytest.fixture
def own_log():
    """A command sets the process's log up; later tests get theirs back."""
    yield
    structlog.reset_defaults()


def test_the_command_writes_the_file(tmp_path, capsys, own_log):
    config = tmp_path / "D" / "hub.toml"
    assert cli.main(["init", str(tmp_path / "D")]) == 0
    agency = ["agency", "add", "000.00.01.H99", "--name", "Sở Nội vụ", "--config", str(config)]
    assert cli.main([*agency, "--operator", "an", "--reason", "thử", "--decision", "1/QĐ"]) == 0
    out = tmp_path / "thang.csv"
    capsys.readouterr()

    code = cli.main(["report", "monthly", "--month", "2026-11", "--out", str(out), "--json", "--config", str(config)])
    told = json.loads(capsys.readouterr().out)
    printed = cli.main(["report", "monthly", "--month", "2026-11", "--config", str(config)])
    wrong = cli.main(["report", "monthly", "--month", "11/2026", "--config", str(config)])
    about = ("report", "list", "--month", "2026-11", "--agency", "000.00.01.H99", "--config", str(config), "--figure")
    codes = [cli.main([*about, figure]) for figure in ("delivered", "subject")]
    quarter = ["report", "national", "--config", str(config), "--quarter"]
    codes += [cli.main([*quarter, name]) for name in ("2026Q4", "Q4")]

    assert (code, printed, wrong) == (0, 0, 2)
    assert codes == [0, 2, 0, 2]
    assert told == {"month": "2026-11", "agencies": 1, "file": str(out)}
    assert out.read_bytes().decode("utf-8-sig").splitlines()[1].startswith("2026-11,000.00.01.H99,Sở Nội vụ,0,")
    shown = capsys.readouterr().out
    assert "2026-11,000.00.01.H99,Sở Nội vụ,0," in shown
    assert "Mã gói tin,Mã lượt giao,Mã văn bản," in shown
    assert "Văn bản gửi,0" in shown
