"""Live scenarios of receiving: whole, acknowledged, said so, registered once, wanted back, changed."""

from __future__ import annotations

import re

from connectors.testing.scenario import Failed, Words
from hub.conformance.live import Live, LiveScenario, NotSeen, of_form
from hub.conformance.live import large as large_one
from hub.conformance.sandbox import SUBJECT

ACCEPT = "Hãy TIẾP NHẬN và vào sổ (ACCEPT)"
REFUSE = "Hãy TỪ CHỐI kèm lý do (REFUSE)"

_UNKNOWN = ("<TruongMoi><GiaTri>chưa ai biết</GiaTri></TruongMoi>",)
_NOT_TAKEN = Words("văn bản không được nhận và xác nhận", "the document was not fetched and acknowledged")
_FETCH = Words(
    "hỏi danh sách đều đặn, tải, kiểm tra mã băm rồi mới xác nhận",
    "ask for what waits at intervals, fetch, compare the digest, then acknowledge",
)
_PERSON = Words("nhờ văn thư làm việc ghi trong trích yếu, hoặc --minutes dài hơn", "let the clerk do what the subject "
                "says, or give --minutes")  # fmt: skip


async def prepare(live: Live) -> None:
    """Send everything that waits for people at once: they need not be asked twice."""
    await live.send("plain")
    await live.send("accept", ACCEPT)
    await live.send("refuse", REFUSE)
    await live.send("nfc", **of_form("NFC"))
    await live.send("nfd", **of_form("NFD"))
    await live.send("unknown", extra=_UNKNOWN)
    await live.send("second", to=SUBJECT[1:])
    await live.send("both", to=SUBJECT)
    await live.send("recalled_early")
    await live.send("recalled_late", ACCEPT)
    await live.send("updated")
    await live.send("replaced")


async def receives(live: Live) -> None:
    """Fetched, and acknowledged with the right digest."""
    await live.must_take(await live.send("plain"), _NOT_TAKEN, _FETCH)


async def names_nfc(live: Live) -> None:
    """Composed Vietnamese names do no harm."""
    await live.must_take(await live.send("nfc", **of_form("NFC")), _NOT_TAKEN, _FETCH)


async def names_nfd(live: Live) -> None:
    """Decomposed ones neither."""
    await live.must_take(
        await live.send("nfd", **of_form("NFD")),
        _NOT_TAKEN,
        Words("không so tên tệp theo từng byte; chuẩn hóa khi hiển thị", "do not compare names byte by byte"),
    )


async def unknown_fields(live: Live) -> None:
    """Elements it does not know do no harm."""
    await live.must_take(
        await live.send("unknown", extra=_UNKNOWN),
        _NOT_TAKEN,
        Words("bỏ qua phần tử lạ, không từ chối", "pass over unknown elements, do not refuse"),
    )


async def large(live: Live) -> None:
    """A large document is fetched whole."""
    folder, path = await large_one(live)
    try:
        patience, live.patience_seconds = live.patience_seconds, live.patience_seconds + live.large_bytes / 2_000_000
        sent = await live.send("large", data=path, to=(SUBJECT[0],))
        await live.must_take(
            sent,
            Words(f"không nhận được văn bản {live.large_bytes // 1_000_000} MB", "the large document was not fetched"),
            Words(
                "tải theo dòng, không giữ cả tệp; thời hạn theo lượng dữ liệu", "stream it; limit pauses, not the whole"
            ),
        )
    finally:
        live.patience_seconds = patience
        folder.cleanup()


async def second_agency(live: Live) -> None:
    """What goes to its second agency arrives, and is answered in that agency's name."""
    sent = await live.send("second", to=SUBJECT[1:])
    await live.must_take(sent, _NOT_TAKEN, Words("nhận thay mọi cơ quan được giao", "fetch for every agency it serves"))
    found = await live.said(sent, "01")
    if found and not any(SUBJECT[1] in (one.get("recipient"), one.get("actor")) for one in found):
        raise Failed(
            Words("trạng thái mang tên cơ quan khác", "the status is in another agency's name"),
            Words("gửi trạng thái bằng mã của chính nơi nhận", "say it under the recipient's own code"),
        )


async def both_agencies(live: Live) -> None:
    """One document to both of its agencies is acknowledged for both."""
    await live.must_take(
        await live.send("both", to=SUBJECT),
        Words("chỉ một trong hai cơ quan nhận được", "only one of its two agencies has it"),
        Words("ghi nhận cho từng cơ quan trong To", "file it for each agency in To"),
    )


async def says_01(live: Live) -> None:
    """Status 01 tells that the office system has it."""
    if not await live.said(await live.send("plain"), "01"):
        raise Failed(
            Words("không có trạng thái 01 sau khi nhận", "no status 01 after it was fetched"),
            Words("gửi 01 ngay khi phần mềm đã lưu văn bản", "send 01 as soon as the document is stored"),
        )  # law: R-121


async def accepts(live: Live) -> None:
    """Accepted with 03."""
    if not await live.said(await live.send("accept", ACCEPT), "03", live.people_seconds):
        raise NotSeen(Words("chưa ai tiếp nhận văn bản được nhờ tiếp nhận", "nobody accepted the document"), _PERSON)


async def arrival_number(live: Live) -> None:
    """03 carries arrival number and date."""
    found = await live.said(await live.send("accept", ACCEPT), "03", live.people_seconds)
    if not found:
        raise NotSeen(Words("chưa có trạng thái 03", "no status 03 yet"), _PERSON)
    detail = found[0].get("detail") or {}
    if not detail.get("arrival_number") and not re.search(r"\d", str(detail.get("description") or "")):
        raise Failed(
            Words("trạng thái 03 không có số đến", "status 03 has no arrival number"),
            Words("gửi arrival_number và arrival_date cùng 03 (R-125)", "send arrival_number and arrival_date with 03"),
        )  # law: R-125


