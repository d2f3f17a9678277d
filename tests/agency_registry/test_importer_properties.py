"""Whatever a file holds, an import answers; and its figures add up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from agency_registry import directory, importer
from agency_registry.csv_rows import COLUMNS
from agency_registry.tables import metadata

CODES = st.sampled_from(["H99", "h99", "H99.1", "H99.2", "000.00.01.H99", "01.H99", "", "x y", "=1", "NULL"])
CELLS = st.one_of(
    CODES, st.text(max_size=12), st.sampled_from(["2025-07-01", "1/7/2025", "30/02/2025", "active", "+84"])
)
ROWS = st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=8)


@contextmanager
def registry() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def check(connection: Connection, text: str | bytes) -> importer.Report:
    report = importer.import_agencies(connection, text)
    read = importer.read_csv(text)
    if report.refused:
        assert (report.added, report.changed, report.unchanged) == (0, 0, 0)
        assert all(refused["row"] >= 1 and " / " in refused["reason"] for refused in report.refused)
    else:
        assert report.added + report.changed + report.unchanged == len(read.rows)
    again = importer.import_agencies(connection, text)
    assert (again.added, again.changed, again.refused) == (0, 0, report.refused)
    return report


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.text().map(lambda text: "organ_id,name\n" + text)))
@example(b"\xff\xfe")
@example('sep=\norgan_id,name\n"')
@example("organ_id,name\nH99," + '"' + "x" * 200_000)
@example("organ_id,name\rH99,A\rH99.1,B")
@example("\ud800")
def test_no_file_is_too_strange(text):
    with registry() as connection:
        check(connection, text)


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_rows_of_mixed_worth_are_added_or_all_refused(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    with registry() as connection:
        report = check(connection, out.getvalue())
        found = directory.load(connection).agencies()

        assert len(found) == report.added
        back = importer.import_agencies(connection, importer.export_csv(found))
        assert (back.added, back.changed, back.refused) == (0, 0, ()) or not found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.one_of(st.none(), st.integers(0, 6))), unique_by=lambda pair: pair[0]))
def test_parents_never_form_a_circle(pairs):
    text = "organ_id,name,parent\n" + "\n".join(
        f"H99.{child},Xã {child},{'' if parent is None else f'H99.{parent}'}" for child, parent in pairs
    )
    with registry() as connection:
        importer.import_agencies(connection, text)
        above = {agency.organ_id: agency.parent for agency in directory.load(connection).agencies()}

    for start in above:
        code, steps = start, 0
        while code is not None:
            code, steps = above[code], steps + 1
            assert steps <= len(above)
