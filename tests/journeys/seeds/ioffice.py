"""An office system of the field at the VXP door, made of the SDK as integrators use it: one service object for life.

What such a program does: poll, fetch, know a docId it has, store, `updateStatus done`, say 01; its clerk does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from edxml import reader
from edxml.codes import BusinessType
from edxml.testing import make_status

if TYPE_CHECKING:
    from journeys.law.town import Party
    from vxp_client import Sdk

    from edxml.model import Package


@dataclass
class Entry:
    """One line of the register of incoming documents (sổ đăng ký văn bản đến)."""

    package: Package
    data: bytes
    number: int | None = None
    state: str = "01"
    wanted_back: str = ""


@dataclass
class IOffice:
    """One site. incoming, outgoing: its two registers; statuses: what its clerks were told of documents they sent."""

    party: Party
    code: str
    sdk: Sdk = field(init=False)
    incoming: dict[str, Entry] = field(default_factory=dict)
    outgoing: dict[str, str] = field(default_factory=dict)
    statuses: list[tuple[str, str, str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.sdk = self.party.vxp.sdk()

    async def call(self, method: str, *args: object, **more: str):
        """One SDK call with the object this program has had since it started; its header map only ever grows."""
        return await self.party.vxp.do(method, *args, sdk=self.sdk, **more)

    async def issue(self, data: bytes) -> str:
        """The clerk's 'phát hành'; the DocId."""
        reply = await self.call("sendEdoc", data, self.code)
        assert reply.ok, reply.json
        self.outgoing[reply.json["DocId"]] = reader.read(data).document_id
        return reply.json["DocId"]

    async def poll(self) -> int:
        """One round of its timer: documents, then statuses; how many were new."""
        count = 0
        for kind in ("edoc", "status"):
            listed = (await self.call("getReceivedEdocList", kind)).json["data"]
            for item in listed:
                count += await self._take(item["docId"], kind)
        return count

    async def _take(self, doc_id: str, kind: str) -> int:
        reply, data = await self.call("getEdoc", doc_id)
        assert reply.ok, reply.json
        new = doc_id not in self.known
        if new:
            self.known.add(doc_id)
            await self._store(reader.read(data), data, kind)
        assert (await self.call("updateStatus", doc_id, "done")).ok
        return new

    async def _store(self, package: Package, data: bytes, kind: str) -> None:
        if kind == "status":
            said = package.status
            assert said is not None
            self.statuses.append((said.response_for.document_id, package.sender_id, said.code, said.description))
            mine = self.incoming.get(said.response_for.document_id)
            if said.code == "13" and mine is not None:
                mine.wanted_back = said.description
            return
        if package.business.type is BusinessType.RECALL:
            self.incoming[package.document_id].wanted_back = package.business.reason
            return
        self.incoming[package.document_id] = Entry(package, data)
        await self.say(package.document_id, "01")

    async def say(self, document_id: str, code: str, words: str = "") -> None:
        """A status of one of its incoming documents, by the very pipe the documents use."""
        entry = self.incoming[document_id]
        message = make_status(code, self.code, entry.package, words)
        reply = await self.call("sendEdoc", message, self.code, "status")
        assert reply.ok, reply.json
        entry.state = code

    async def register(self, document_id: str) -> int:
        """The clerk's 'tiếp nhận': the next number of the register, told with 03."""
        entry = self.incoming[document_id]
        entry.number = 1 + max((one.number or 0 for one in self.incoming.values()), default=0)
        await self.say(document_id, "03", f"Số đến: {entry.number}; Ngày đến: {date.today():%Y-%m-%d}")  # noqa: DTZ011
        return entry.number

    async def sent(self, doc_id: str) -> dict[str, tuple[str, str]]:
        """'Văn bản đã phát hành': for each recipient the state of sending and of receiving."""
        rows = (await self.call("getSentEdocList", docId=doc_id)).json["data"]
        return {row["toCode"]: (row["sendStatus"], row["receiveStatus"]) for row in rows}

    def heard(self, document_id: str, sender: str) -> list[str]:
        """The codes one recipient said of a document, in their order."""
        return [code for about, who, code, _ in self.statuses if (about, who) == (document_id, sender)]
