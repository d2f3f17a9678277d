"""One hostile PDF at every door: what the native API, the national axis's protocol and the axis itself make of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

from edxml.testing import TestCA, make_package, signed_pdf
from hub.flow import intake
from hub.store import packages

SENDER, RECIPIENT, OUTSIDE = "000.00.01.H99", "000.00.02.H99", "000.00.00.G22"
_numbers = itertools.count(7001)


@dataclass
class Doors:
    """A hub under attack and the authority it trusts."""

    target: Any
    ca: TestCA

    @property
    def hub(self):
        return self.target.vxp.hub

    def package(self, pdf: bytes, sender: str = SENDER) -> bytes:
        return make_package(sender, (RECIPIENT,), attachments=[("van-ban.pdf", pdf)], number=str(next(_numbers)))

    async def refused(self, pdf: bytes) -> str:
        """The native API's code; nothing of it is stored, and nobody receives anything."""
        data = self.package(pdf)
        heard = await self.target.offer(data)
        code = await self.target.refused(data)
        assert (heard.status, heard.code) == (422, code)
        return code

    async def wire(self, pdf: bytes) -> str:
        """The ErrorCode of `sendEdoc`."""
        return (await self.target.vxp.do("sendEdoc", self.package(pdf), SENDER)).code

    async def from_the_axis(self, pdf: bytes) -> dict[str, Any]:
        """What the recipient is told of a package that came from the national axis; it has taken it."""
        submission = intake.Submission(self.hub.system(self.target.vxp.system_id), "axis")
        data = self.package(pdf, OUTSIDE)

        async def body():
            yield data

        return await self._received(data, (await intake.accept(self.hub, body(), submission)).package_id)

    async def accepted(self, pdf: bytes) -> dict[str, Any]:
        """What the recipient is told of a package that the native API took; it has taken it unchanged."""
        data = self.package(pdf)
        return await self._received(data, (await self.target.sender.send(data))["package_id"])

    async def _received(self, data: bytes, package_id: str) -> dict[str, Any]:
        item, got, _ = await self.target.recipient.receive()
        assert (item["package_id"], got) == (package_id, data)
        row = await self.hub.db.read(lambda connection: packages.get(connection, package_id))
        told = (await self.target.recipient.get(f"/packages/{package_id}/verdicts")).expect(200)
        assert (row.status, row.verdict) == ("accepted", told["verdict"])
        assert json.loads(row.verdicts)["files"][0]["verdict"] == told["files"][0]["verdict"]
        return told

    def good(self, number: str) -> bytes:
        """A document as it should be: by a person, then by the sender."""
        signers = [("person", "Nguyễn Văn An"), ("organisation", f"Cơ quan {SENDER}")]
        return signed_pdf(self.ca, signers, text=f"Số: {number}/SNV-VP")

    async def still_passes(self) -> None:
        """Right after the attack a good document is PASSED, and an original."""
        number = str(next(_numbers))
        files = [("van-ban.pdf", self.good(number))]
        data = make_package(SENDER, (RECIPIENT,), attachments=files, number=number)
        sent = await self.target.sender.send(data)
        told = await self._received(data, sent["package_id"])
        assert (told["verdict"], told["legal_value"]) == ("PASSED", "original"), told
