"""Ids and words of the axis that nothing can store or carry: no document is given again for them, none is held up."""

from __future__ import annotations

import pytest
from fake_peers.axis import OK

from hub.flow import calls
from hub.store import deliveries

from .test_reconciling import axis, sections, sent  # noqa: F401 - fixtures

ODD = ["d" * 150, "doc-\ud800", "doc-\x00-1", "doc\r\nX-Admin: yes", "mã-1", "a  b"]


async def delivery(hub, sent):  # noqa: F811
    return (await hub.db.read(lambda c: deliveries.of_package(c, sent.package.package_id)))[0]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("doc_id", ODD)
async def test_n_05_whatever_the_axis_calls_it_what_it_has_is_never_given_again(hub, axis, sent, doc_id, listed):  # noqa: F811
    def take(fields, body):
        if listed:
            axis.took[doc_id] = (fields["messagetype"], body)
        return {**OK, "DocId": doc_id}

    axis.script["sendEdoc"] = [take]
    await sent.give()

    assert (await delivery(hub, sent)).status == "delivered"
    assert [await sent.look() for _ in range(2)] == [0, 0]
    assert len(axis.said("sendEdoc")) == 2


async def test_n_05_one_the_axis_is_confused_about_holds_no_other_up(hub, axis, sent):  # noqa: F811
    confused = next(iter(axis.took))
    usual = axis.script["getSentEdocList"][0]
    axis.script["getSentEdocList"] = [lambda fields, body: "<html>" if fields.get("docId") == confused
                                      else usual(fields, body)]  # fmt: skip
    await sent.give()
    axis.took.clear()

    given = await sent.look()

    assert given == 1
    assert len(axis.said("sendEdoc")) == 3


async def test_n_06_words_that_nothing_can_store_are_told_with_what_is_left_of_them(hub, axis, sent):  # noqa: F811
    axis.script["sendEdoc"] = [{"status": "FAIL", "ErrorCode": "9\ud800", "ErrorDesc": "bận\ud800\x00 lắm"}]
    await sent.give()

    row = await delivery(hub, sent)
    await calls.flush(hub)

    assert (row.status, row.lease) == ("queued", None)
    assert "bận" in row.reason
