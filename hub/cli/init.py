"""`truc init DIR`: the folder of a new hub: settings to start with, keys and certificates marked TEST."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from hub.cli import line, shipped
from hub.cli.errors import EXIT_DONE, CannotNowError, WrongUseError

_SETTINGS = """\
# Cấu hình của trục. Mọi mục: config/README.md. Mục nào cũng đổi được bằng biến môi trường TRUC_<PHẦN>__<MỤC>.
# Settings of this hub. All of them: config/README.md. The environment overrides: TRUC_<SECTION>__<KEY>.
# `truc check --config hub.toml` liệt kê những gì chưa đủ để chạy thật / lists what is not fit for production.

[hub]
role = {role}
organ_id = {organ_id}
name = {name}
# Đuôi mã định danh của tỉnh, ví dụ ["H99"] / endings of the province's own codes: they never leave it
prefixes = {prefixes}
# Hệ thống mới hoạt động ngay với khóa bí mật chung. Tắt khi chạy thật.
# New systems are active at once with their shared secret. Turn off for production.
test_mode = true

[store]
url = "sqlite:///truc.db"
blobs = "blobs"

# HTTP không mã hóa chỉ phục vụ máy này. Để phục vụ mạng: address = "0.0.0.0" và certificate, key.
# Plain HTTP serves this machine only. For a network: address = "0.0.0.0" and a certificate with its key.
[[listen]]
address = "127.0.0.1"
port = {port}
doors = ["vxp", "api", "pages", "metrics"]
# certificate = "keys/tls.crt"
# key = "keys/tls.key"

# Văn bản không có chữ ký số vẫn được chuyển, có ghi chú "để biết, tham khảo".
# Unsigned documents pass, labelled as for information only.

# Trục liên thông văn bản quốc gia / the national axis
# [axis]
# endpoint = "https://..."
# system_id = "..."
# secret_file = "keys/axis.secret"
# poll_seconds = 30

[profile]
name = {profile}

[outgoing]
# Mạng mà trục được gọi tới dù là mạng riêng hay máy này / networks it may call although private or loopback
allow = []
"""

LAID_BESIDE = "he-thong.toml"
"""The copy of the pattern in the hub's folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and who the hub is."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--organ-id", help="mã định danh của trục, mặc định 000.00.00.H00 / the hub's own code")
    parser.add_argument("--name", help="tên hiển thị / its name")
    parser.add_argument("--port", type=int, default=8080, help="cổng, 0 = cổng trống bất kỳ / port, 0 = any free one")
    parser.add_argument("--role", choices=("province", "axis"), default="province")
    parser.add_argument("--like", metavar="MẪU", help="theo một mẫu của config/systems, chép thành he-thong.toml / "
                        f"begin with a pattern: {', '.join(shipped.names())}")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Make the folder. The settings file is written last: without it nothing there counts as a hub."""
    folder: Path = arguments.folder
    file = folder / "hub.toml"
    like = shipped.pattern(arguments.like) if arguments.like else None
    if not 0 <= arguments.port <= 65_535:
        raise WrongUseError("--port là số từ 0 đến 65535", "--port is a number from 0 to 65535")
    if folder.exists() and not folder.is_dir():
        raise WrongUseError(f"{folder} không phải thư mục", f"{folder} is not a folder")
    if file.exists() or (folder / "truc.db").exists():
        raise CannotNowError(
            f"{folder} đã là thư mục của một trục; không ghi đè. Chọn thư mục khác.",
            f"{folder} already is a hub's folder and is left as it is. Choose another one.",
            "conflict",
        )
    if folder.exists() and any(folder.iterdir()) and not (folder / "keys").is_dir():
        raise CannotNowError(
            f"{folder} không trống. Chọn thư mục trống.", f"{folder} is not empty. Choose an empty one.", "conflict"
        )
    from hub import key_making

    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _take_over(arguments, like)
    key_making.create(folder / "keys", arguments.organ_id, arguments.name)
    for purpose in ("state", "public", "tsa"):
        (folder / "trust" / purpose).mkdir(parents=True, exist_ok=True)
    (folder / "blobs").mkdir(mode=0o700, exist_ok=True)
    if like is not None:
        (folder / LAID_BESIDE).write_bytes(like.read_bytes())
    key_making.write_private(file, settings_text(arguments).encode())
    answer = {"folder": str(folder), "config": str(file), "organ_id": arguments.organ_id, "test_keys": True}
    line.show(arguments, answer, lambda: _next_steps(file, folder / LAID_BESIDE if like else None))
    return EXIT_DONE


def _take_over(arguments: argparse.Namespace, like: Path | None) -> None:
    """What was not given, from the file of a pattern or as it is by default."""
    from hub.cli import pattern

    said = pattern.read(like) if like is not None else None
    arguments.organ_id = arguments.organ_id or (said.organ_id if said else "000.00.00.H00")
    arguments.name = arguments.name or (said.name if said else "")
    arguments.profile = said.profile if said else "national"
    arguments.prefixes = list(said.prefixes) if said else []


def settings_text(arguments: argparse.Namespace) -> str:
    """The first hub.toml. A JSON string is a TOML basic string."""
    return _SETTINGS.format(
        role=json.dumps(arguments.role),
        organ_id=json.dumps(arguments.organ_id, ensure_ascii=False),
        name=json.dumps(arguments.name, ensure_ascii=False),
        port=arguments.port,
        profile=json.dumps(arguments.profile),
        prefixes=json.dumps(arguments.prefixes),
    )


def _next_steps(file: Path, laid: Path | None) -> str:
    if laid is not None:
        return "\n".join([
            f"Đã tạo trục tại {file.parent} theo mẫu (khóa và chứng thư TEST) / made, with TEST keys",
            f"Xem và sửa / look at and change: {laid}",
            "Tiếp theo / next:",
            f"  truc system import {laid} --config {file}",
            f"  truc serve --config {file}",
        ])  # fmt: skip
    return "\n".join([
        f"Đã tạo trục tại {file.parent} (khóa và chứng thư TEST) / made, with TEST keys",
        "Tiếp theo / next:",
        f"  truc agency import co-quan.csv --config {file}",
        f"  truc system add TEN --for MA_DINH_DANH --config {file}",
        f"  truc serve --config {file}",
    ])  # fmt: skip
