"""A package that is written already, handed in with what edXML has no room for."""

from __future__ import annotations

import hashlib
import io
import json

import aiohttp
import pytest

from edxml.testing import make_package

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def form(package: bytes, sending: dict | bytes | None, *, package_first: bool = False) -> aiohttp.FormData:
    made = aiohttp.FormData()
    parts = []
    if sending is not None:
        data = io.BytesIO(sending if isinstance(sending, bytes) else json.dumps(sending).encode())
        parts.append(("sending", data, {"content_type": "application/json"}))
    parts.append(("package", io.BytesIO(package), {"content_type": "application/xml"}))
    for name, data, more in reversed(parts) if package_first else parts:
        made.add_field(name, data, **more)
    return made


@pytest.mark.parametrize("package_first", [True, False])
async def test_the_bytes_stay_as_they_are_and_what_goes_with_them_is_kept(offices, package_first):
    """law: R-107 CB Đ7.1"""
    sender, recipient, stranger = offices
    package = make_package(SENDER, [RECIPIENT, STRANGER])
    said = {
        "to": [{"code": RECIPIENT, "role": "know", "mode": "both"}, STRANGER], "paper_reason": "Hồ sơ gốc",
        "issued_at": "2026-11-20T08:15:00+07:00",
    }  # fmt: skip

    accepted = (await sender.post("/packages", data=form(package, said, package_first=package_first))).expect(201)
    item, data, _ = await recipient.receive()
    [plain] = await stranger.inbox()

    assert accepted["sha256"] == hashlib.sha256(package).hexdigest()
    assert data == package
    assert (item["role"], item["mode"], plain["role"]) == ("know", "both", "act")
    assert item["issued_at"].startswith("2026-11-20T08:15:00")
    assert (await sender.package(accepted["package_id"]))["sending"]["paper_reason"] == "Hồ sơ gốc"


async def test_a_repeat_is_the_same_package_with_and_without_more_words(offices):
    sender, *_ = offices
    package = make_package(SENDER, RECIPIENT)

    first = (await sender.post("/packages", data=form(package, {"reply_requested": False}))).expect(201)
    second = (await sender.offer(package)).expect(200)
    third = (await sender.post("/packages", data=form(package, None))).expect(200)

    assert first == second == third


@pytest.mark.parametrize(
    ("sending", "code"),
    [
        ({"subject": "Không có chỗ này"}, "schema_invalid"),
        ({"to": [{"group": "sở ngành"}]}, "schema_invalid"),
        ({"to": [{"code": RECIPIENT, "role": "boss"}]}, "schema_invalid"),
        (b"{", "bad_request"),
    ],
)
async def test_what_goes_with_a_package_is_read_as_strictly_as_metadata(offices, sending, code):
    sender, *_ = offices

    heard = await sender.post("/packages", data=form(make_package(SENDER, RECIPIENT), sending))

    assert heard.code == code
    assert heard.json["where"].startswith("sending")


async def test_words_go_with_a_package_and_metadata_with_files(offices):
    sender, *_ = offices
    metadata = io.BytesIO(json.dumps({"from": SENDER, "to": RECIPIENT, "subject": "Thử"}).encode())
    mixed, alone = form(b"", {}), aiohttp.FormData()
    mixed.add_field("metadata", metadata, content_type="application/json")
    alone.add_field("sending", io.BytesIO(b"{}"), content_type="application/json")

    for wrong in (mixed, alone):
        heard = await sender.post("/packages", data=wrong)
        assert heard.code == "schema_invalid", heard.body


async def test_a_replacement_is_always_written_by_the_hub(offices):
    sender, *_ = offices
    first = await sender.send(make_package(SENDER, RECIPIENT))
    package = make_package(SENDER, RECIPIENT)

    heard = await sender.post(f"/packages/{first['package_id']}/replace", data=form(package, None))

    assert heard.code == "schema_invalid"
