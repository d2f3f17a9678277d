"""How the demo tells: each message's life like a parcel's tracking, 100 columns wide, plain when not a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from edxml.codes import StatusCode
from hub import clock
from hub.cli.demo import cast as roles
from hub.cli.demo.proof import Check, Checks, Promise

WIDTH = 100
_WHO = 10
_STYLES = {"bold": "1", "dim": "2", "green": "32", "red": "1;31", "yellow": "33", "cyan": "36"}
_VERDICTS = {
    "PASSED": "hợp lệ",
    "INDETERMINATE": "chưa đủ căn cứ kết luận",
    "FAILED": "không hợp lệ",
    "UNSIGNED": "không có chữ ký số",
}
VALUES = {
    "original": "bản gốc điện tử", "copy": "bản sao điện tử", "information": "để biết, tham khảo",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a life. mark: ● done · seen × refused ○ waits."""

    at: datetime
    who: str
    text: str
    mark: str = "●"


@dataclass(slots=True)
class Life:
    """The life of one document, gathered while it is lived."""

    title: str
    english: str
    about: str = ""
    lines: list[Line] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def note(self, who: str, text: str, mark: str = "●") -> None:
        """Something that happens now and is in nobody's journal."""
        self.lines.append(Line(datetime.now(clock.VIETNAM), who, text, mark))

    def journal(self, timeline: Mapping[str, Any], verdict: str = "") -> None:
        """What the hub's own journal says of it (GET .../timeline). verdict: the hub's sentence on its signatures."""
        recorded = [event["detail"]["verdict"] for event in timeline["events"] if event["type"] == "verdict.recorded"]
        decided = recorded[-1] if recorded else ""
        for event in timeline["events"]:
            told = _event(event)
            if verdict and event["type"] == "verdict.recorded" and event["detail"]["verdict"] == decided:
                told = "Trục", verdict, "●"
            if told is not None:
                at = datetime.fromisoformat(event["at"])
                self.lines.append(Line(at, *told))


