"""N-05: what the axis took and then lost is noticed and given once more, with one effect."""

from __future__ import annotations

import pytest
from fake_peers.axis import OK, FakeAxis

from connectors import base, outgoing
from edxml import reader
from edxml.testing import make_package
from hub import log
from hub.clock import FakeClock
from hub.flow import dispatch, peers, routing
from hub.flow.collecting import reconciling, unanswered
from hub.flow.recalls import withdraw
from hub.store import deliveries, events, relayed, tables

MINISTRY, OFFICE = "000.00.00.G99", "000.00.01.H99"


class LossyAxis(FakeAxis):
    """Lists what it took, but for those it has forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.took: dict[str, tuple[str, bytes]] = {}
        self.script["sendEdoc"] = [self._take]
        self.script["getSentEdocList"] = [self._list]

    def _take(self, fields, body):
        doc_id = next((one for one, (_, known) in self.took.items() if known == body), f"doc-{len(self.calls)}")
        self.took[doc_id] = (fields["messagetype"], body)
        return {**OK, "DocId": doc_id}

    def _list(self, fields, _body):
        rows = [{"senderDocId": name, "toCode": MINISTRY, "sendStatus": "done"} for name, (kind, _) in self.took.items()
                if kind == fields["messagetype"]]  # fmt: skip
        asked = [row for row in rows if row["senderDocId"] == fields.get("docId")]
        return {**OK, "data": asked if fields.get("docId") else rows}


@pytest.fixture
async def axis():
    made = LossyAxis()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def sections(tmp_path, axis):
    (tmp_path / "secret").write_text(axis.secret + "\n")
    said = {"endpoint": axis.url, "system_id": "00.01.H99", "secret_file": str(tmp_path / "secret")}
    return {"axis": said, "dispatch": {"timeout_seconds": 1, "backoff_seconds": [1]}}


@pytest.fixture
async def sent(hub, province, axis, sender):
    """A document the axis took; and the way to ask what it has."""
    await province.agencies(MINISTRY, scope="national")
    hub.clock = FakeClock(hub.clock.now())
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        yield await Sent(hub, sender, base.Tools(http, hub.clock.now, log.get(), 1)).give()


class Sent:
    def __init__(self, hub, sender, tools) -> None:
        self.hub, self.sender, self.tools = hub, sender, tools
        self.connections = peers.Connections(hub, tools)

    async def give(self):
        self.document = make_package(OFFICE, MINISTRY)
        self.package = await self.sender.give(self.document)
        dispatcher = dispatch.Dispatcher(self.hub, self.tools)
        await dispatcher.turn()
        await dispatcher.idle()
        await dispatcher.close()
        return self

    async def look(self, minutes: int = 31) -> int:
        self.hub.clock.advance(seconds=60 * minutes)
        connector = await self.connections.connector(peers.find(self.hub, routing.AXIS))
        return await reconciling.reconcile(self.hub, connector)

    async def journal(self) -> list[str]:
        return [one.type for one in await self.hub.db.read(lambda c: events.of_package(c, self.package.package_id))]

    async def alarms(self) -> list[str]:
        return [row.kind for row in await self.hub.db.read(lambda c: c.execute(tables.alarms.select()).all())]


async def test_n_05_what_the_axis_has_is_asked_for_once_and_never_again(sent, axis):
    given = [await sent.look() for _ in range(3)]

    assert given == [0, 0, 0]
    assert len(axis.said("sendEdoc")) == 1
    assert len(axis.said("getSentEdocList")) == 2  # documents, statuses
    assert await sent.alarms() == []


async def test_n_05_what_the_axis_forgot_is_given_again_and_an_operator_told(hub, sent, axis):
    """law: R-119 HN Đ12.3."""
    axis.took.clear()

    given = [await sent.look(), await sent.look()]

    assert given == [1, 0]
    assert [reader.read(body[:-2]).sha256 for _, body in axis.took.values()] == [sent.package.sha256]
    assert (await sent.journal()).count("relay.accepted") == 2
    assert (await sent.journal()).count("delivery.delivered") == 1
    assert await sent.alarms() == ["axis_forgot"]
    new_id = next(iter(axis.took))
    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package.package_id)))[0]
    assert await hub.db.read(lambda c: relayed.item_of(c, routing.AXIS, new_id)) == row.item_id


async def test_n_05_before_its_time_nothing_is_asked(sent, axis):
    axis.took.clear()

    assert await sent.look(minutes=29) == 0
    assert axis.said("getSentEdocList") == []


async def test_n_05_an_axis_that_forgets_for_ever_is_not_fed_for_ever(sent, axis):
    given = []
    for _ in range(6):
        axis.took.clear()
        given.append(await sent.look())

    assert given == [1, 1, 1, 0, 0, 0]
    assert "axis_keeps_forgetting" in await sent.alarms()


@pytest.mark.parametrize("answer", [{**OK, "data": None}, {**OK, "data": [None]}, "<html>", {"status": "FAIL"}])
async def test_n_05_a_list_that_cannot_be_read_proves_nothing(sent, axis, answer):
    axis.took.clear()
    axis.script["getSentEdocList"] = [answer]

    with pytest.raises(base.PeerTroubleError):
        await sent.look()

    assert len(axis.said("sendEdoc")) == 1


async def test_n_05_what_its_sender_wants_back_is_not_sent_again(hub, sent, axis):
    axis.took.clear()
    await withdraw.withdraw(hub, sent.sender.system, sent.package.package_id, reason="Sai")

    assert await sent.look() == 0
    assert axis.said("sendEdoc")[0]["messagetype"] == "edoc"
    assert len(axis.said("sendEdoc")) == 1


async def test_a_document_the_axis_brings_no_answer_to_is_reported_until_somebody_answers(hub, sent):
    """law: R-119 QĐ28 Đ14.2."""
    early = await unanswered.report(hub)
    hub.clock.advance(seconds=3 * 86_400 + 1)
    late = [await unanswered.report(hub), await unanswered.report(hub)]
    row = (await hub.db.read(lambda c: deliveries.of_package(c, sent.package.package_id)))[0]
    await hub.db.write(lambda c: deliveries.set_facts(c, row.id, business_status="01"))
    await unanswered.report(hub)

    told = await hub.db.read(lambda c: c.execute(tables.alarms.select()).all())
    assert (early, late) == (0, [1, 0])
    assert [(one.kind, one.audience, one.delivery_id) for one in told] == [("axis_no_answer", "operator", row.id)]
    assert told[0].cleared_at
