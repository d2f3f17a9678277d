"""Live scenarios of sending and of trouble: a bad line, a hub that is away, answers that are lost or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from connectors.testing.scenario import Failed, Words
from hub.conformance.line import Trouble
from hub.conformance.live import Live, LiveScenario, NotSeen
from hub.conformance.live_receiving import ACCEPT

REPLY = "Hãy TRẢ LỜI bằng một văn bản, trích yếu ghi lại mã trong ngoặc vuông (REPLY)"
FAR_SECONDS = 60

_PERSON = Words("nhờ văn thư gửi văn bản như trích yếu nhờ, hoặc --minutes dài hơn", "let the clerk send what the "
                "subject asks for, or give --minutes")  # fmt: skip
_AGAIN = Words("thử lại mãi với khoảng nghỉ tăng dần, có thời hạn cho mỗi lần chờ", "try again for ever with growing "
               "pauses, and a limit on each wait")  # fmt: skip


async def sends(live: Live) -> None:
    """It sends a document, and its recipient has it."""
    await _reply(live, "reply")


async def fetches_statuses(live: Live) -> None:
    """What recipients say about its documents is fetched."""
    item = await _reply(live, "reply")
    other = live.sandbox.sender
    await other.take(item)
    await other.say(item["delivery_id"], "03", arrival_number="17", arrival_date="2026-01-05", staff="Văn thư")

    async def fetched() -> bool:
        lines = live.sandbox.line.seen[mark:]
        return any(live.is_ack(one.method, one.path) for one in lines)

    mark = len(live.sandbox.line.seen)
    if not await live.until(fetched):
        raise Failed(
            Words("không lấy trạng thái của nơi nhận về", "what its recipient said was not fetched"),
            Words("hỏi cả danh sách trạng thái, không chỉ văn bản", "ask for statuses too, not only for documents"),
        )


async def repeats_sending(live: Live) -> None:
    """The answer to a sending is lost: the same sending comes again, and there is one document."""
    mark = len(live.sandbox.line.seen)
    fault = live.trouble(Trouble.CUT_ANSWER, live.is_send, 1)
    sent = await live.send("repeat", REPLY)
    text = live.mark("repeat")
    if not await live.met(fault, seconds=live.people_seconds):
        raise NotSeen(Words("chưa có lần gửi nào bị đứt trả lời", "no sending met the cut answer yet"), _PERSON)

    async def again() -> bool:
        return sum(live.is_send(one.method, one.path) for one in live.sandbox.line.seen[mark:]) > 1

    if not await live.until(again) or not await live.came_back(text):
        raise Failed(
            Words("mất câu trả lời rồi không gửi lại", "the answer was lost and it did not send again"),
            Words(
                "chưa có biên nhận thì gửi lại đúng những byte ấy", "without a receipt send the very same bytes again"
            ),
        )
    await asyncio.sleep(1)
    copies = len(await live.came_back(text))
    if copies > 1:
        raise Failed(
            Words(f"gửi lại thành {copies} văn bản ({sent.document_id})", f"sending again made {copies} documents"),
            Words("lưu gói đã dựng và gửi lại nguyên byte, cùng DocumentId", "keep the package and repeat its bytes"),
        )


async def registers_once(live: Live) -> None:
    """The acknowledgement is lost, the item is offered again: it is registered once."""
    fault = live.trouble(Trouble.REFUSE, live.is_ack, 1)
    sent = await live.send("once", ACCEPT)
    if not await live.met(fault):
        raise Failed(
            Words("không xác nhận văn bản đã tải", "it did not acknowledge what it fetched"),
            Words("xác nhận sau khi đã lưu", "acknowledge once it is stored"),
        )
    live.clear()
    await live.must_take(
        sent, Words("mất một lần xác nhận rồi bỏ luôn", "one lost acknowledgement and it gave up"), _AGAIN
    )
    await live.said(sent, "03", live.people_seconds)
    await asyncio.sleep(1)
    numbers = {str((one.get("detail") or {}).get("arrival_number")) for one in await live.events(sent, "status.03")}
    if len(numbers) > 1:
        raise Failed(
            Words(f"vào sổ nhiều lần: {', '.join(sorted(numbers))}", f"registered {len(numbers)} times"),
            Words("nhận ra văn bản đã có bằng mã lượt gửi và mã băm", "know it by delivery id and digest"),
        )


async def slow_hub(live: Live) -> None:
    """Answers that come late."""
    live.trouble(Trouble.SLOW, lambda *_: True, 4)
    await _still_comes(live, "slow", lambda: None)


async def half_open(live: Live) -> None:
    """Connections that stand and carry nothing: they are given up, others are made."""
    fault = live.trouble(Trouble.HALF_OPEN, lambda *_: True, 1)
    await live.met(fault)
    await _still_comes(live, "half_open", lambda: None)


async def errors_500(live: Live) -> None:
    """A hub that answers 500."""
    await _while_spoilt(live, "errors", Trouble.ERROR_500)


async def html_pages(live: Live) -> None:
    """A proxy's page with status 200 is no answer: nothing is lost over it."""
    await _while_spoilt(live, "html", Trouble.HTML_200)


async def cut_lines(live: Live) -> None:
    """Connections that are cut."""
    await _while_spoilt(live, "cut", Trouble.REFUSE)


