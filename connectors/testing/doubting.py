"""Scenarios of trouble and doubt: what a misbehaving peer may be believed, and for how long it is waited for."""

from __future__ import annotations

import asyncio
import time

from connectors import base
from connectors.testing import parcels
from connectors.testing.bench import Bench
from connectors.testing.delivering import CANCEL_SECONDS
from connectors.testing.peer import Mode, Peer
from connectors.testing.scenario import Failed, Scenario, Words

DOUBTS = (
    Mode.UNREACHABLE, Mode.HALF_OPEN, Mode.ERROR_500, Mode.ERROR_503, Mode.ERROR_429, Mode.HTML_200, Mode.EMPTY,
    Mode.CUT_BEFORE_ANSWER, Mode.WRONG_DIGEST, Mode.ENDLESS_ANSWER, Mode.BROKEN,
)  # fmt: skip
"""After these nobody knows, or nothing happened: Deferred."""

HANGS = (Mode.HALF_OPEN, Mode.ENDLESS_ANSWER, Mode.SLOW_READER)

STALL_SECONDS = 2.5
"""Longest that everybody else may stand still while one connector works."""

REST_SECONDS = 24 * 3600


async def doubt(bench: Bench, mode: Mode) -> None:
    """Deferred while it lasts; afterwards the same parcel arrives, once."""
    watched = bench.parcel()
    async with bench.connector() as connector:
        await bench.misbehave(mode)
        outcome = await bench.attempt(connector, watched)
        if not isinstance(outcome, base.Deferred):
            raise _believed(outcome, mode)
        if outcome.retry_after_seconds is not None and outcome.retry_after_seconds > REST_SECONDS:
            raise Failed(
                Words("chờ lâu hơn một ngày vì bên kia bảo vậy", "it rests longer than a day because the peer said so"),
                Words("giới hạn Retry-After", "cap Retry-After"),
            )
        await bench.misbehave(None)
        await bench.delivered(connector, watched)
    own = [one for one in await bench.there().received() if one.item_id == watched.item_id] or [
        one for one in await bench.there().received() if one.sha256 == watched.sha256
    ]
    if len(own) != 1:
        raise Failed(
            Words(f"sau khi gửi lại bên kia có {len(own)} bản", f"after the repeat the peer has {len(own)} of it"),
            Words("gửi lại với cùng parcel.item_id", "repeat under the same parcel.item_id"),
        )


async def refused(bench: Bench) -> None:
    """A definite no is Refused, with words that somebody can read."""
    await bench.misbehave(Mode.REFUSES)
    async with bench.connector() as connector:
        outcome = await bench.attempt(connector, bench.parcel())
    if not isinstance(outcome, base.Refused):
        kind = type(outcome).__name__
        raise Failed(
            Words(f"bên kia từ chối dứt khoát mà kết quả là {kind}", f"the peer says no for good, the outcome: {kind}"),
            Words("trả về Refused với lý do của bên kia", "give Refused with the peer's words"),
        )
    if not outcome.reason.strip() or not outcome.reason.isprintable() or len(outcome.reason) > 1000:
        raise Failed(
            Words("lý do từ chối trống, quá dài hoặc không in được", "the reason is empty, too long or not printable"),
            Words("cắt ngắn và làm sạch lời của bên kia", "cut the peer's words and keep what is printable"),
        )


async def untouched(bench: Bench) -> None:
    """`untouched` is true when said, and nothing is pulled before a connection stands."""
    for mode in sorted(bench.there().modes):
        watched = bench.parcel()
        async with bench.connector() as connector:
            await bench.misbehave(mode)
            outcome = await bench.attempt(connector, watched)
            await bench.misbehave(None)
        if isinstance(outcome, base.Deferred) and outcome.untouched and watched.pulled:
            raise Failed(
                Words(
                    f"nói untouched dù đã lấy {watched.pulled} byte ({mode})",
                    f"it says untouched and pulled {watched.pulled} bytes ({mode})",
                ),
                Words(
                    "untouched=True chỉ khi chưa lấy byte nào; sai thì thu hồi sẽ bị tính nhầm",
                    "untouched=True only when no byte was pulled; else a recall is reckoned wrongly",
                ),
            )
        if mode == Mode.UNREACHABLE and watched.opened:
            raise Failed(
                Words("lấy nội dung trước khi có kết nối", "it pulled content before a connection stood"),
                Words("kết nối trước, rồi mới gọi parcel.open()", "connect first, then call parcel.open()"),
            )
        if mode == Mode.UNREACHABLE and not (isinstance(outcome, base.Deferred) and outcome.untouched):
            raise Failed(
                Words(
                    "không tới được bên kia mà không báo untouched", "the peer was not reached and it does not say so"
                ),
                Words("trả về Deferred(untouched=True)", "give Deferred(untouched=True)"),
            )


