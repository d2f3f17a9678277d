"""The table of commands. A line here is all it takes to add one; its module is imported when the command is called."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from hub.cli.errors import EXIT_DONE, WrongUseError


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `truc`.

    module: of hub.cli, with `add_arguments(parser)` and `run(arguments)`; `entry`: instead, a `module:function` that
    takes the remaining words as they are and gives the exit code.
    """

    name: str
    module: str
    vietnamese: str
    english: str
    entry: str = ""

    def run(self, words: Sequence[str]) -> int:
        """Parse the remaining words and do it."""
        if self.entry:
            place, _, function = self.entry.partition(":")
            done: int = getattr(importlib.import_module(place), function)(list(words))
            return done
        module = importlib.import_module(f"hub.cli.{self.module}")
        parser = Parser(prog=f"truc {self.name}", description=f"{self.vietnamese}\n{self.english}")
        parser.set_defaults(command=self.name, json="--json" in words, config=_config())
        words = [word for word in words if word != "--json"]  # anywhere, before or after second words
        module.add_arguments(parser)
        try:
            arguments = parser.parse_args(words)
        except SystemExit:  # only --help leaves this way
            return EXIT_DONE
        answer: int = module.run(arguments)
        return answer


class Parser(argparse.ArgumentParser):
    """argparse that raises instead of leaving, and keeps the line breaks of descriptions."""

    def __init__(self, **options: object) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Refuse what was typed."""
        usage = " ".join(self.format_usage().split()).removeprefix("usage: ")
        hint = f"Try `{self.prog} --help`."
        raise WrongUseError(f"Sai cú pháp: {message}. Cách dùng: {usage}", f"Wrong use: {message}. {hint}")


COMMANDS: tuple[Command, ...] = (
    Command("demo", "demo", "Cả một tỉnh trong hộp, chạy thử và tự kiểm", "a province in a box, played and checked"),
    Command("init", "init", "Tạo thư mục của một trục mới", "make the folder of a new hub"),
    Command("check", "check", "Liệt kê những gì chưa đủ để chạy thật", "list what is not fit for production"),
    Command("serve", "serve", "Chạy trục", "run the hub"),
    Command("migrate", "migrate", "Nâng cấp cơ sở dữ liệu", "bring the database up to date"),
    Command("agency", "agency", "Danh bạ cơ quan", "the registry of agencies"),
    Command("system", "system", "Hệ thống kết nối và khóa bí mật của nó", "connected systems and their secrets"),
    Command("user", "user", "Người dùng các trang", "people who use the pages"),
    Command("confirm", "confirm", "Việc cần hai người: xem, đồng ý, từ chối", "what two persons must agree to"),
    Command("key", "key", "Khóa của trục", "the hub's keys"),
    Command("trust", "trust", "Chữ ký của ai được tin", "whose signatures are believed"),
    Command("calendar", "calendar", "Lịch làm việc: giờ theo luật, ngày nghỉ", "legal times, days off, working hours"),
    Command("profile", "profile", "Hồ sơ quy định của từng tỉnh", "what each province decides otherwise"),
    Command("law", "law", "Quy tắc pháp luật và chỗ thực hiện", "the rules, and where they are carried out"),
    Command("intake", "intake", "Ngừng hoặc mở lại tiếp nhận", "stop or start taking packages in"),
    Command("hold", "delivery", "Giữ một lượt gửi", "hold a delivery"),
    Command("release", "delivery", "Thả một lượt gửi đang giữ", "release a held delivery"),
    Command("resend", "delivery", "Gửi lại một lượt gửi", "send a delivery again"),
    Command("cancel", "delivery", "Hủy một lượt gửi chưa giao", "cancel a delivery nobody has seen"),
    Command("held", "keeping", "Gói tin đang giữ: xem; hai người thì mở, thả, xóa", "packages that are held"),
    Command("quarantine", "keeping", "Cách ly một gói tin, xem, mở, thả, xóa", "stop a package; open, release, erase"),
    Command("review", "review", "Bản tin chưa khớp văn bản nào: xem, ghép, thả, trả", "messages that fit no document"),
    Command("retention", "retention", "Giữ bao lâu, xóa cái đến hạn", "how long things are kept; let go what is due"),
    Command("personal", "personal", "Dữ liệu về một người nằm ở đâu", "where data about a person stand"),
    Command("alarm", "alarm", "Báo động: xem, ghi đã xử lý", "what an operator must know; seen to"),
    Command("legal-hold", "legal_hold", "Phong tỏa một gói tin, không ai xóa được", "freeze a package against erasing"),
    Command("report", "report", "Số liệu gửi nhận theo tháng", "the exchange in figures"),
    Command("copy-rule", "copy_rule", "Nơi luôn được gửi thêm bản", "who always gets a copy"),
    Command("send", "client_send", "Gửi văn bản qua trục", "send documents through a hub"),
    Command("group", "client_group", "Danh sách nơi nhận đã lưu", "saved lists of recipients"),
    Command("paper", "client_paper", "Sổ gửi bản giấy", "paper for those whom nothing electronic reaches"),
    Command("inbox", "client", "Văn bản đang chờ nhận", "documents that wait for you"),
    Command("get", "client", "Nhận một văn bản và xác nhận", "fetch a document and acknowledge it"),
    Command("status", "client", "Báo trạng thái xử lý, hoặc xem một gói tin", "report a status, or look at a package"),
    Command("declare", "client", "Khai văn bản bị giữ là không mật", "declare a held document not secret"),
    Command("update", "client_update", "Cập nhật dữ liệu, nơi nhận văn bản đã gửi", "change a document that was sent"),
    Command("withdraw", "client", "Hủy, lấy lại hoặc thu hồi văn bản đã gửi", "cancel, take back or recall"),
    Command("broker", "broker", "Quyền của một phần mềm ở RabbitMQ", "what a system may do at RabbitMQ"),
    Command("connector", "connector", "Đại lý bên cạnh phần mềm văn phòng", "the agent beside an office system"),
    Command("bench", "bench", "Đo tải qua các cửa thật", "measure the load the real doors carry"),
    Command("break", "breaking", "Làm cho trục quốc gia giả chạy sai", "make a toy axis misbehave"),
    Command("chaos", "chaos", "Giết máy chủ giữa lúc đang tải rồi đếm", "kill the server under load and count"),
    Command("edxml", "", "Kiểm tra, đóng, mở gói edXML", "validate, show, pack, unpack edXML", "edxml.command:main"),
    Command("verify", "", "Kiểm tra chữ ký của PDF hoặc gói tin", "verify the signatures of a PDF or a package",
            "edxml.verify_command:main"),
)  # fmt: skip

_BY_NAME = {command.name: command for command in COMMANDS}


def find(name: str) -> Command:
    """The command of that name. Raises WrongUseError with the nearest one."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint_vi, hint_en = (f" Ý bạn là `truc {near[0]}`?", f" Did you mean `truc {near[0]}`?") if near else ("", "")
    raise WrongUseError(
        f"Không có lệnh `{name}`.{hint_vi} Xem `truc --help`.", f"No command `{name}`.{hint_en} See `truc --help`."
    )


