"""`truc agency sync`: what differs between the national list and ours; taken over when two persons agreed."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

_LEFT = {
    "ours": "của tỉnh ta, không sửa / ours, not touched",
    "ours_unknown": "mang mã của tỉnh ta nhưng ta chưa có / under our codes, unknown here",
    "code_invalid": "mã không hợp lệ / no valid code",
    "code_repeated": "trùng mã trong danh sách / code repeated in the list",
    "code_taken": "mã đã thuộc cơ quan khác / the code is another's",
    "name": "tên không dùng được / name not usable",
    "parent_cycle": "cấp trên thành vòng, bỏ cấp trên / parents in a circle, left out",
    "parent_unknown": "không rõ cấp trên, bỏ cấp trên / parent unknown, left out",
}


def add(actions: argparse._SubParsersAction[table.Parser]) -> None:
    """The second word `sync`."""
    text = "So với danh sách quốc gia, lập đề nghị; chưa sửa gì"
    found = table.add_action(actions, "sync", text, "compare with the national list; nothing changes yet")
    found.add_argument(
        "--full", action="store_true", help="so mọi dòng, không chỉ dòng mới / every row, not only new ones"
    )
    found.add_argument("--closings", type=int, metavar="N", help="đúng N cơ quan sẽ đóng, khi danh sách ngắn hẳn đi / "
                       "believe a list that closes exactly N")  # fmt: skip
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {"full": arguments.full, "closings": arguments.closings, "operator": arguments.operator}
    answer = line.call(arguments.config, "agency.sync", args)
    line.show(arguments, answer, lambda: _text(answer))
    return EXIT_DONE


def _text(answer: dict[str, Any]) -> str:
    counts = ", ".join(f"{kind} {count}" for kind, count in answer["counts"].items()) or "không có gì / nothing"
    lines = [f"phiên bản/version {answer['seen']} -> {answer['version']}: {counts}"]
    lines += [f"  để nguyên/left {count}: {_LEFT.get(why, why)}" for why, count in answer["left"].items()]
    for one in answer["first"]:
        was = "" if one["was"] is None else f"  (trước/was {one['was']['organ_id']} {one['was']['name']})"
        lines.append(f"  {one['change']}: {one['organ_id']} {one['name']}{was}")
    lines.append(f"toàn bộ/all of it: {answer['file']}")
    if "confirmation" in answer:
        lines.append(f"chờ hai người/waits for two persons: truc confirm show {answer['confirmation']}")
    return "\n".join(lines)