class Teller:
    """Writes for a person. quiet: with --json nothing but the JSON is written."""

    def __init__(self, out: TextIO | None = None, *, quiet: bool = False) -> None:
        self._out = out or sys.stdout
        self._quiet = quiet
        self._colours = self._out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) if self._out.isatty() else WIDTH
        self._lives = 0

    def say(self, text: str = "", style: str = "") -> None:
        """One line."""
        if not self._quiet:
            self._out.write(self._styled(text, style) + "\n")
            self._out.flush()

    def heading(self, text: str, english: str) -> None:
        """A part of the whole."""
        self.say()
        self.say(f"━━ {text} " + "━" * max(0, self._width - len(text) - 4), "bold")
        self.say(f"   {english}", "dim")

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """A small table, indented."""
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        for row in rows:
            self.say("   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def life(self, life: Life) -> None:
        """One document's life, with what was checked of it."""
        self._lives += 1
        self.say()
        self.say(f"{self._lives:>2}. {life.title}", "bold")
        self.say(f"    {life.english}", "dim")
        if life.about:
            self._wrapped("    ", life.about, "cyan")
        for line in sorted(life.lines, key=lambda one: one.at):
            self._line(line)
        for check in life.checks:
            self.check(check)

    def check(self, check: Check) -> None:
        """One claim and whether it holds."""
        if check.holds:
            self._wrapped("    ✓ ", check.claim, "green")
        else:
            self._wrapped("    ✗ ", f"{check.claim}: {check.seen}", "red")

    def summary(self, checks: Checks, seconds: float) -> None:
        """The table at the end."""
        self.heading("Kết quả", "what was promised, and what was checked")
        for promise in Promise:
            held, all_of = checks.of(promise)
            good = held == all_of > 0
            text = f"   {'✓' if good else '✗'} {promise.vietnamese:<54}{held:>3}/{all_of:<3} "
            self.say(text + self._styled(promise.english, "dim" if good else ""), "green" if good else "red")
        self.say()
        for failed in checks.failed:
            self._wrapped("   ✗ ", f"{failed.claim}: {failed.seen}", "red")
        count = len(checks.all)
        if checks.ok:
            self.say(f"   Mọi lời hứa đều giữ: {count} điều đã kiểm trong {decimal(seconds)} giây.", "bold")
            self.say(f"   All promises held: {count} checks in {seconds:.1f} s.", "dim")
        else:
            self.say(f"   CÓ LỜI HỨA KHÔNG GIỮ: {len(checks.failed)} trong {count} điều đã kiểm.", "red")
            self.say(f"   A promise was broken: {len(checks.failed)} of {count} checks.", "dim")

    def _line(self, line: Line) -> None:
        at = clock.local(line.at).strftime("%H:%M:%S.%f")[:-3]
        style = {"×": "red", "○": "yellow"}.get(line.mark, "green")
        head = f"    {at}  "
        room = self._width - len(head) - _WHO - 3
        first, *rest = textwrap.wrap(line.text, room) or [""]
        mark = self._styled(line.mark, style)
        self.say(f"{self._styled(head, 'dim')}{line.who:<{_WHO}}{mark} {first}")
        for more in rest:
            self.say(" " * (len(head) + _WHO + 2) + more)

    def _wrapped(self, head: str, text: str, style: str) -> None:
        for line in textwrap.wrap(text, self._width, initial_indent=head, subsequent_indent=" " * len(head)):
            self.say(line, style)

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colours and style and text else text


def decimal(number: float) -> str:
    """A number with one decimal behind a comma."""
    return f"{number:.1f}".replace(".", ",")


def size(count: int) -> str:
    """Bytes for a person, with a decimal comma."""
    return f"{decimal(count / 1e6)} MB" if count >= 1e6 else f"{count / 1000:.0f} KB"


def _event(event: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """(who, what, mark) of one event of the journal; None for what a reader need not see."""
    kind, detail = event["type"], event["detail"]
    who = roles.short(event["recipient"] or event["actor"])
    if kind.startswith("status."):
        code = kind.removeprefix("status.")
        text = f"báo {code} {StatusCode(code).label_vi}"
        return who, f"{text}: {detail['text']}" if detail.get("text") else text, "×" if code == "02" else "●"
    relayed = event["actor"] == "system:axis" and kind.startswith("delivery.")
    known = _TO_AXIS.get(kind) if relayed else _EVENTS.get(kind)
    if known is None:
        return None
    text, speaker, mark = known
    facts = {
        "size": size(int(detail.get("size", 0))),
        "verdict": _VERDICTS.get(detail.get("verdict", ""), ""),
        "reason": detail.get("reason", ""),
        "fault": detail.get("fault", ""),
        "who": who,
        "actor": roles.short(event["actor"]),
    }
    told = {"": "Trục", "who": who, "actor": facts["actor"]}[speaker]
    return told, text.format(**facts).rstrip(": "), mark


_EVENTS: dict[str, tuple[str, str, str]] = {
    "package.accepted": ("tiếp nhận {size}: đã nằm trên đĩa, đã ký biên nhận", "", "●"),
    "verdict.recorded": ("kiểm chữ ký số: {verdict}", "", "●"),
    "delivery.exposed": ("bắt đầu tải văn bản", "who", "●"),
    "delivery.delivered": ("nhận đủ, khớp mã băm; trục ký biên nhận bàn giao", "who", "●"),
    "delivery.failed": ("không giao được tới {who} ({fault}), ký biên nhận về việc đó", "", "×"),
    "delivery.cancelled": ("bản gửi {who} dừng lại khi chưa byte nào rời trục", "", "×"),
    "delivery.held": ("giữ bản gửi {who}: {reason}", "actor", "○"),
    "delivery.released": ("thả bản gửi {who}: {reason}", "actor", "●"),
    "delivery.deferred": ("chưa giao được tới {who}, sẽ gửi lại", "", "○"),
    "recall.asked": ("được hỏi: xin thu hồi ({reason})", "who", "○"),
    "recall.agreed": ("đồng ý thu hồi: {reason}", "who", "●"),
    "takeback.asked": ("được hỏi: xin lấy lại ({reason})", "who", "○"),
    "takeback.agreed": ("đồng ý trả lại: {reason}", "who", "●"),
}
"""Event type -> what to say, who does it ('' is the hub), mark."""

_TO_AXIS: dict[str, tuple[str, str, str]] = {
    "delivery.exposed": ("gửi sang trục quốc gia", "", "●"),
    "delivery.delivered": ("trục quốc gia đã nhận đủ; ký biên nhận chuyển tiếp", "", "●"),
    "delivery.failed": _EVENTS["delivery.failed"],
    "delivery.deferred": _EVENTS["delivery.deferred"],
}
