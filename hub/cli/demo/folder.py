"""The demo's folder: made anew for each run, and never at the cost of anything that is not a demo's."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.cli.errors import CannotNowError
from hub.lock import FolderBusyError, FolderLock

MARK = "demo.json"
"""The file that says: `truc demo` made this folder and may empty it."""

_OURS = ("province", "axis", "agent", "documents", "hub.log")
_DEFAULT = Path("demo")


@contextlib.contextmanager
def prepared(chosen: Path | None, *, once: bool) -> Iterator[Path]:
    """An empty demo folder, held by this process. With --once and no DIR: a temporary one, removed at the end.

    Raises CannotNowError when the folder is something else, or in use.
    """
    if chosen is None and once:
        with tempfile.TemporaryDirectory(prefix="truc-demo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    folder = (chosen or _DEFAULT).absolute()
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(json.dumps({"made_by": "truc demo"}) + "\n", encoding="utf-8")
    try:
        lock = FolderLock(folder)
    except FolderBusyError as busy:
        raise CannotNowError(
            f"Một `truc demo` khác (tiến trình {busy.holder or '?'}) đang chạy ở {folder}. Dừng nó hoặc đổi --dir.",
            f"Another `truc demo` (process {busy.holder or '?'}) runs in {folder}. Stop it or choose another --dir.",
            "conflict",
        ) from busy
    with lock:
        for name in _OURS:
            _remove(folder / name)
        yield folder


def _refuse_foreign(folder: Path) -> None:
    if folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir())):
        return
    if folder.exists():
        raise CannotNowError(
            f"{folder} đã có và không phải do `truc demo` tạo; không đụng tới. Chọn thư mục khác bằng --dir.",
            f"{folder} exists and was not made by `truc demo`; it is left alone. Choose another with --dir.",
            "conflict",
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
