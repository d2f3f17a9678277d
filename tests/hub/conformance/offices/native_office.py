"""A small office system at the native door, started by the kit with its credentials in the environment.

Its clerk does what the subject asks. `--wrong NAME` gives it one bad habit, so that each scenario is seen to fail.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import os
import re
import sys
from email.utils import formatdate
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[3]))

from actors import Office

from edxml.testing import make_package

WRONG = (
    "blind",  # acknowledges with the digest of the list, whatever came
    "silent",  # never says 01
    "forgetful",  # registers again what comes again
    "new-bytes",  # builds the package anew when it sends again
    "gives-up",  # stops for ever after trouble
    "hangs",  # no limit on any wait
    "obliging",  # accepts everything
    "numberless",  # accepts without an arrival number
    "one-agency",  # asks for its first agency only
    "first-only",  # never fetches anything but new documents
    "unknown",  # dies of elements it does not know
    "slow-clock",  # its clock is five minutes behind
    "deaf",  # never looks at statuses
    "unmarked",  # answers without the code in brackets
    "careless",  # takes an HTML page for success: what it had to send is forgotten
)
TROUBLE = (aiohttp.ClientError, OSError, AssertionError, ValueError, KeyError, UnicodeError)


class Clerk:
    def __init__(self, office: Office, wrong: str) -> None:
        self.office = office
        self.wrong = wrong
        self.book: dict[str, str] = {}  # delivery id -> arrival number
        self.outbox: list[tuple[str, dict]] = []  # what is still to be said or sent
        self.written: set[str] = set()

    async def round(self) -> None:
        query = {"recipient": self.office.codes[0]} if self.wrong == "one-agency" else {}
        for item in await self.office.inbox(**query):
            await self.take(item)
        while self.outbox:
            what, how = self.outbox[0]
            if what == "package":
                if self.wrong == "new-bytes":
                    how = {"data": make_package(**how["about"])}
                (await self.office.offer(how["data"])).expect(200, 201)
            else:
                heard = await self.office.say(what, **how)
                assert heard.status < 500, heard.status
            self.outbox.pop(0)

    async def take(self, item: dict) -> None:
        if self.wrong == "first-only" and item["kind"] != "new":
            return
        if self.wrong == "deaf" and item["kind"] == "status":
            return
        lease = await self.office.lease(item["delivery_id"])
        data = await self.office.content(item["package_id"])
        if self.wrong == "unknown" and b"TruongMoi" in data:
            raise ValueError("an element nobody knows")
        digest = hashlib.sha256(data).hexdigest()
        if digest != item["sha256"] and self.wrong != "blind":
            raise ValueError("damaged on the way")
        self.register(item)
        said = {"lease": lease["lease"], "sha256": item["sha256"]}
        (await self.office.post(f"/inbox/{item['delivery_id']}/ack", json=said)).expect(200)
        self.decide(item)

    def register(self, item: dict) -> None:
        if item["delivery_id"] not in self.book or self.wrong == "forgetful":
            number = str(len(self.book) + 1)
            if item["delivery_id"] in self.book:
                number = f"{number}bis"
                self.accept(item, self.book[item["delivery_id"]])
            self.book[item["delivery_id"]] = number

    def accept(self, item: dict, number: str) -> None:
        if "ACCEPT" in (item["subject"] or ""):
            words = {} if self.wrong == "numberless" else {"arrival_number": number, "arrival_date": "2026-01-06"}
            self.outbox.append((item["delivery_id"], {"code": "03", "staff": "Trần Thị Bình", **words}))

    def decide(self, item: dict) -> None:
        subject = item["subject"] or ""
        if item["kind"] == "recall":
            self.outbox.append(
                (item["delivery_id"], {"code": "15", "destroyed": True, "description": "Đã hủy văn bản"})
            )
            return
        if item["kind"] != "new":
            return
        if self.wrong != "silent":
            self.outbox.append((item["delivery_id"], {"code": "01"}))
        self.accept(item, self.book[item["delivery_id"]])
        if "REFUSE" in subject:
            said = {"code": "02", "reason_code": "INCOMPLETE", "description": "Thiếu phụ lục kèm theo"}
            said = {"code": "03"} if self.wrong == "obliging" else said
            said["staff"] = "Trần Thị Bình"
            self.outbox.append((item["delivery_id"], said))
        if "REPLY" in subject:
            mark = "" if self.wrong == "unmarked" else re.findall(r"\[[^]]*\]", subject)[0]
            about = {"sender": self.office.code, "to": item["from"], "subject": f"Trả lời {mark}"}
            self.outbox.append(("package", {"data": make_package(**about), "about": about}))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong", choices=WRONG, default="")
    wrong = parser.parse_args().wrong
    environment = os.environ
    office = Office(
        environment["TRUC_URL"],
        environment["TRUC_SYSTEM_ID"],
        environment["TRUC_SECRET"],
        tuple(environment["TRUC_ORGAN_IDS"].split(",")),
    )
    limit = None if wrong == "hangs" else 2
    date = formatdate(None if wrong != "slow-clock" else __import__("time").time() - 300, usegmt=True)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=limit)
    async with aiohttp.ClientSession(timeout=timeout, headers={"Date": date}) as session:
        office.session = session
        clerk = Clerk(office, wrong)
        while True:
            try:
                await clerk.round()
            except (*TROUBLE, TimeoutError):
                if wrong == "gives-up":
                    await asyncio.Event().wait()
                office.token = ""
                if wrong == "careless" and clerk.outbox:
                    clerk.outbox.pop(0)
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