async def time_limits(bench: Bench) -> None:
    """A peer that hangs is given up by the connector itself, and a hard limit ends the attempt at once."""
    for mode in HANGS:
        if mode not in bench.there().modes:
            continue
        async with bench.connector() as connector:
            await bench.misbehave(mode)
            await bench.attempt(connector, bench.parcel(parcels.medium()))
            task = asyncio.ensure_future(connector.deliver(bench.parcel(parcels.medium()).parcel()))
            await asyncio.wait({task}, timeout=bench.timeout_seconds / 4)
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_SECONDS)
            await bench.misbehave(None)
        if not task.done():
            raise Failed(
                Words(f"thời hạn cứng không dừng được nó ({mode})", f"the hard limit did not end it ({mode})"),
                Words("không chặn CancelledError, không dùng lệnh chờ đồng bộ", "let CancelledError pass, never block"),
            )


async def others_go_on(bench: Bench) -> None:
    """While the peer hangs, everything else in the process goes on."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.05)
            longest = max(longest, time.monotonic() - began)

    ticking = asyncio.ensure_future(tick())
    try:
        async with bench.connector() as connector:
            await bench.misbehave(Mode.HALF_OPEN)
            await bench.attempt(connector, bench.parcel(parcels.medium()))
            await bench.misbehave(None)
    finally:
        ticking.cancel()
    if longest > STALL_SECONDS:
        raise Failed(
            Words(f"mọi việc khác đứng {longest:.1f} giây", f"everything else stood still for {longest:.1f} s"),
            Words(
                "dùng thư viện bất đồng bộ hoặc asyncio.to_thread", "use an asynchronous library or asyncio.to_thread"
            ),
        )


def _believed(outcome: base.Outcome, mode: Mode) -> Failed:
    kind = type(outcome).__name__
    remedy = (
        Words("Refused chỉ khi bên kia từ chối dứt khoát đúng gói này", "Refused only for a definite no to these bytes")
        if isinstance(outcome, base.Refused)
        else Words(
            "Delivered chỉ khi chính bên kia nói đã có gói", "Delivered only when the peer itself said it has it"
        )
    )
    return Failed(Words(f"{mode}: kết quả là {kind}", f"{mode}: the outcome is {kind}"), remedy)


_TITLES = {
    Mode.UNREACHABLE: Words("Không tới được bên kia: hoãn", "peer not reachable: deferred"),
    Mode.HALF_OPEN: Words("Kết nối treo: hoãn", "half-open connection: deferred"),
    Mode.ERROR_500: Words("Bên kia báo lỗi 500: hoãn", "500 from the peer: deferred"),
    Mode.ERROR_503: Words("Bên kia báo 503: hoãn, không phải từ chối", "503 from the peer: deferred, not refused"),
    Mode.ERROR_429: Words("Bên kia báo 429: hoãn", "429 from the peer: deferred"),
    Mode.HTML_200: Words("Trang HTML với mã 200 không phải là xác nhận", "an HTML page with 200 is no answer"),
    Mode.EMPTY: Words("Câu trả lời trống không phải là xác nhận", "an empty answer is no answer"),
    Mode.CUT_BEFORE_ANSWER: Words("Đứt trước khi trả lời: hoãn, gửi lại chỉ có một bản",
                                  "cut before the answer: deferred, then one effect"),
    Mode.WRONG_DIGEST: Words("Mã băm sai không phải là xác nhận", "a wrong digest is no answer"),
    Mode.ENDLESS_ANSWER: Words("Câu trả lời không bao giờ hết: hoãn", "an endless answer: deferred"),
    Mode.BROKEN: Words("Bên kia tự gặp sự cố: hoãn", "trouble of the peer's own: deferred"),
}  # fmt: skip


def _doubt(mode: Mode) -> Scenario:
    return Scenario(
        f"doubt_{mode}",
        _TITLES[mode],
        lambda peer: peer is not None and mode in peer.modes,
        lambda bench: doubt(bench, mode),
    )


def _hangs(peer: Peer | None) -> bool:
    return peer is not None and not peer.modes.isdisjoint(HANGS)


SCENARIOS = (
    *(_doubt(mode) for mode in DOUBTS),
    Scenario("refused", Words("Từ chối dứt khoát là Refused", "a definite no is Refused"),
             lambda peer: peer is not None and Mode.REFUSES in peer.modes, refused),
    Scenario("untouched", Words("untouched nói đúng sự thật", "untouched tells the truth"),
             lambda peer: peer is not None and bool(peer.modes), untouched),
    Scenario("time_limits", Words("Có thời hạn khi bên kia treo", "a hung peer is given up in time"),
             _hangs, time_limits),
    Scenario("others_go_on", Words("Bên kia treo mà việc khác vẫn chạy", "a hung peer stops nobody else"),
             lambda peer: peer is not None and Mode.HALF_OPEN in peer.modes, others_go_on),
)  # fmt: skip
"""In the order in which they are worth reading."""