def overview() -> str:
    """The page of `truc --help`."""
    width = max(map(len, _BY_NAME))
    lines = [f"  {command.name:<{width}}  {command.vietnamese} / {command.english}" for command in COMMANDS]
    return "\n".join([
        "truc: trục liên thông văn bản nội tỉnh / a province's hub for official documents", "",
        "  truc LỆNH --help   cách dùng từng lệnh / how to use a command",
        "  --json             câu trả lời là JSON / answer in JSON", "", *lines, "",
        "Mã kết thúc / exit codes: 0 xong/done, 1 không/no, 2 dùng sai/wrong use, 3 chưa làm được/cannot now",
    ])  # fmt: skip


def add_config(parser: argparse.ArgumentParser) -> None:
    """The --config option of commands that need a hub."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=argparse.SUPPRESS,
        help="hub.toml của trục, mặc định TRUC_CONFIG hoặc ./hub.toml / the hub's settings",
    )  # fmt: skip


def add_person(parser: argparse.ArgumentParser, *, reason: bool = False) -> None:
    """--operator, --reason (required or not) and --decision: who acts, why, and on what paper."""
    parser.add_argument("--operator", metavar="TÊN", help="người thực hiện, mặc định tài khoản đang dùng / who acts")
    parser.add_argument("--reason", metavar="LÝ_DO", required=reason, help="lý do, ghi vào nhật ký / why")
    parser.add_argument("--decision", metavar="SỐ", help="số và ngày quyết định / number and date of the decision")


def add_actions(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[Parser]:
    """Room for second words (`truc agency add`), each added with `add_action`."""
    return parser.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=Parser)


def add_action(actions: argparse._SubParsersAction[Parser], name: str, vietnamese: str, english: str) -> Parser:
    """One second word, with --config."""
    text = f"{vietnamese} / {english}"
    parser = actions.add_parser(name, help=text, description=text)
    add_config(parser)
    return parser


def _config() -> Path:
    return Path(os.environ.get("TRUC_CONFIG", "hub.toml"))


def say(text: str) -> None:
    """A remark for a person, beside the answer: on stderr."""
    print(text, file=sys.stderr)
