"""Group A: malformed XML is refused by name, at once, and leaves nothing."""

from __future__ import annotations

import time

import pytest

from edxml import reader
from edxml.faults import Refusal

from .malformed import CASES, good


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_malformed_xml(target, case):
    data = case.spoil(good())
    begun = time.process_time()

    if case.codes is None:
        await target.sender.send(data)
        _, got, _ = await target.recipient.receive()
        assert got == data
    else:
        assert await target.refused(data) in case.codes

    assert time.process_time() - begun < 5


@pytest.mark.parametrize("first", [0, 997])
def test_a_01_a_package_cut_off_anywhere_is_not_well_formed(first):
    data = good()
    places = range(min(len(data) - 1, 4096)) if first == 0 else range(4096, len(data) - 1, 997)

    for end in places:
        with pytest.raises(Refusal) as caught:
            reader.read(data[:end])
        assert caught.value.fault.slug in {"xml_not_well_formed", "xml_encoding"}, end


REFERENCES = {
    "A-17a of nothing": b"other-",
    "A-17b of a file": b"file:///etc/passwd?",
    "A-17c of a place on the web": b"http://127.0.0.1:9/",
}


@pytest.mark.parametrize("name", REFERENCES)
async def test_a_reference_that_fits_no_attachment_is_refused_and_never_fetched(target, name):
    data = good().replace(b"<ContentId>cid:", b"<ContentId>" + REFERENCES[name], 1)
    data = data.replace(b"<AttachmentName>", b"<AttachmentName>x-", 1)  # a name that fits would be enough

    assert await target.refused(data) in {"attachment_mismatch", "schema_invalid", "profile_invalid"}


DATES = ("2026-02-30", "0000/01/01", "2026/13/01", "24:00:00", "+14:00", "INF", "-1", "9" * 400, "٢٠٢٦/٠١/٠١")


@pytest.mark.parametrize("number", range(len(DATES)), ids=lambda n: f"A-14{'abcdefghi'[n]}")
async def test_a_date_that_is_none_is_refused_or_kept_as_text_and_never_trouble(target, number):
    data = good()
    at = data.index(b"<edXML:PromulgationDate>") + len(b"<edXML:PromulgationDate>")
    data = data[:at] + DATES[number].encode() + data[data.index(b"</edXML:PromulgationDate>") :]

    heard = await target.offer(data)

    assert heard.status == 201 or heard.code in {"schema_invalid", "profile_invalid"}
    for item in await target.recipient.inbox():
        lease = await target.recipient.lease(item["delivery_id"])
        await target.recipient.ack(item["delivery_id"], lease["lease"], data)
