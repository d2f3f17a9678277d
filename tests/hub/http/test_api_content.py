"""The bytes on their way out: ranges, conditions, attachments and their names."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO

import pytest

from edxml.reader import read
from edxml.testing import make_package, plain_pdf
from hub.http.api_content import disposition

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
async def held(offices):
    """A package of some 700 KB that its recipient has leased: (recipient, path, bytes)."""
    sender, recipient, _ = offices
    package = make_package(SENDER, RECIPIENT, size=500_000)
    accepted = await sender.send(package)
    await recipient.lease(accepted["deliveries"][0]["delivery_id"])
    return recipient, f"/packages/{accepted['package_id']}/content", package


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199999", 100, 200_000),
        ("bytes=65535-65536", 65_535, 65_537),
        ("bytes=600000-", 600_000, None),
        ("bytes=-1000", -1000, None),
        ("bytes=1-999999999", 1, None),
    ],
)
async def test_a_range_is_that_part_of_the_bytes(held, asked, start, end):
    recipient, path, package = held

    heard = await recipient.get(path, headers={"Range": asked})

    assert heard.status == 206
    assert heard.body == package[start:end]
    first = start if start >= 0 else len(package) + start
    assert heard.headers["content-range"] == f"bytes {first}-{first + len(heard.body) - 1}/{len(package)}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-4", "bytes=99999999-", "bytes=-0", "bytes=-", "bytes=0-1,3-4", "bytes=٠-١", "bytes=" + "9" * 50 + "-"],
)
async def test_a_range_that_is_not_there_is_refused(held, asked):
    recipient, path, package = held

    heard = await recipient.get(path, headers={"Range": asked})

    assert (heard.status, heard.code) == (416, "range_not_satisfiable")
    assert heard.headers["content-range"] == f"bytes */{len(package)}"


async def test_conditions_save_the_bytes(held):
    recipient, path, package = held
    tag = f'"{hashlib.sha256(package).hexdigest()}"'

    whole = await recipient.get(path)
    same = await recipient.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    other = await recipient.get(path, headers={"If-None-Match": '"other"'})
    resumed = await recipient.get(path, headers={"Range": "bytes=10-", "If-Range": tag})
    begun_again = await recipient.get(path, headers={"Range": "bytes=10-", "If-Range": '"other"'})
    other_unit = await recipient.get(path, headers={"Range": "pages=1-2"})
    head = await recipient.call("HEAD", path)

    assert (whole.status, whole.body, whole.headers["etag"]) == (200, package, tag)
    assert whole.headers["content-type"] == "application/xml"
    assert (same.status, same.body) == (304, b"")
    assert other.body == begun_again.body == other_unit.body == package
    assert (resumed.status, resumed.body) == (206, package[10:])
    assert (head.status, head.headers["content-length"]) == (200, str(len(package)))


async def test_a_head_exposes_nothing(offices):
    """A look at the size does not take the sender's right to cancel away."""
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))

    await recipient.call("HEAD", f"/packages/{accepted['package_id']}/content")
    await recipient.call("HEAD", f"/packages/{accepted['package_id']}/attachments/0")
    done = await sender.withdraw(accepted["package_id"], kind="cancel")

    told = [(one["recipient"], one["recall_state"]) for one in done["recipients"]]
    assert told == [(RECIPIENT, "never_delivered")]


async def test_attachments_come_decoded_and_named(offices):
    sender, recipient, _ = offices
    pdf, table = plain_pdf(300_000), b"a;b\n" * 50_000
    package = make_package(SENDER, RECIPIENT, attachments=[("Quyết định.pdf", pdf), ("bảng.csv", table)])
    accepted = await sender.send(package)
    await recipient.receive()
    path = f"/packages/{accepted['package_id']}/attachments"

    first, second = await recipient.get(f"{path}/0"), await recipient.get(f"{path}/1")

    assert first.body == pdf
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["etag"] == f'"{hashlib.sha256(pdf).hexdigest()}"'
    inside = zipfile.ZipFile(BytesIO(second.body))
    assert inside.read(inside.namelist()[0]) == table
    assert second.headers["content-disposition"].endswith("filename*=UTF-8''b%E1%BA%A3ng.csv.zip")
    assert [one["n"] for one in (await recipient.package(accepted["package_id"]))["attachments"]] == [0, 1]


async def test_wrapped_and_escaped_base64_is_decoded_like_it_was_read(offices):
    """Office systems break base64 into lines, and some XML writers escape the carriage returns."""
    sender, recipient, _ = offices
    pdf = plain_pdf(200_000)
    plain = make_package(SENDER, RECIPIENT, attachments=[("a.pdf", pdf)])
    start, end = read(plain).attachments[0].encoded_range
    text = plain[start:end]
    lines = b"&#13;\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    package = plain[:start] + b"\n" + lines + b"\n" + plain[end:]
    accepted = await sender.send(package)
    await recipient.receive()

    heard = await recipient.get(f"/packages/{accepted['package_id']}/attachments/0")

    assert heard.body == pdf


@pytest.mark.parametrize(
    "name", ['a"; filename=x.exe\r\nSet-Cookie: a=b', "../../etc/passwd", "🧾" * 300, "\ud800", ""]
)
def test_no_name_breaks_out_of_its_header(name):
    header = disposition(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert ";" not in header.split("filename*=")[1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("hoa don\u202efdp.exe", "hoa%20donfdp.exe", id="B-06 turned"),
        pytest.param("a\r\nSet-Cookie: x.pdf", "aSet-Cookie%3A%20x.pdf", id="B-11 line end"),
        pytest.param('a"; filename=b.exe', "a%22%3B%20filename%3Db.exe", id="B-11 quote"),
        pytest.param("\u2067\u2066", "file", id="B-06 nothing left"),
        pytest.param("Báo cáo.pdf", "B%C3%A1o%20c%C3%A1o.pdf", id="plain"),
    ],
)
def test_a_download_is_named_by_what_is_seen(name, told):
    header = disposition(name)

    assert header.startswith('attachment; filename="')
    assert header.endswith(f"filename*=UTF-8''{told}")
    assert header.isascii()
    assert header.isprintable()