async def refuses(live: Live) -> None:
    """Refused with 02 and a reason that somebody can act on."""
    found = await live.said(await live.send("refuse", REFUSE), "02", live.people_seconds)
    if not found and await live.events(await live.send("refuse", REFUSE), "status.03"):
        raise Failed(
            Words("văn bản được nhờ từ chối lại được tiếp nhận", "what was to be refused was accepted"),
            Words("cho văn thư từ chối trước khi vào sổ (R-127)", "let the clerk refuse before it is registered"),
        )
    if not found:
        raise NotSeen(Words("chưa ai từ chối văn bản được nhờ từ chối", "nobody refused the document"), _PERSON)
    detail = found[0].get("detail") or {}
    reason = str(detail.get("text") or detail.get("description") or detail.get("reason") or "")
    if len(reason.split()) < 2:
        raise Failed(
            Words("từ chối mà không nói rõ lý do", "a refusal without a readable reason"),
            Words("bắt văn thư ghi lý do trước khi gửi 02 (R-127)", "ask the clerk for a reason before 02 is sent"),
        )  # law: R-127


async def recalled_early(live: Live) -> None:
    """Wanted back before it was handled: an answer comes."""
    await _recalled(live, "recalled_early", "")


async def recalled_late(live: Live) -> None:
    """Wanted back after it was accepted: an answer comes too."""
    sent = await live.send("recalled_late", ACCEPT)
    await live.said(sent, "03", live.people_seconds)
    await _recalled(live, "recalled_late", ACCEPT)


async def updated(live: Live) -> None:
    """An update of a document it has is fetched."""
    await _revised(live, "updated", 2, "bản cập nhật", "the update")


async def replaced(live: Live) -> None:
    """A document that replaces one it has is fetched."""
    await _revised(live, "replaced", 3, "bản thay thế", "the replacement")


async def _recalled(live: Live, name: str, task: str) -> None:
    sent = await live.send(name, task)
    await live.must_take(sent, _NOT_TAKEN, _FETCH)
    await live.sandbox.sender.withdraw(sent.package_id, "Ban hành nhầm, kiểm thử tuân thủ")

    async def answered() -> str:
        shown = await live.sandbox.sender.package(sent.package_id)
        states = {str(one["recall_state"]) for one in shown["deliveries"]} - {"none", "asked"}
        return ",".join(sorted(states))

    if not await live.until(answered, live.people_seconds):
        raise NotSeen(
            Words("chưa có câu trả lời cho yêu cầu thu hồi (15 hoặc 16)", "no answer to the recall yet (15 or 16)"),
            Words("hiện yêu cầu thu hồi; xóa rồi gửi 15, hoặc gửi 16 kèm lý do (R-146)", "let the clerk see "
                  "the recall; destroy and send 15, or send 16 with a reason"),
        )  # fmt: skip


async def _revised(live: Live, name: str, kind: int, vi: str, en: str) -> None:
    first = await live.send(name)
    await live.must_take(first, _NOT_TAKEN, _FETCH)
    more = {"document_id": first.document_id} if kind == 2 else {"replaces": ((first.document_id, SUBJECT[:1]),)}
    reason = "Sửa lỗi trình bày, kiểm thử tuân thủ"
    sent = await live.send(f"{name} (2)", business_type=kind, reason=reason, **more)
    await live.must_take(
        sent,
        Words(f"không nhận {vi}", f"{en} was not fetched"),
        Words(
            "nhận mọi loại nghiệp vụ 0-3 và gắn với văn bản gốc", "take all business types 0-3 and tie them together"
        ),
    )


SCENARIOS = (
    LiveScenario("receives", Words("Nhận và xác nhận đúng mã băm", "receives, acknowledged by digest"), 1, receives),
    LiveScenario("names_nfc", Words("Tên tiếng Việt dựng sẵn (NFC)", "Vietnamese names, NFC"), 1, names_nfc),
    LiveScenario("names_nfd", Words("Tên tiếng Việt tổ hợp (NFD)", "Vietnamese names, NFD"), 2, names_nfd),
    LiveScenario("unknown_fields", Words("Phần tử lạ không gây lỗi", "unknown fields are tolerated"), 2,
                 unknown_fields),
    LiveScenario("second_agency", Words("Cơ quan thứ hai nhận phần của mình", "its second agency gets its own"), 2,
                 second_agency),
    LiveScenario("both_agencies", Words("Một văn bản cho cả hai cơ quan", "one document to both its agencies"), 2,
                 both_agencies),
    LiveScenario("large", Words("Văn bản rất lớn", "a very large document"), 3, large),
    LiveScenario("says_01", Words("Báo 01 khi đã nhận", "says 01 on arrival"), 1, says_01),
    LiveScenario("accepts", Words("Tiếp nhận bằng 03", "accepts with 03"), 2, accepts),
    LiveScenario("arrival_number", Words("03 có số đến", "03 carries the arrival number"), 3, arrival_number),
    LiveScenario("refuses", Words("Từ chối có lý do", "refuses with a reason"), 2, refuses),
    LiveScenario("recalled_early", Words("Thu hồi trước khi xử lý", "recall before handling"), 2, recalled_early),
    LiveScenario("recalled_late", Words("Thu hồi sau khi tiếp nhận", "recall after acceptance"), 3, recalled_late),
    LiveScenario("updated", Words("Nhận bản cập nhật", "an update is taken"), 3, updated),
    LiveScenario("replaced", Words("Nhận bản thay thế", "a replacement is taken"), 3, replaced),
)  # fmt: skip
"""In the order in which they are tried."""
