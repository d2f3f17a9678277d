"""Group B: text in the wrong bytes is refused; odd text and odd names travel as they are and do no harm on the way."""

from __future__ import annotations

import re

import pytest

from edxml.testing import make_package, plain_pdf

from .encodings import BYTES, NAMES, TEXTS
from .malformed import good, into_subject

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
HARMFUL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("case", BYTES, ids=str)
async def test_bytes_that_are_no_utf8_are_refused(target, case):
    assert await target.refused(case.spoil(good())) in case.codes


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
async def test_b_02_the_answer_does_not_depend_on_how_the_bytes_come(target, piece):
    data = into_subject("quý".encode() + b"\xc0\xaf")(good())

    async def pieces():
        for at in range(0, 3000, piece):
            yield data[at : min(at + piece, 3000)]
        yield data[3000:]

    heard = await target.sender.post("/packages", data=pieces(), headers={"Content-Type": "application/xml"})

    assert heard.code in {"xml_encoding", "xml_not_well_formed"}


@pytest.mark.parametrize("name", TEXTS)
async def test_odd_text_arrives_byte_for_byte_and_is_shown_harmless(target, name):
    data = make_package(SENDER, (RECIPIENT,), subject=TEXTS[name])

    await target.sender.send(data)
    item, got, _ = await target.recipient.receive()

    assert got == data
    assert item["subject"] == TEXTS[name] or not HARMFUL.search(item["subject"])


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_never_becomes_a_path_or_a_header(target, name):
    """The name may be refused; if it travels, the bytes are the sender's and the download's name is harmless."""
    data = make_package(SENDER, (RECIPIENT,), attachments=[(NAMES[name], plain_pdf(500))])
    hub = target.vxp.hub
    before = {path for path in hub.settings.folder.parent.rglob("*") if path.is_file()}

    heard = await target.offer(data)
    if heard.status != 201:
        assert heard.code in {"attachment_mismatch", "format_not_allowed", "profile_invalid", "schema_invalid"}
        return
    package_id = heard.json["package_id"]
    item, got, _ = await target.recipient.receive()
    file = await target.recipient.get(f"/packages/{package_id}/attachments/0")

    assert got == data
    assert item["package_id"] == package_id
    shown = file.headers.get("content-disposition", "")
    assert not HARMFUL.search(shown)
    assert not re.search(r"filename=\"?[^\";]*[/\\]", shown)
    after = {path for path in hub.settings.folder.parent.rglob("*") if path.is_file()}
    assert {path.parent for path in after - before} <= {hub.blobs.path(package_id).parent}


async def test_b_12_two_names_for_one_part_are_refused(target):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n{}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"; filename*=UTF-8\'\'b.exe\r\n\r\nx\r\n'
        b"--b--\r\n"
    )

    heard = await target.sender.post(
        "/packages", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert heard.status in {400, 415, 422}


@pytest.mark.parametrize(
    "names", [("a.pdf", "a.pdf"), ("ế.pdf", "e\u0302\u0301.pdf"), ("A.pdf", "a.pdf")], ids=lambda n: f"B-13 {n!a}"
)
async def test_two_attachments_of_one_name_both_arrive_in_order(target, names):
    files = [(name, plain_pdf(500 + at)) for at, name in enumerate(names)]
    data = make_package(SENDER, (RECIPIENT,), attachments=files)

    heard = await target.offer(data)

    if heard.status == 201:
        _, got, _ = await target.recipient.receive()
        assert got == data
    else:
        assert heard.code in {"profile_invalid", "attachment_mismatch"}
