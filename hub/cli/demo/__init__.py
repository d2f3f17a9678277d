"""`truc demo`: a province in a box on loopback. Two hubs, made-up agencies, real signed PDFs, every claim checked.

`folder`   makes and unmakes the demo's folder           `cast`     who plays
`world`    runs both hubs and registers everybody        `offices`  the agencies' software: real HTTP clients
`papers`   signed PDFs and their packages                `scenes`, `doors`, `story` what happens, in which order
`beside`   an office with a folder and an agent          `called`  an office that is called, and a web hook's receiver
`scene`    one scene's common parts                       `telling`  how it is told
`proof`    what is claimed; receipts read by an outsider  `endless`  what goes on after the story
`play`     the run from folder to exit code               `authority` made-up authorities that answer, or do not
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from hub.cli.errors import WrongUseError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Once or for ever, where, on which port."""
    parser.add_argument(
        "--once", action="store_true", help="diễn một lượt, kiểm, rồi kết thúc / one run, then the summary"
    )
    parser.add_argument("--port", type=int, default=0, metavar="N", help="cổng của trục tỉnh / the province's port")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="thư mục, mặc định ./demo / its folder")


def run(arguments: argparse.Namespace) -> int:
    """Play; 0 when every promise held, 1 when one did not."""
    if not 0 <= arguments.port <= 65_535:
        raise WrongUseError("--port là số từ 0 đến 65535", "--port is a number from 0 to 65535")
    if not arguments.json:
        print("Đang dựng một tỉnh: hai trục, chín cơ quan, văn bản được ký… / building a province…", flush=True)
    _forget_settings()
    from hub.cli.demo import play

    return play.run(arguments)


def _forget_settings() -> None:
    """A demo never touches a real hub: settings in the environment (TRUC_STORE__URL …) are not for it."""
    for name in [name for name in os.environ if name.startswith("TRUC_") and "__" in name]:
        del os.environ[name]
