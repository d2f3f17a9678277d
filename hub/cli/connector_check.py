"""`truc connector check`: a connector, or a whole office system, under named scenarios; a signed report of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli import line
from hub.cli.errors import EXIT_DONE, EXIT_NO, CannotNowError, WrongUseError

if TYPE_CHECKING:
    from hub.conformance.report import Line
    from hub.conformance.sandbox import Credentials

_MARKS = {"passed": "✔", "failed": "✘", "not_seen": "–", "not_applicable": "–"}
_WORDS = {"not_seen": "chưa thấy / not seen", "not_applicable": "không áp dụng / does not apply"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A kind with --peer or --settings; or --live."""
    parser.add_argument("kind", nargs="?", help="tên đầu nối, hoặc module của bạn / a connector, or a module of yours")
    parser.add_argument("--peer", metavar="MODULE:CLASS", help="bên kia để thử, mặc định PACKAGE.peer:Peer nếu có")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="TOML hoặc JSON: chỉ thử đường tới bên kia thật")
    parser.add_argument("--live", action="store_true", help="thử phần mềm văn phòng đang chạy / a living office system")
    parser.add_argument("--door", choices=("native", "vxp"), default="native", help="cửa mà nó dùng / its door")
    parser.add_argument("--command", metavar="CMD", default="", dest="start", help="lệnh chạy nó; khóa ở môi trường "
                        "/ how it is started")  # fmt: skip
    parser.add_argument(
        "--minutes", type=float, default=5, metavar="N", help="chờ người làm / wait for people this long"
    )
    parser.add_argument(
        "--seconds", type=float, default=90, metavar="N", help="chờ máy làm / wait for the system this long"
    )
    parser.add_argument("--large-mb", type=int, default=200, metavar="N", help="cỡ của gói lớn / size of the large one")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="chỉ các kịch bản này / only these")
    parser.add_argument("--list", action="store_true", help="liệt kê các kịch bản / list the scenarios")
    parser.add_argument("--report", type=Path, metavar="FILE", help="ghi báo cáo có chữ ký / write the signed report")
    parser.add_argument("--name", default="", help="tên hệ thống trong báo cáo / the system's name in the report")


def run(arguments: argparse.Namespace) -> int:
    """Run the scenarios, print them, write the report; 1 when one failed."""
    from connectors import UnknownKindError, kinds
    from hub.conformance import connectors_checked

    sys.path.insert(0, str(Path.cwd()))
    if arguments.list:
        return _list(arguments)
    if arguments.live:
        return _live(arguments)
    if arguments.kind is None:
        raise WrongUseError("Cần tên đầu nối, hoặc --live.", "A connector's name is wanted, or --live.")
    try:
        lines = asyncio.run(_shown(arguments, _connector(arguments)))
    except UnknownKindError as cause:
        known, own = ", ".join(kinds()), arguments.kind.partition(".")[0]
        raise WrongUseError(
            f"Không có đầu nối {cause}. Có sẵn: {known}; của bạn: {own}.connector, chạy ở thư mục chứa nó.",
            f"There is no connector {cause}. There are: {known}; yours: {own}.connector, in the folder that holds it.",
        ) from cause
    except connectors_checked.NotLoadedError as cause:
        raise WrongUseError(f"Không nạp được tệp của bạn: {cause}", f"Your file cannot be loaded: {cause}") from cause
    except connectors_checked.NoPeerError as cause:
        raise WrongUseError(f"Không có lớp Peer: {cause}.", f"No class Peer: {cause}.") from cause
    return _ended(arguments, {"kind": "connector", "name": arguments.name or arguments.kind, "door": ""}, lines)


def _connector(arguments: argparse.Namespace) -> AsyncIterator[Line]:
    from hub.conformance import connectors_checked as checked

    if arguments.settings is not None:
        try:
            given = checked.settings_of(arguments.settings)
        except ValueError as cause:
            raise WrongUseError(f"Không đọc được {arguments.settings}: {cause}", f"Not readable: {cause}") from cause
        return checked.with_settings(arguments.kind, given, ("0.0.0.0/0", "::/0"))
    place = arguments.peer or _beside(arguments.kind)
    peer = checked.peer_class(place) if place else None
    return checked.with_peer(arguments.kind, peer, arguments.only, arguments.large_mb * 1_000_000)


