"""A small office system that only speaks the national axis's protocol and never heard of this hub.

Its clerk does what the subject asks. Each call is made by a fresh connection with a limit on every wait.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import vxp_client

from edxml import reader
from edxml.faults import Refusal
from edxml.testing import make_package, make_status

TROUBLE = (Refusal, vxp_client.NullResultError, OSError, ValueError, KeyError, EOFError)


class Office:
    def __init__(self) -> None:
        self.codes = os.environ["TRUC_ORGAN_IDS"].split(",")
        self.book: dict[str, str] = {}  # digest -> arrival number
        self.outbox: list[tuple[str, str, bytes]] = []

    def sdk(self) -> vxp_client.Sdk:
        told = os.environ
        return vxp_client.Sdk(told["TRUC_VXP_ENDPOINT"], told["TRUC_SYSTEM_ID"], told["TRUC_SECRET"])

    def round(self) -> None:
        with contextlib.closing(self.sdk()) as sdk:
            while self.outbox:
                kind, sender, data = self.outbox[0]
                answer = sdk.sendEdoc(data, sender, kind)
                if not answer.ok and answer.code == "20":
                    raise ValueError(answer.why)
                self.outbox.pop(0)
            for kind in ("edoc", "status"):
                for row in sdk.getReceivedEdocList(kind).json["data"]:
                    self.take(sdk, row, kind)

    def take(self, sdk: vxp_client.Sdk, row: dict, kind: str) -> None:
        _, data = sdk.getEdoc(row["docId"])
        package = reader.read(data)
        digest = hashlib.sha256(data).hexdigest()
        known = digest in self.book
        number = self.book.setdefault(digest, str(len(self.book) + 1))
        if not sdk.updateStatus(row["docId"], "done").ok:
            raise ValueError("not acknowledged")
        if kind == "edoc" and not known:
            self.decide(package, number)

    def decide(self, package, number: str) -> None:
        subject = package.header.subject
        own = [code for code in package.recipient_ids if code in self.codes]
        for code in own:
            if int(package.business.type) == 1:
                self.say("15", code, package, "Da huy van ban")
                continue
            self.say("01", code, package, "Da den")
            if "ACCEPT" in subject:
                self.say("03", code, package, f"Đã tiếp nhận, số đến {number}")
            if "REFUSE" in subject:
                self.say("02", code, package, "Thiếu phụ lục kèm theo")
        if "REPLY" in subject:
            reply = make_package(own[0], package.sender_id, subject=f"Trả lời {subject.partition(':')[0]}")
            self.outbox.append(("edoc", own[0], reply))

    def say(self, code: str, own: str, package, text: str) -> None:
        self.outbox.append(("status", own, make_status(code, own, package, text)))


def main() -> None:
    import socket

    connect = socket.create_connection
    socket.create_connection = lambda where, _limit=None, **more: connect(where, 2, **more)
    settle = socket.socket.settimeout
    socket.socket.settimeout = lambda self, _seconds: settle(self, 2)  # the SDK waits a minute; a check need not
    office = Office()
    while True:
        with contextlib.suppress(*TROUBLE):
            office.round()
        time.sleep(0.2)


if __name__ == "__main__":
    main()
