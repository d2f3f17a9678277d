"""The axis's lists of organisations are read row by row, and a list that is no list gives no rows that count."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.vxp import lists, wire

OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def read(body: bytes, size: int = 1 << 18) -> list:
    """All rows, if the answer is one."""
    stream = lists.ListStream()
    rows = [row for start in range(0, len(body), size) for row in stream.feed(body[start : start + size])]
    said = stream.close(200)
    assert said.ok
    return rows


def body(rows, *, before=OK, after=()) -> bytes:
    text = json.dumps(dict(before), ensure_ascii=False)[:-1] + ', "data" : ' + json.dumps(rows, ensure_ascii=False)
    for name, value in dict(after).items():
        text += f",{json.dumps(name)}:{json.dumps(value)}"
    return (text + "}").encode()


cells = st.text(max_size=20) | st.none() | st.booleans() | st.integers()
rows = st.lists(st.dictionaries(st.sampled_from(["id", "code", "name", "data", "]"]), cells, max_size=4), max_size=8)


@given(rows, st.integers(1, 40))
def test_pieces_of_any_size_give_the_same_rows(told, size):
    assert read(body(told), size) == told


def test_the_verdict_may_stand_behind_the_rows():
    stream = lists.ListStream()
    list(stream.feed(body([{"code": "A"}], before={"x": 1}, after={"status": "FAIL", "ErrorCode": "15"})))

    assert not stream.close(200).ok


@pytest.mark.parametrize("empty", [b'{"status":"OK","ErrorCode":"0","data":null}', b'{"status":"OK","data":[]}',
                                   b'{"status":"OK","ErrorCode":"0"}', b'{"status":"OK","data":{}}'])  # fmt: skip
def test_null_and_nothing_are_empty_lists(empty):
    assert read(empty) == []
    assert read(empty, 3) == []


@pytest.mark.parametrize(
    "wrong",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"",
        b"[]",
        b'{"status":"OK","data":[{"code":"A"},{"co',
        b'{"status":"OK","data":[{"code":"A"}',
        b'{"status":"OK","data":[{"code":"A"}]',
        b'{"status":"OK","data":[{]}',
        b'{"status":"OK","data":[{"code":' + b"[" * 200_000,
        b'{"status":"OK","data":[{"name":"' + b"A" * (10 << 20) + b'"}]}',
        b'{"status":"OK","data":[{"code":"A"}],"x":"' + b"A" * 100_000 + b'"}',
        b'{"x":"' + b"A" * 100_000,
        b'{"status":"OK","data":[{"version":' + b"9" * 5000 + b"}]}",
    ],
)
def test_what_is_no_list_is_trouble(wrong):
    for size in (1 << 18, 1000):
        with pytest.raises(wire.WireError):
            read(wrong, size)


def test_members_that_are_no_objects_are_left_out():
    assert read(b'{"status":"OK","data":[null,1,"x",[{"code":"B"}],{"code":"A"},12345]}', 1) == [{"code": "A"}]


def test_a_list_of_120_000_rows_needs_the_memory_of_one_piece():
    row = {"id": "1", "pid": "0", "code": "H53.13", "name": "Ủy ban nhân dân xã " * 5, "version": 7, "deleted": False}
    whole = body([row] * 120_000)
    stream = lists.ListStream()

    tracemalloc.start()
    count = sum(1 for start in range(0, len(whole), 1 << 18) for _ in stream.feed(whole[start : start + (1 << 18)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (count, stream.close(200).ok) == (120_000, True)
    assert peak < 4 << 20


def test_a_list_is_bounded():
    stream = lists.ListStream(list_bytes=1000)

    with pytest.raises(wire.WireError):
        list(stream.feed(body([{"code": "A"}] * 100)))


def test_a_unit_takes_any_row():
    assert lists.unit({}) == lists.Unit("", "", "", "", "", 0, "", deleted=False, is_agency=True)
    odd = lists.unit(
        {"id": 7, "pid": None, "code": " H1 ", "name": ["x"], "version": "9", "deleted": "true", "isAgency": 0}
    )
    assert odd == lists.Unit("7", "", "H1", "", "", 0, "", deleted=True, is_agency=False)