def _live(arguments: argparse.Namespace) -> int:
    """A whole office system against a sandbox of ours."""
    from hub import log
    from hub.conformance import live_run

    log.configure("error", sys.stderr)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, however this ends
    seed = secrets.token_hex(4)
    found = live_run.checked(
        arguments.door, arguments.only, patience_seconds=arguments.seconds, people_seconds=arguments.minutes * 60,
        large_bytes=arguments.large_mb * 1_000_000, seed=seed, command=arguments.start,
        announce=lambda told: _announce(arguments, told),
    )  # fmt: skip
    try:
        lines = asyncio.run(_shown(arguments, found))
    except KeyboardInterrupt as cause:
        raise CannotNowError("Đã dừng theo yêu cầu.", "Stopped as asked.") from cause
    return _ended(arguments, {"kind": "system", "name": arguments.name, "door": arguments.door}, lines, seed)


def _announce(arguments: argparse.Namespace, told: Credentials) -> None:
    """Where the system is to call, and as whom; on stderr with --json."""
    from hub.conformance.sandbox import SUBJECT

    secret = "" if arguments.start else f"\n  secret        {told.secret}"
    print(
        f"Trỏ phần mềm tới đây / point the system here (native + VXP):\n  address       {told.url}\n"
        f"  system_id     {told.system_id}{secret}\n  organ ids     {', '.join(SUBJECT)}\n"
        "Văn thư làm theo lời nhờ trong trích yếu. / The clerk does what each subject asks.",
        file=sys.stderr if arguments.json else sys.stdout, flush=True,
    )  # fmt: skip


def _beside(kind: str) -> str:
    """`PACKAGE.peer:Peer` when that file lies beside the connector `PACKAGE.…`."""
    package, _, _ = kind.rpartition(".")
    name = f"{package}.peer"
    return f"{name}:Peer" if package and Path(*name.split(".")).with_suffix(".py").is_file() else ""


async def _shown(arguments: argparse.Namespace, found: AsyncIterator[Line]) -> list[Line]:
    """The lines, each printed as it comes unless --json."""
    lines = []
    async for one in found:
        lines.append(one)
        if not arguments.json:
            print(text(one), flush=True)
    return lines


def text(one: Line) -> str:
    """A line for a person: mark, id, title; cause and remedy below."""
    note = f"  ({_WORDS[one.verdict]})" if one.verdict in _WORDS else ""
    rows = [f"{_MARKS[one.verdict]} {one.id:<24} {one.title.vi} / {one.title.en}{note}"]
    for label, words in (("Vì sao / why", one.cause), ("Cách sửa / remedy", one.remedy)):
        if words is not None:
            rows.append(f"    {label}: {words.vi} / {words.en}")
    return "\n".join(rows)


def _ended(arguments: argparse.Namespace, subject: dict[str, str], lines: Sequence[Line], seed: str = "") -> int:
    from hub.conformance import levels, report

    if not lines:
        raise WrongUseError("Không có kịch bản nào tên như vậy: --list.", "No scenario of that name: see --list.")
    level = levels.reached((one.level, not one.stands_in_the_way) for one in lines) if not arguments.only else 0
    told = report.content(subject, lines, level, datetime.now(UTC), seed)
    if arguments.report is not None:
        arguments.report.write_text(_signed(arguments, told), encoding="ascii")
    failed = [one.id for one in lines if one.verdict == "failed"]
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        passed = sum(one.verdict == "passed" for one in lines)
        vi, en = (f"mức {level}/{levels.HIGHEST}", f"level {level}")
        if arguments.only:
            vi, en = "một phần thì không tính mức", "a part shows no level"
        print(f"{passed} đạt, {len(failed)} không đạt; {vi} / {passed} passed, {len(failed)} failed; {en}")
    return EXIT_NO if failed else EXIT_DONE


def _signed(arguments: argparse.Namespace, told: dict[str, object]) -> str:
    """Signed with the keys of the hub at --config: a report nobody signs shows nothing."""
    from hub import settings
    from hub.conformance import report
    from hub.keys import KeyProblem, Keys

    try:
        loaded = settings.load(line.settings_file(arguments.config))
        return report.sign(Keys.load(loaded.keys_folder), told) + "\n"
    except KeyProblem as cause:
        raise CannotNowError(f"Khóa của trục có vấn đề: {cause}", f"A key of the hub: {cause}", "keys") from cause


def _list(arguments: argparse.Namespace) -> int:
    from connectors.testing import scenarios
    from hub.conformance import levels, live_run

    known = [(one.id, one.title, levels.OF_CONNECTORS.get(one.id, levels.HIGHEST)) for one in scenarios.ALL]
    if arguments.live:
        known = [(one.id, one.title, one.level) for one in live_run.SCENARIOS]
    rows = [{"id": name, "title_vi": title.vi, "title_en": title.en, "level": level} for name, title, level in known]
    columns = [(str(one["id"]), str(one["level"]), f"{one['title_vi']} / {one['title_en']}") for one in rows]
    line.show(arguments, {"scenarios": rows}, lambda: line.columns(columns))
    return EXIT_DONE
