"""`truc serve`: run the hub until it is told to stop."""

from __future__ import annotations

import argparse
import errno
import os
import resource
import sys

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, CannotNowError, WrongUseError

OPEN_FILES = 65_536
"""Connections and files a hub may hold at once, as far as the system allows: the SDK leaves one open a call."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which hub, and on what port."""
    table.add_config(parser)
    parser.add_argument(
        "--port", type=int, help="cổng của địa chỉ đầu tiên, thay cho tệp cấu hình / first listener's port"
    )
    parser.add_argument("--workers", type=int, default=1, help="số tiến trình, mặc định 1 / processes")


def run(arguments: argparse.Namespace) -> int:
    """Print `listening on URL` once ready, and return after a graceful stop."""
    import asyncio

    from hub import settings

    loaded = settings.load(line.settings_file(arguments.config))
    if arguments.port is not None:
        if not 0 <= arguments.port <= 65_535:
            raise WrongUseError("--port là số từ 0 đến 65535", "--port is a number from 0 to 65535")
        loaded = settings.with_port(loaded, arguments.port)
    if arguments.workers < 1 or (arguments.workers > 1 and loaded.sqlite_path is not None):
        raise WrongUseError(
            "SQLite chỉ chạy được một tiến trình: bỏ --workers.",
            "With SQLite a hub is one process: leave --workers out.",
        )
    from hub import app, log
    from hub.lock import FolderBusyError

    os.umask(0o077)
    _allow_open_files()
    log.configure(loaded.log.level)
    try:
        asyncio.run(app.serve(loaded, _announce))
    except FolderBusyError as busy:
        raise CannotNowError(
            f"Trục ở {loaded.folder} đang chạy (tiến trình {busy.holder or '?'}). Dừng nó trước.",
            f"A hub already runs in {loaded.folder} (process {busy.holder or '?'}). Stop it first.",
        ) from busy
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES} or error.filename:
            raise
        places = ", ".join(f"{listen.address}:{listen.port}" for listen in loaded.listen)
        raise CannotNowError(
            f"Không mở được địa chỉ {places}: cổng đang bận hoặc không được phép. Chọn cổng khác bằng --port.",
            f"Cannot listen on {places}: the port is busy or not allowed. Choose another with --port.",
        ) from error
    return EXIT_DONE


def _announce(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def _allow_open_files() -> None:
    """Raise the soft limit, 1024 by custom, towards the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
