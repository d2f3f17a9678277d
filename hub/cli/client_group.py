"""`truc group list|show|set|remove`: saved lists of recipients, kept in the hub by one's agency."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote

from hub.cli import line, table
from hub.cli.client_send import recipient
from hub.cli.errors import EXIT_DONE, WrongUseError
from hub.cli.http_client import API, Client
from hub.web import words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, show, set, remove."""
    actions = table.add_actions(parser)
    listed = actions.add_parser("list", help="các danh sách / the lists")
    shown = actions.add_parser("show", help="một danh sách / one list")
    kept = actions.add_parser("set", help="lưu một danh sách, thay danh sách cũ cùng tên / keep a list")
    gone = actions.add_parser("remove", help="bỏ một danh sách / let a list go")
    for one in (shown, kept, gone):
        one.add_argument("name", metavar="TÊN")
    kept.add_argument("members", nargs="+", metavar="ORGAN_ID[:ROLE][/MODE]", help="như --to của truc send / members")
    kept.add_argument("--note", default="", help="ghi chú / note")
    for one in (listed, shown, kept, gone):
        one.add_argument(
            "--agency", metavar="ORGAN_ID", help="cơ quan giữ danh sách, khi phục vụ nhiều cơ quan / whose"
        )


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    client = Client.from_environment()
    query = {"agency": arguments.agency}
    if arguments.action == "list":
        answer = client.get(f"{API}/groups", query)
        rows = [(one["name"], str(len(one["members"])), one["note"]) for one in answer["items"]]
        line.show(arguments, answer, lambda: line.columns(rows))
        return EXIT_DONE
    if "/" in arguments.name:
        raise WrongUseError("Tên danh sách không có dấu /", "the name of a list has no /")
    path = f"{API}/groups/{quote(arguments.name, safe='')}"
    if arguments.action == "show":
        answer = client.get(path, query)
        line.show(arguments, answer, lambda: line.columns(_rows(answer)))
    elif arguments.action == "set":
        body = {"members": [recipient(text) for text in arguments.members], "note": arguments.note}
        answer = client.put(path, body, query)
        line.show(arguments, answer, lambda: line.columns(_rows(answer)))
    else:
        client.delete(path, query)
        line.show(arguments, {"name": arguments.name, "removed": True}, f"{arguments.name}: đã bỏ / removed")
    return EXIT_DONE


def _rows(group: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (one["code"], words.ROLE[one["role"]][0], words.MODE[one["mode"]][0], one["state"], one["name"])
        for one in group["members"]
    ]
