"""The line to a hub: how a command gets its answer, from the running hub or from its folder, and how it is shown."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.cli import table
from hub.cli.errors import CannotNowError, CommandError, WrongUseError

_PATIENCE_SECONDS = 10.0
_CANNOT = frozenset({
    "overloaded", "storage_full", "dependency_down", "intake_stopped", "internal", "rate_limited",
    "revocation_unavailable", "timestamp_unavailable",
})  # fmt: skip

_PASSWORD = "TRUC_PASSWORD"  # noqa: S105 - the name of a variable
_LATER = (
    "Đã thực hiện ngay; người khác phải xác nhận hoặc hoàn tác: truc confirm show {id}\n"
    "Done at once; somebody else must confirm or undo it: truc confirm show {id}"
)


class FiledError(Exception):
    """The command was taken and waits for two persons. answer: confirmation, state, title_vi, title_en."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["confirmation"])
        self.answer = answer


def call(config: Path, name: str, args: dict[str, Any]) -> dict[str, Any]:
    """Run the admin command `name` and give its answer.

    A running hub is asked over its socket; otherwise the folder's lock is taken and the same command runs here.
    Raises CommandError with what the command refused, CannotNowError when another process holds the folder, FiledError
    when the command waits for two persons now.
    """
    if args.get("operator") and _PASSWORD in os.environ:
        args = {"operator_password": os.environ[_PASSWORD], **args}
    folder = folder_of(config)
    answer = _ask_or_do(config, folder, name, args)
    if "error" in answer:
        raise _refused(answer["error"])
    result: dict[str, Any] = answer["result"]
    if "confirmation" in result and not name.startswith("confirm."):
        if result.get("state") == "open":
            raise FiledError(result)
        if result.get("state") != "waiting":
            table.say(_LATER.format(id=result["confirmation"]))
    return result


def folder_of(config: Path) -> Path:
    """The folder of a hub's settings file. Raises WrongUseError when there is no such file."""
    file = config / "hub.toml" if config.is_dir() else config
    if not file.is_file():
        raise WrongUseError(
            f"Không có tệp cấu hình {file}. Dùng --config THƯ_MỤC/hub.toml, hoặc tạo bằng `truc init THƯ_MỤC`.",
            f"No settings file {file}. Give --config DIR/hub.toml, or make one with `truc init DIR`.",
            "not_found",
        )
    return file.absolute().parent


def settings_file(config: Path) -> Path:
    """The settings file itself, given it or its folder."""
    return folder_of(config) / ("hub.toml" if config.is_dir() else config.name)


def show(arguments: argparse.Namespace, data: object, text: str | Callable[[], str]) -> None:
    """Print the answer: `data` as JSON with --json, else `text`."""
    if arguments.json:
        print(json.dumps(data, ensure_ascii=False, default=str))
    else:
        print(text if isinstance(text, str) else text())


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a plain table, the last column as wide as it is."""
    if not rows:
        return "(trống / nothing)"
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def moment(text: str | None) -> str:
    """A moment of an answer as a person reads it: `22/11/2026 04:56`; a dash for none."""
    return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M") if text else "-"


def both(pair: tuple[str, str]) -> str:
    """A word in both languages."""
    return " / ".join(pair)


def _ask_or_do(config: Path, folder: Path, name: str, args: dict[str, Any]) -> dict[str, Any]:
    from hub import admin_socket
    from hub.lock import FolderBusyError, FolderLock

    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return admin_socket.ask(folder, name, args)
        except admin_socket.NotRunningError:
            pass
        try:
            lock = FolderLock(folder)
        except FolderBusyError as busy:  # starting, stopping, or another command: a moment's patience
            if time.monotonic() > until:
                raise CannotNowError(
                    f"Thư mục {folder} đang do tiến trình {busy.holder or '?'} giữ và nó không trả lời. Thử lại sau.",
                    f"{folder} is held by process {busy.holder or '?'}, which does not answer. Try again later.",
                ) from busy
            time.sleep(0.1)
            continue
        with lock:
            return _do(settings_file(config), name, args)


def _do(file: Path, name: str, args: dict[str, Any]) -> dict[str, Any]:
    import asyncio

    from hub import admin, app, log, settings

    os.umask(0o077)
    log.configure("warning")

    async def once() -> dict[str, Any]:
        hub = await app.open_hub(settings.load(file))
        try:
            return await admin.answer(hub, name, args)
        finally:
            await app.close_hub(hub)

    return asyncio.run(once())


def _refused(error: dict[str, str]) -> CommandError:
    kind: type[CommandError] = CommandError
    if error["code"] in _CANNOT:
        kind = CannotNowError
    elif error["code"] == "usage":
        kind = WrongUseError
    return kind(error["title"], error["detail"], error["code"])