async def restart(live: Live) -> None:
    """The hub is started anew: it comes again and loses nothing."""
    sent = await live.send("restart")
    await live.sandbox.restart()
    await live.must_take(
        sent,
        Words("trục khởi động lại rồi không thấy quay lại", "after the hub's restart it did not come again"),
        _AGAIN,
    )


async def damaged(live: Live) -> None:
    """Content that was damaged on the way is not acknowledged; fetched again, it is."""
    fault = live.trouble(Trouble.DAMAGE, live.is_fetch, 1)
    mark = len(live.sandbox.line.seen)
    sent = await live.send("damaged", size=40_000)
    if not await live.met(fault):
        raise NotSeen(Words("chưa thấy lần tải nào", "no fetch was seen"), _AGAIN)
    taken = await live.taken(sent)
    fetches = sum(live.is_fetch(one.method, one.path) for one in live.sandbox.line.seen[mark:])
    if taken and fetches < 2:
        raise Failed(
            Words("xác nhận nội dung đã bị sai trên đường", "it acknowledged content that was damaged on the way"),
            Words(
                "tính mã băm của byte đã nhận và so trước khi xác nhận",
                "compare the digest of what came before the ack",
            ),
        )
    if not taken:
        raise Failed(Words("không tải lại sau khi nội dung bị sai", "it did not fetch again after the damage"), _AGAIN)


async def clock(live: Live) -> None:
    """Its clock is near the hub's."""

    async def told() -> bool:
        return await live.sandbox.clock_seconds() is not None

    await live.until(told)
    seconds = await live.sandbox.clock_seconds()
    if seconds is None:
        raise NotSeen(
            Words("hệ thống chưa cho biết giờ của mình", "it never told its time"),
            Words(
                "gửi đầu mục Date khi xin token, hoặc nhịp tim", "send Date with the token's request, or a heartbeat"
            ),
        )
    if abs(seconds) > FAR_SECONDS:
        raise Failed(
            Words(f"đồng hồ lệch {seconds} giây", f"its clock is off by {seconds} s"),
            Words("đồng bộ giờ bằng NTP (R-094)", "keep the time by NTP"),
        )  # law: R-094


async def _reply(live: Live, name: str) -> dict[str, Any]:
    await live.send(name, REPLY)
    found = await live.came_back(live.mark(name), live.people_seconds)
    if not found and await live.came_back("", 0):
        raise NotSeen(
            Words(
                f"có văn bản gửi đi, nhưng trích yếu không ghi mã {live.mark(name)}",
                f"a document was sent, its subject does not hold the code {live.mark(name)}",
            ),
            Words("ghi nguyên mã trong ngoặc vuông vào trích yếu", "put the code in brackets into its subject"),
        )
    if not found:
        raise NotSeen(Words("chưa có văn bản nào được gửi đi", "no document was sent yet"), _PERSON)
    return found[0]


async def _while_spoilt(live: Live, name: str, trouble: Trouble) -> None:
    fault = live.trouble(trouble, lambda *_: True)
    if not await live.met(fault, 2):
        raise Failed(Words("sau một lần lỗi không thử lại", "after one failure it did not try again"), _AGAIN)
    await _still_comes(live, name, live.clear)


async def _still_comes(live: Live, name: str, then: Callable[[], None]) -> None:
    sent = await live.send(name)
    await asyncio.sleep(1)
    then()
    await live.must_take(
        sent, Words("sau sự cố không nhận văn bản nữa", "after the trouble it fetched no more"), _AGAIN
    )


SCENARIOS = (
    LiveScenario("sends", Words("Gửi văn bản tới nơi nhận", "sends a document"), 1, sends),
    LiveScenario("fetches_statuses", Words("Lấy trạng thái của nơi nhận", "fetches what recipients say"), 2,
                 fetches_statuses),
    LiveScenario("repeats_sending", Words("Mất trả lời: gửi lại, chỉ một văn bản", "a lost answer: one document"), 2,
                 repeats_sending),
    LiveScenario("registers_once", Words("Được đưa ra lại: chỉ vào sổ một lần", "offered again: registered once"), 2,
                 registers_once),
    LiveScenario("slow_hub", Words("Trục trả lời chậm", "a slow hub"), 2, slow_hub),
    LiveScenario("errors_500", Words("Trục báo lỗi 500", "500s from the hub"), 2, errors_500),
    LiveScenario("html_pages", Words("Trang HTML thay cho câu trả lời", "HTML pages instead of answers"), 2,
                 html_pages),
    LiveScenario("cut_lines", Words("Đường truyền bị cắt", "connections are cut"), 2, cut_lines),
    LiveScenario("damaged", Words("Không xác nhận nội dung bị sai trên đường", "damage on the way is noticed"), 3,
                 damaged, ("native",)),
    LiveScenario("restart", Words("Trục khởi động lại giữa chừng", "the hub is restarted"), 2, restart),
    LiveScenario("half_open", Words("Kết nối treo", "half-open connections"), 3, half_open),
    LiveScenario("clock", Words("Đồng hồ đúng giờ", "its clock is right"), 3, clock, ("native",)),
)  # fmt: skip
"""In the order in which they are tried."""
