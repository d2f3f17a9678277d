"""What an agent is fit for, looked at without moving anything: its folder, its signature, both sides, the clock."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors import base
from connectors.agent import sides
from connectors.agent.settings import Settings, Side
from edxml.package_signature.signing import Signer

CLOCK_SECONDS = 60
"""A difference of the clocks that somebody should see to."""
EXPIRES_DAYS = 30
"""A certificate that ends so soon should be renewed now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ok: False when the agent cannot do its work like this."""

    subject: str
    ok: bool
    vietnamese: str
    english: str


async def check(settings: Settings, tools_of: Callable[..., base.Tools]) -> AsyncIterator[Finding]:
    """Look at everything once. tools_of: the surroundings for the connector of one side."""
    yield _folder(settings.folder)
    for file in filter(_is_open, settings.secret_files):
        name = f"chmod 600 {file}"
        yield Finding("secret", False, f"người khác đọc được tệp khóa: {name}", f"others may read a key: {name}")
    if settings.signature is not None:
        yield _signature(settings, tools_of("hub").now())
    for name, side in (("hub", settings.hub), ("office", settings.office)):
        connector = side.connect(tools_of(name))
        try:
            wrong = await connector.check()
            yield _side(name, side, wrong)
            if wrong is None and isinstance(connector, sides.KnowsTime) and connector.clock_seconds is not None:
                yield _clock(connector.clock_seconds)
        finally:
            await connector.close()


def _side(name: str, side: Side, wrong: str | None) -> Finding:
    subject = f"{name} ({side.kind})"
    if wrong is None:
        return Finding(subject, True, "trả lời", "answers")
    return Finding(subject, False, f"không dùng được: {wrong}", f"cannot be used: {wrong}")


def _clock(seconds: float) -> Finding:
    # law: R-094 HN Đ12.3
    return Finding(
        "clock",
        abs(seconds) <= CLOCK_SECONDS,
        f"đồng hồ máy này {'nhanh' if seconds >= 0 else 'chậm'} {abs(seconds):.0f} giây so với trục",
        f"this clock is {abs(seconds):.0f} s {'ahead of' if seconds >= 0 else 'behind'} the hub's",
    )


def _is_open(file: Path) -> bool:
    return file.is_file() and bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial = folder / ".trial"
        trial.write_bytes(b"trial")
        trial.unlink()
        usage = os.statvfs(folder)
        open_to_others = bool(folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError as cause:
        why = cause.strerror or str(cause)
        return Finding("folder", False, f"không ghi được {folder}: {why}", f"cannot write {folder}: {why}")
    if open_to_others:
        return Finding(
            "folder", False, f"người khác đọc được {folder}: chmod 700", f"others may read {folder}: chmod 700"
        )
    free = usage.f_bavail * usage.f_frsize // (1 << 20)
    return Finding("folder", True, f"{folder}, còn trống {free} MiB", f"{folder}, {free} MiB free")


def _signature(settings: Settings, now: datetime) -> Finding:
    try:
        signer = sides.signer(settings)
    except (OSError, ValueError) as cause:
        return Finding("signature", False, f"không dùng được: {cause}", f"cannot be used: {cause}")
    return _certificate(signer, now)


def _certificate(signer: Signer, now: datetime) -> Finding:
    certificate = signer.certificates[0]
    ends = certificate.not_valid_after_utc
    day = ends.date().isoformat()
    if not certificate.not_valid_before_utc <= now < ends:
        return Finding(
            "signature", False, f"chứng thư không trong thời hạn (đến {day})", f"the certificate is not valid ({day})"
        )
    soon = (ends - now).days < EXPIRES_DAYS
    return Finding("signature", not soon, f"chứng thư có hiệu lực đến {day}", f"the certificate is valid until {day}")
