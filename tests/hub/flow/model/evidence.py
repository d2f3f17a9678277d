"""What the journal and the receipts prove, and what no table may say: read from the hub, judged without its help."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from sqlalchemy import select

from hub.store import tables

E, A = tables.events, tables.alarms
PROVEN = {
    "package.accepted", "package.rejected", "package.erased", "delivery.delivered", "delivery.failed",
    "delivery.cancelled", "status.01", "status.02", "status.03", "status.04", "status.05", "status.06",
    "recall.asked", "recall.agreed", "recall.refused", "recall.destroyed", "takeback.asked", "takeback.agreed",
    "takeback.refused", "update.received", "update.agreed", "update.refused", "replace.linked", "registry.changed",
}  # fmt: skip
"""What a receipt is owed for, told once more: a transition that is taken off the hub's own list is missed here."""


class Wide(JWSRegistry):
    """A certificate in the header is longer than the library expects by itself."""

    max_header_length = 8192


WIDE = Wide(algorithms=["ES256"])


class Journal:
    """The whole journal as it grew: every line is read once, checked, and must be the same ever after."""

    def __init__(self, certificate: bytes) -> None:
        self._certificate = x509.load_pem_x509_certificate(certificate)
        self._key = ECKey.import_key(self._certificate.public_bytes(Encoding.PEM))
        self.lines: list = []

    def grow(self, connection) -> list:
        """What is new. I9: numbers without a gap, in the order of time written; I3, I4: one sound receipt each."""
        after = len(self.lines)
        new = connection.execute(select(E).where(E.c.seq > after).order_by(E.c.seq)).all()
        for number, line in enumerate(new, start=after + 1):
            assert line.seq == number, "the journal has a gap"
            self._judge(line)
        self.lines += new
        return new

    def unchanged(self, connection) -> None:
        """I9: nothing that was written is written again, but for nonces that are forgotten with the content."""
        rows = connection.execute(select(E).order_by(E.c.seq)).all()
        assert len(rows) == len(self.lines), (len(rows), len(self.lines))
        for now, then in zip(rows, self.lines, strict=True):
            assert now.nonce in (then.nonce, None)
            assert (now.seq, now.at, now.type, now.canonical, now.leaf, now.receipt) == (
                then.seq, then.at, then.type, then.canonical, then.leaf, then.receipt,
            )  # fmt: skip

    def _judge(self, line) -> None:
        proves = line.type in PROVEN
        assert (line.receipt is not None) == proves, line.type
        assert (line.leaf is not None) == proves
        if not proves:
            return
        header = json.loads(base64.urlsafe_b64decode(line.receipt.split(".")[0] + "=="))
        assert base64.b64decode(header["x5c"][0]) == self._certificate.public_bytes(Encoding.DER)
        told = json.loads(jws.deserialize_compact(line.receipt, self._key, registry=WIDE).payload)
        assert told["leaf"] == line.leaf
        if line.nonce is not None:
            inner = hashlib.sha256(line.nonce + line.canonical.encode()).digest()
            assert hashlib.sha256(b"\x00" + inner).hexdigest() == line.leaf
        said = json.loads(line.canonical)
        assert {name: told[name] for name in said} == said
        assert said["event"] == line.type
        for name in ("package_id", "delivery_id", "recipient"):
            assert said.get(name) == getattr(line, name)


def alarms_stand_once(connection, journal: Journal) -> None:
    """Each alarm was raised once for ever, in the table and in the journal."""
    columns = (A.c.kind, A.c.audience, A.c.organ_id, A.c.package_id, A.c.delivery_id, A.c.mark)
    stored = Counter(tuple(row) for row in connection.execute(select(*columns)))
    assert not [one for one, times in stored.items() if times > 1]
    told = [json.loads(line.detail) for line in journal.lines if line.type == "alarm.raised"]
    assert sum("audience" in one and one["alarm"] != "seen_to" for one in told) == sum(stored.values())
