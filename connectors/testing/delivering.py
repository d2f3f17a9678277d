"""Scenarios of handing over: one effect, whole bytes, cancelling, streaming, names."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import Literal

from connectors import base
from connectors.testing import parcels
from connectors.testing.bench import Bench
from connectors.testing.parcels import Watched
from connectors.testing.peer import Mode, Peer
from connectors.testing.scenario import Failed, Scenario, Words

HELD_BYTES = 48_000_000
"""Most memory that handing over a package of any size may take."""

AHEAD_BYTES = 32_000_000
"""Most bytes pulled for a peer that reads none: what the buffers of both ends hold."""

CANCEL_SECONDS = 3

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


def _any(peer: Peer | None) -> bool:
    return peer is not None


async def hands_over(bench: Bench) -> None:
    """A document, a status and a larger document arrive whole."""
    async with bench.connector() as connector:
        for source, kind in ((parcels.small(), "edoc"), (parcels.status(), "status"), (parcels.medium(), "edoc")):
            watched = bench.parcel(source, message_type=kind)
            await bench.delivered(connector, watched)
            await _arrived_once(bench, watched)


async def keeps_names(bench: Bench) -> None:
    """Vietnamese in both Unicode forms stays byte for byte."""
    async with bench.connector() as connector:
        for form in _FORMS:
            watched = bench.parcel(parcels.vietnamese(form))
            await bench.delivered(connector, watched)
            await _arrived_once(bench, watched)


async def repeats_once(bench: Bench) -> None:
    """The same parcel twice, and once more by a new connector, is one effect."""
    watched, other = bench.parcel(), bench.parcel()
    async with bench.connector() as connector:
        await bench.delivered(connector, watched)
        await bench.delivered(connector, watched)
        await bench.delivered(connector, other)
    async with bench.connector() as connector:
        await bench.delivered(connector, watched)
    for one in (watched, other):
        await _arrived_once(bench, one)


async def repeats_at_once(bench: Bench) -> None:
    """Two tasks of one connector hand different parcels over at the same time; each arrives once."""
    several = [bench.parcel(parcels.medium()) for _ in range(4)]
    async with bench.connector() as connector, asyncio.TaskGroup() as tasks:
        for one in several:
            tasks.create_task(bench.delivered(connector, one))
    for one in several:
        await _arrived_once(bench, one)


async def cancelled(bench: Bench) -> None:
    """Cancelled at the first, a middle, the last piece and after it: it ends, nothing stays, the next try works."""
    async with bench.connector() as connector:
        pieces = bench.parcel(parcels.medium()).pieces
        for point in (0, 1, pieces // 2, pieces - 1, pieces):
            watched = bench.parcel(parcels.medium(), stop_at=point)
            await _cancel(bench, connector, watched)
            await _nothing_half_done(bench, watched, f"{point}/{pieces}")
            watched.stop_at = None
            await bench.delivered(connector, watched)
            await _arrived_once(bench, watched)
        if left := await bench.there().half_done():
            raise _half_done(left)


async def streams(bench: Bench) -> None:
    """A large package passes without being held whole."""
    peer = bench.there()
    size = min(bench.large_bytes, peer.largest_bytes)
    path = await asyncio.to_thread(parcels.large, bench.folder / "large.edxml", size)
    watched = bench.parcel(path, piece_bytes=1 << 18)
    allowed = min(HELD_BYTES, max(size // 2, 8_000_000))
    assert watched.sha256, "computed before anything is measured"
    bench.hard_seconds = max(bench.hard_seconds, 120)
    async with bench.connector() as connector:
        tracemalloc.start(1)
        try:
            await bench.delivered(connector, watched)
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    if held > allowed:
        raise _held(held, size)
    await _arrived_once(bench, watched)


async def waits_for_reader(bench: Bench) -> None:
    """What a peer does not read is not pulled: memory does not grow with the package."""
    size = min(bench.large_bytes, bench.there().largest_bytes)
    path = await asyncio.to_thread(parcels.large, bench.folder / "large.edxml", size)
    watched = bench.parcel(path, piece_bytes=1 << 18)
    assert watched.sha256, "computed before the clock runs"
    await bench.misbehave(Mode.HALF_OPEN)
    async with bench.connector() as connector:
        task = asyncio.ensure_future(connector.deliver(watched.parcel()))
        await asyncio.wait({task}, timeout=bench.timeout_seconds * 3)
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_SECONDS)
    if watched.pulled > AHEAD_BYTES:
        raise _held(watched.pulled, size)


async def _cancel(bench: Bench, connector: base.Connector, watched: Watched) -> None:
    task = asyncio.ensure_future(connector.deliver(watched.parcel()))
    reached = asyncio.ensure_future(watched.reached.wait())
    await asyncio.wait({task, reached}, timeout=bench.hard_seconds, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    if task.done() and watched.stop_at == watched.pieces and not task.cancelled():
        return  # it had its `size` bytes and asked for no more: nothing to cancel in the middle of
    task.cancel()
    await asyncio.wait({task}, timeout=CANCEL_SECONDS)
    if not task.done() or not task.cancelled():
        raise Failed(
            Words("bị hủy giữa chừng mà không dừng", "it was cancelled in the middle and went on"),
            Words(
                "không bắt CancelledError; dọn dẹp trong finally rồi để nó đi tiếp",
                "do not catch CancelledError; clear up in `finally` and let it pass",
            ),
        )


async def _nothing_half_done(bench: Bench, watched: Watched, point: str) -> None:
    whole = {watched.sha256, None}
    for one in await bench.arrivals(watched):
        if one.item_id == watched.item_id and one.sha256 not in whole:
            raise _half_done([f"{one.item_id} ({point})"])
    known = {one.item_id for one in await bench.there().received()}
    if watched.item_id in known and watched.stop_at is not None and watched.stop_at < watched.pieces:
        raise _half_done([f"{watched.item_id} ({point})"])


def _half_done(left: list[str]) -> Failed:
    shown = "; ".join(left)[:300]
    return Failed(
        Words(f"bị hủy giữa chừng còn để lại: {shown}", f"cancelled in the middle it left behind: {shown}"),
        Words(
            "ghi vào tên tạm rồi đổi tên (hoặc một giao dịch), xóa phần dở trong finally",
            "write under a temporary name and rename (or one transaction), clear what is half done in `finally`",
        ),
    )


def _held(held: int, size: int) -> Failed:
    amounts = f"{held // 1_000_000} MB / {size // 1_000_000} MB"
    return Failed(
        Words(f"giữ cả gói trong bộ nhớ: {amounts}", f"it holds the package in memory: {amounts}"),
        Words("chuyển từng mảnh của parcel.open() đi ngay", "pass each piece of parcel.open() on as it comes"),
    )


async def _arrived_once(bench: Bench, watched: Watched) -> None:
    """One effect with exactly the bytes."""
    found = await bench.there().received()
    own = [one for one in found if one.item_id == watched.item_id]
    if not own:
        own = [one for one in found if one.item_id == "" and one.sha256 == watched.sha256]
    if len(own) != 1:
        raise Failed(
            Words(f"bên kia có {len(own)} bản của cùng một gói", f"the peer has {len(own)} of one package"),
            Words(
                "dùng parcel.item_id để nhận ra gói được gửi lại; chỉ trả Delivered khi bên kia đã có",
                "let parcel.item_id tell that it comes again; give Delivered only once the peer has it",
            ),
        )
    if own[0].sha256 not in (None, watched.sha256):
        raise Failed(
            Words("bên kia có nội dung khác với gói đã gửi", "the peer has other bytes than were sent"),
            Words("chuyển nguyên từng byte, không đổi mã hóa hay tên", "pass the bytes on as they are"),
        )


SCENARIOS = (
    Scenario("hands_over", Words("Giao nguyên vẹn văn bản và trạng thái", "hands documents and statuses over whole"),
             _any, hands_over),
    Scenario("keeps_names", Words("Giữ nguyên tiếng Việt NFC và NFD", "keeps Vietnamese in NFC and NFD as it is"),
             _any, keeps_names),
    Scenario("repeats_once", Words("Gửi lại cùng một gói chỉ có một kết quả", "the same parcel again is one effect"),
             _any, repeats_once),
    Scenario("side_by_side", Words("Nhiều gói cùng lúc không lẫn nhau", "parcels side by side do not mix"),
             _any, repeats_at_once),
    Scenario("cancelled", Words("Bị hủy giữa chừng không để lại gì dở dang", "cancelled, it leaves nothing half done"),
             _any, cancelled),
    Scenario("streams", Words("Không giữ cả gói lớn trong bộ nhớ", "does not hold a large package in memory"),
             _any, streams),
    Scenario("waits_for_reader", Words("Bên kia không đọc thì không kéo thêm", "pulls no more than the peer reads"),
             lambda peer: peer is not None and Mode.HALF_OPEN in peer.modes, waits_for_reader),
)  # fmt: skip
"""In the order in which they are worth reading."""
