"""The end of every story: the invariants I1-I7 of the threat list, asked at the doors and of the books.

I1 no loss, I2 one effect, I3 receipts sound, I4 receipts complete, I5 same bytes, I6 isolation, I7 order.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from edxml.codes import BusinessType
from hub import states
from hub.flow import content
from hub.store import deliveries, events, packages

from .town import Got, Party, Sent, Town, digest

UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Audit:
    """Asks what must hold of a story, whatever happened in it."""

    def __init__(self, town: Town, stranger: Party, published: list[str]) -> None:
        self.town, self.stranger, self.published = town, stranger, published

    async def __call__(self, *sent: Sent, repeats: bool = True) -> None:
        """Everything about these documents, and about what their parties got. repeats: whether each is sent again."""
        for one in sent:
            await self._kept(one)
            if repeats:
                await self._repeated(one)
            await self._proven(one)
            await self._isolated(one)
            await self._in_order(one)
        for party in self.town.parties:
            self._same_bytes(party, {one.id for one in sent})

    # ----------------------------------------------------------------------------------------------- I1, I2, I5

    async def _kept(self, sent: Sent) -> None:
        """I1, I5: in one state, and the stored bytes are those of the receipt."""
        row = await self.town.hub.db.read(lambda connection: packages.get(connection, sent.id))
        assert row is not None
        receipt = self.verified(await sent.by.native.receipt(sent.id))
        assert receipt["sha256"] == row.sha256
        if sent.data is not None:
            assert row.sha256 == digest(sent.data)
        if row.status == states.PackageStatus.ERASED:
            assert row.key is None
            assert (await sent.by.native.get(f"/packages/{sent.id}/content")).status == 404
            return
        stored = b"".join([piece async for piece in content.of_row(self.town.hub, row).chunks()])
        assert digest(stored) == row.sha256

    async def _repeated(self, sent: Sent) -> None:
        """I2: sent again, it is the first one, and its receipt is the first one byte for byte."""
        if sent.data is None:
            return
        count = len(await self._rows(sent))
        if sent.door == "vxp":
            reply = await sent.by.vxp.do("sendEdoc", sent.data, sent.by.code)
            assert reply.json["DocId"] == sent.id
        else:
            again = (await sent.by.native.offer(sent.data)).expect(200)
            assert (again["package_id"], again["receipt"]) == (sent.id, sent.answer["receipt"])
        assert len(await self._rows(sent)) == count

    def _same_bytes(self, party: Party, about: set[str]) -> None:
        """I2, I5: each delivery came once; its bytes are those of the list, and of the receipt of the hand-over."""
        mine = [got for got in party.got if got.item["package_id"] in about]
        assert max(Counter(got.delivery for got in mine).values(), default=1) == 1
        for got in mine:
            assert digest(got.data) == got.item["sha256"] == self.handed_over(got)["sha256"]

    def handed_over(self, got: Got) -> dict[str, Any]:
        """The content of a hand-over's receipt."""
        said = self.verified(got.receipt)
        assert (said["event"], said["delivery_id"]) == ("delivery.delivered", got.delivery)
        return said

    # --------------------------------------------------------------------------------------------------- I3, I4

    def verified(self, receipt: str) -> dict[str, Any]:
        """I3: the content of a receipt, verified with nothing but the published certificates."""
        head, payload, signature = receipt.split(".")
        header, raw = json.loads(_plain(head)), _plain(signature)
        assert header["alg"] == "ES256"
        assert header["x5c"][0] in self.published
        key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        made = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(made, f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
        return json.loads(_plain(payload))

    async def _proven(self, sent: Sent) -> None:
        """I3, I4: each proving event has one receipt that verifies and hashes to its leaf; the others have none."""
        journal = await self.town.hub.db.read(lambda connection: list(events.of_package(connection, sent.id)))
        for line in journal:
            assert (line.receipt is not None) == (line.type in states.PROVING), line.type
        shown = (await sent.by.native.get(f"/packages/{sent.id}/receipts")).expect()["receipts"]
        for one in shown:
            said = self.verified(one["receipt"])
            assert (said["event"], said["leaf"]) == (one["type"], one["leaf"])
            if one["nonce"]:
                assert leaf(one["nonce"], one["canonical"]) == one["leaf"]
        leaves = {line.leaf for line in journal if line.leaf}
        assert {one["leaf"] for one in shown} <= leaves
        ends = Counter((line.delivery_id, line.type) for line in journal if line.type == "delivery.delivered")
        assert max(ends.values(), default=1) == 1
        for row in await self._rows(sent):
            told = [line.type for line in journal if line.delivery_id == row.id]
            for status in ("delivered", "failed", "cancelled"):
                if row.status == status and row.copy not in states.BESIDE:
                    born = status != "delivered" and not told
                    assert born or f"delivery.{status}" in told, (row.recipient, status, told)

    # ------------------------------------------------------------------------------------------------------- I6

    async def _isolated(self, sent: Sent) -> None:
        """I6: to a third agency every id answers as one that nobody ever had."""
        ids = [(f"/packages/{{}}{path}", sent.id) for path in ("", "/content", "/timeline", "/receipts", "/verdicts")]
        ids += [("/inbox/{}/duplicates", row.id) for row in await self._rows(sent)]
        for path, known in ids:
            heard, nobody = [await self.stranger.native.get(path.format(one)) for one in (known, UNKNOWN)]
            assert (heard.status, heard.code) == (nobody.status, nobody.code) == (404, "not_found")
            assert heard.body.replace(known.encode(), b"") == nobody.body.replace(UNKNOWN.encode(), b"")
        [row, *_] = await self._rows(sent)
        for path in ("lease", "status"):
            body = {"json": {"code": "03"}} if path == "status" else {}
            assert (await self.stranger.native.post(f"/inbox/{row.id}/{path}", **body)).code == "not_found"
        assert (await self.stranger.native.post(f"/packages/{sent.id}/withdraw", json={"reason": "x"})).status == 404
        fetched, _ = await self.stranger.vxp.do("getEdoc", row.item_id or row.id)
        assert not fetched.ok
        alarms = (await self.stranger.native.get("/alarms", params={"open": "false"})).expect()["items"]
        assert [one for one in alarms if one["package_id"] == sent.id] == []
        assert [one for one in await self.stranger.native.events() if one["package_id"] == sent.id] == []

    # ------------------------------------------------------------------------------------------------------- I7

    async def _in_order(self, sent: Sent) -> None:
        """I7: the journal goes forward; nothing of a document reaches a recipient before the document did."""
        journal = await self.town.hub.db.read(lambda connection: list(events.of_package(connection, sent.id)))
        assert all(a.seq < b.seq for a, b in pairwise(journal))
        row = await self.town.hub.db.read(lambda connection: packages.get(connection, sent.id))
        thread = await self.town.hub.db.read(lambda c: packages.thread(c, row.sender, row.document_id))
        first = {}
        for one in sorted(thread, key=lambda one: one.business_type in (BusinessType.RECALL, BusinessType.UPDATE)):
            if one.business_type in (BusinessType.NEW, BusinessType.REPLACEMENT):
                first.setdefault(one.recipient, one.exposed_at)
            elif one.exposed_at is not None and one.recipient in first:
                assert first[one.recipient] is not None, "a revision left before its document"
                assert first[one.recipient] <= one.exposed_at

    async def _rows(self, sent: Sent) -> list[Any]:
        return list(await self.town.hub.db.read(lambda connection: deliveries.of_package(connection, sent.id)))


async def published(party: Party) -> list[str]:
    """The certificates that verify receipts, as anybody may fetch them."""
    return (await party.native.call("GET", "/api/../.well-known/truc.json")).expect()["receipt_certificates"]


def leaf(nonce: str, canonical: str) -> str:
    """The leaf of the log, as the design has it."""
    inner = hashlib.sha256(bytes.fromhex(nonce) + canonical.encode()).digest()
    return hashlib.sha256(b"\x00" + inner).hexdigest()


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
