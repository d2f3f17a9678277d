"""A process that hands the same packages to a connector over and over, to be killed at any moment.

python handing_over.py KIND SETTINGS.json ITEMS: items are made from their number alone, so each run has the same ones.
Prints the number of each item that was said to be delivered.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import connectors
from connectors import base, outgoing
from edxml import model, writer


class Silent:
    def info(self, event, **facts):
        pass

    warning = info


def package(number: int) -> bytes:
    """A document that is the same in every process."""
    header = model.MessageHeader(
        sender=model.Organization("000.00.01.H99", "Sở Nội vụ"),
        recipients=(model.Organization("000.00.02.H99", "Sở Tài chính"),),
        document_id=f"000.00.01.H99,2026/01/02,{number}/SNV",
        code=model.Code(str(number), "SNV"),
        subject=f"Văn bản {number}",
    )
    file = writer.OutgoingAttachment("a.pdf", b"%PDF-1.7\n" + b"%0123456789\n" * 20_000, content_id=f"cid{number}")
    return writer.write_edoc(header, model.Business(document_id=header.document_id), (), [file])


def item(number: int) -> base.Parcel:
    """The item of that number."""
    data = package(number)

    async def opened():
        for at in range(0, len(data), 16_384):
            yield data[at : at + 16_384]
            await asyncio.sleep(0)

    return base.Parcel(
        f"item-{number}", f"p-{number}", "edoc", "", "000.00.01.H99", ("000.00.02.H99",), 0, len(data),
        hashlib.sha256(data).hexdigest(), opened,
    )  # fmt: skip


async def main(kind: str, settings: dict, items: int) -> None:
    cls = connectors.load(kind)
    guard = outgoing.Guard(["127.0.0.0/8"])
    async with outgoing.session(guard, timeout_seconds=5) as http:
        tools = base.Tools(http, lambda: datetime.now(UTC), Silent(), 5, permits=guard.permits)
        made = cls(cls.settings_type.model_validate(settings), tools)
        for number in range(items):
            while not isinstance(outcome := await made.deliver(item(number)), base.Delivered):
                print(outcome, file=sys.stderr, flush=True)
                await asyncio.sleep(0.05)
            print(number, flush=True)
        await made.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text("utf-8")), int(sys.argv[3])))
