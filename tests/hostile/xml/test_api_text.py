"""A-18, B-08, B-09: what the native door is told in JSON and in parts."""

from __future__ import annotations

import io
import json

import pytest

from edxml.testing import plain_pdf

RECIPIENT = "000.00.02.H99"


def metadata(**more) -> dict:
    """What a clerk's program says of a document."""
    return {"from": "000.00.01.H99", "to": [RECIPIENT], "subject": "V/v kiểm thử", **more}


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"subject": "a\u0000b"}, id="B-08a a NUL in the subject"),
        pytest.param({"number": "1\u0000"}, id="B-08b a NUL in the number"),
        pytest.param({"to": ["000.00.02.H99\u0000"]}, id="B-08c a NUL in a code"),
        pytest.param({"subject": "x" * 100_000}, id="B-09a a subject of 100,000 letters"),
        pytest.param({"subject": "e\u0323\u0302" * 20_000}, id="B-09b marks beyond measure"),
    ],
)
async def test_text_that_cannot_be_stored_is_refused_by_name(target, spoilt):
    heard = await target.sender.send_files(metadata(**spoilt), ("van-ban.pdf", plain_pdf(500)))

    assert heard.status in {400, 422}, heard.body[:300]
    assert heard.code in {"schema_invalid", "profile_invalid", "xml_not_well_formed", "org_unknown", "xml_limit"}


async def test_b_08_half_a_letter_is_refused(target):
    said = json.dumps(metadata(subject="\ud800")).encode()
    body = (
        HEAD + said + b'\r\n--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\nx\r\n--b--\r\n'
    )

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    heard = await target.sender.post("/packages", data=io.BytesIO(body), headers=kind)

    assert heard.status in {400, 422}, heard.body[:300]


@pytest.mark.parametrize("length", [255, 256, 4096])
async def test_b_09_a_long_name_is_kept_whole_or_refused(target, length):
    name = "ế" * (length // 3) + ".pdf"

    heard = await target.sender.send_files(metadata(), (name, plain_pdf(500)))

    if heard.status == 201:
        package = await target.sender.package(heard.json["package_id"])
        assert name in json.dumps(package, ensure_ascii=False)
        await target.recipient.receive()
    else:
        assert heard.code in {"schema_invalid", "profile_invalid", "attachment_mismatch", "xml_limit"}


HEAD = b'--b\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n'
PARTS = {
    "A-18a no boundary": ("multipart/form-data", HEAD + b"{}\r\n--b--\r\n"),
    "A-18b another boundary": ("multipart/form-data; boundary=c", HEAD + b"{}\r\n--b--\r\n"),
    "A-18c the boundary in the data": ("multipart/form-data; boundary=b", HEAD + b"{\r\n--b\r\n}\r\n--b--\r\n"),
    "A-18d nested 50 times": (
        "multipart/form-data; boundary=b",
        b"".join(b"--b\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % n for n in range(50)),
    ),
    "A-18e a part without a head": ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
    "A-18f two documents": ("multipart/form-data; boundary=b", HEAD + b"{}\r\n" + HEAD + b"{}\r\n--b--\r\n"),
    "A-18g cut off": ("multipart/form-data; boundary=b", HEAD + b'{"from'),
}


@pytest.mark.parametrize("name", PARTS)
async def test_parts_that_do_not_fit_are_refused(target, name):
    kind, body = PARTS[name]

    heard = await target.sender.post("/packages", data=io.BytesIO(body), headers={"Content-Type": kind})

    assert heard.status in {400, 415, 422}, heard.body[:300]
    assert not list(target.vxp.hub.scratch.iterdir())
