"""What the demo claims, and whether it held: every promise with its checks, and receipts verified as an outsider would.

Nothing here uses the hub's own code for receipts: a JWS is checked with the certificate that the hub publishes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


class Promise(Enum):
    """What a province may rely on: Vietnamese, English."""

    SAME_BYTES = "Nơi nhận có đúng từng byte của nơi gửi", "the sender's very bytes"
    RECEIPT = "Biên nhận kiểm được bằng chứng thư trục công bố", "receipts verify from outside"
    ONCE = "Mỗi nơi nhận được giao đúng một lần", "each recipient exactly once"
    REPEAT = "Gửi trùng nhận lại biên nhận đầu tiên, từng byte", "a repeat gets the first receipt"
    EACH_ITS_OWN = "Nơi không nhận được có câu trả lời riêng", "who is not reached is answered"
    AT_THE_DOOR = "Văn bản sai bị chặn tại cửa, có nêu lý do", "what is wrong stops at the door"
    VERDICT = "Chữ ký số được kiểm và ghi đúng giá trị", "signatures verified, labelled"
    LATER = "Chưa kết luận được thì nói rõ, rồi tự kiểm lại", "undecided is said, then decided"
    STATUS = "Trạng thái xử lý về tới nơi gửi", "statuses come back"
    RECALL = "Thu hồi: hủy bản chưa rời trục, hỏi bản đã giao", "recall: stopped, or asked for"
    REPLACED = "Thay thế: bản mới nối với bản cũ, bản cũ được giữ", "replaced: linked, old one kept"
    OPERATOR = "Giữ và thả đúng theo người điều phối", "hold and release"
    DOORS = "Thư mục chung hay được gọi: nhận, gửi, trả lời như nhau", "folder or push: the same service"
    NOTICE = "Tin qua web hook có chữ ký, không kèm nội dung", "web hooks: signed, no content"
    ALIVE = "Biết đại lý còn sống và đồng hồ lệch bao nhiêu", "heartbeat and clock of the agent"
    AXIS_ILL = "Trục quốc gia chạy sai: không mất, không trùng", "an ill axis: none lost or doubled"

    @property
    def vietnamese(self) -> str:
        """For the summary."""
        return self.value[0]

    @property
    def english(self) -> str:
        """The same in English."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Check:
    """One claim. `seen`: what was there instead, when it did not hold."""

    promise: Promise
    claim: str
    holds: bool
    seen: str = ""


@dataclass(slots=True)
class Checks:
    """Everything claimed so far."""

    all: list[Check] = field(default_factory=list)

    def note(self, promise: Promise, claim: str, *, holds: bool, seen: object = "") -> Check:
        """Record one claim."""
        check = Check(promise, claim, holds, "" if holds else str(seen)[:300])
        self.all.append(check)
        return check

    @property
    def failed(self) -> list[Check]:
        """What did not hold."""
        return [check for check in self.all if not check.holds]

    @property
    def ok(self) -> bool:
        """Whether something was claimed of every promise, and all of it held."""
        return not self.failed and {check.promise for check in self.all} == set(Promise)

    def of(self, promise: Promise) -> tuple[int, int]:
        """(how many claims held, how many there were)."""
        mine = [check for check in self.all if check.promise is promise]
        return sum(check.holds for check in mine), len(mine)

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        rows = [
            {"promise": one.name.lower(), "held": self.of(one)[0], "checked": self.of(one)[1], "title": one.english}
            for one in Promise
        ]
        failed = [{"promise": one.promise.name.lower(), "claim": one.claim, "seen": one.seen} for one in self.failed]
        return {"ok": self.ok, "promises": rows, "failed": failed}


class BadReceiptError(ValueError):
    """A text is not a receipt under the published certificates; the text says what is wrong."""


def read_receipt(receipt: str, certificates: Sequence[str]) -> dict[str, Any]:
    """The content of a compact JWS (RFC 7515, ES256) signed under one of these certificates (base64 DER).

    Raises BadReceiptError.
    """
    try:
        head, body, signature = receipt.split(".")
        header = json.loads(_bytes(head))
        if header.get("alg") != "ES256":
            message = f"alg is {header.get('alg')}"
            raise BadReceiptError(message)
        if header["x5c"][0] not in certificates:
            message = "its certificate is not a published one"
            raise BadReceiptError(message)
        key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
        raw = _bytes(signature)
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 64:
            message = "not a P-256 signature"
            raise BadReceiptError(message)
        both = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key.verify(utils.encode_dss_signature(*both), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        content: dict[str, Any] = json.loads(_bytes(body))
    except InvalidSignature as cause:
        message = "the signature does not verify"
        raise BadReceiptError(message) from cause
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, binascii.Error) as cause:
        if isinstance(cause, BadReceiptError):
            raise
        message = f"not a receipt: {cause}"
        raise BadReceiptError(message) from cause
    return content


def wrong_with(receipt: str, certificates: Sequence[str], **expected: str) -> str:
    """What is wrong with a receipt that should verify and say these things; '' when nothing is."""
    try:
        content = read_receipt(receipt, certificates)
    except BadReceiptError as bad:
        return str(bad)
    wrong = [f"{name} is {content.get(name)!r}, not {value!r}" for name, value in expected.items()
             if content.get(name) != value]  # fmt: skip
    return "; ".join(wrong)


def leaf(canonical: str, nonce: str) -> str:
    """The leaf an event has in the log: H(0x00 | SHA-256(nonce | canonical event)), hex."""
    inner = hashlib.sha256(bytes.fromhex(nonce) + canonical.encode()).digest()
    return hashlib.sha256(b"\x00" + inner).hexdigest()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
