"""What waits at the hub: one delivery is leased, fetched, stored and acknowledged by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors import base
from connectors.calling.answers import trouble
from connectors.truc.answers import told
from connectors.truc.session import TROUBLE, Session

RESUMES = 5
"""How often a download that breaks off is continued where it stopped."""

REASONS: Mapping[str, str] = {
    "pdf_sig_invalid": "BAD_SIGNATURE", "pdf_modified_after_sign": "BAD_SIGNATURE", "sig_invalid": "BAD_SIGNATURE",
    "pdf_unreadable": "CORRUPT", "xml_not_well_formed": "CORRUPT", "attachment_mismatch": "INCOMPLETE",
    "profile_invalid": "INCOMPLETE", "org_unknown": "WRONG_RECIPIENT", "sender_not_allowed": "WRONG_RECIPIENT",
    "secret": "SECRET", "excluded_kind": "EXCLUDED_KIND", "format_not_allowed": "BAD_FORMAT", "virus": "VIRUS",
    "conflict": "DUPLICATE",
}  # fmt: skip
"""The reason of a 02 for each fault; all others are OTHER."""

_PIECE = 1 << 18
_WHO = "Phần mềm kết nối"
"""Who refuses when no person did."""


class Offered(base.Incoming):
    """One waiting delivery."""

    def __init__(self, session: Session, line: Mapping[str, Any]) -> None:
        self._session = session
        self._base = f"/inbox/{line['delivery_id']}"
        self.sha256 = str(line["sha256"])
        self.size = int(line["size"])
        self._handled_here = not line.get("stored_only")
        self._lease = ""
        self.remote_id = str(line["delivery_id"])
        self.message_type = "status" if line["kind"] == "status" else "edoc"
        self.package_id = str(line["package_id"])
        self.delivery_ids = (self.remote_id,)
        self.recipients = (str(line["recipient"]),)
        self.sending = _said(line)

    async def body(self) -> AsyncIterator[bytes]:
        digest, size, resumes = hashlib.sha256(), 0, 0
        await self._take_lease()
        while True:
            before = size
            try:
                async for piece in self._from(size):
                    digest.update(piece)
                    size += len(piece)
                    yield piece
                break
            except TROUBLE as cause:
                resumes = 0 if size > before else resumes + 1
                if resumes > RESUMES or not size:
                    raise base.PeerTroubleError(f"content: {trouble(cause)}") from cause
        if digest.hexdigest() != self.sha256:
            raise base.PeerTroubleError("the content is not what its digest says")

    async def _from(self, begin: int) -> AsyncIterator[bytes]:
        """The bytes from one position on. Raises one of TROUBLE also when they end early."""
        headers = {"Range": f"bytes={begin}-", "If-Range": f'"{self.sha256}"'} if begin else {}
        if begin >= self.size > 0:
            return
        async with self._session.call("GET", f"/packages/{self.package_id}/content", headers=headers) as response:
            if response.status != (206 if begin else 200):
                raise base.PeerTroubleError(f"content: HTTP {response.status}")
            async for piece in response.content.iter_chunked(_PIECE):
                begin += len(piece)
                if begin > self.size:
                    raise base.PeerTroubleError("more content than was announced")
                yield piece
        if begin < self.size:
            raise ConnectionResetError("the content ended early")

    async def confirm(self, taken: base.Taken) -> None:
        """Acknowledge; a lease that was lost is taken anew, the bytes are known already."""
        digest = taken.sha256 or self.sha256
        status, said = await self._acknowledge(digest)
        if status == 409 and said.get("code") == "lease_lost":
            await self._take_lease()
            status, said = await self._acknowledge(digest)
        if status != 200:
            raise base.PeerTroubleError(f"ack: {told(status, said)}")
        self.receipt = str(said.get("receipt") or "")

    async def reject(self, declined: base.Declined) -> None:
        """Refuse the document (02), or report what is wrong with it; then it has been received all the same."""
        words = ": ".join(one for one in (declined.code, declined.title_vi, declined.detail) if one)[:500]
        if self.message_type == "edoc" and self._handled_here:
            reason = REASONS.get(declined.code, "OTHER")
            await self._say("/status", {"code": "02", "reason_code": reason, "reason": words, "staff": _WHO})
        else:
            await self._say("/report", {"kind": "incident", "text": words, "staff": _WHO})
        await self.confirm(base.Taken())

    async def _acknowledge(self, digest: str) -> tuple[int, dict[str, Any]]:
        try:
            return await self._session.json(
                "POST", f"{self._base}/ack", {"lease": self._lease or "none", "sha256": digest}
            )
        except TROUBLE as cause:
            raise base.PeerTroubleError(f"ack: {trouble(cause)}") from cause

    async def claim(self) -> None:
        """Take the lease alone: from now on the sender's recall has to ask for it."""
        await self._take_lease()

    async def _take_lease(self) -> None:
        try:
            status, said = await self._session.json("POST", f"{self._base}/lease")
        except TROUBLE as cause:
            raise base.PeerTroubleError(f"lease: {trouble(cause)}") from cause
        if status != 200 or not isinstance(said.get("lease"), str):
            raise base.PeerTroubleError(f"lease: {told(status, said)}")
        self._lease = said["lease"]

    async def _say(self, path: str, said: Mapping[str, Any]) -> None:
        """Say it; a hub that will never take these words has heard them."""
        try:
            status, answered = await self._session.json("POST", self._base + path, said)
        except TROUBLE as cause:
            raise base.PeerTroubleError(f"{path}: {trouble(cause)}") from cause
        if status in (200, 201) or (answered.get("retry") == "never" and status < 500 and status != 401):
            return
        raise base.PeerTroubleError(f"{path}: {told(status, answered)}")


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    """What was said beside the package, under the names it was said by."""
    to = {"code": line["recipient"], "role": line.get("role") or "act", "mode": line.get("mode") or "electronic"}
    found: dict[str, Any] = {"to": [to]}
    for name in ("circulation", "request", "issued_at"):
        if line.get(name):
            found[name] = line[name]
    if line.get("reply_due"):
        found["reply_requested"] = True
    return found
