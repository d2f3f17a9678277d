"""What a command says when it cannot answer: an exit code and two sentences."""

from __future__ import annotations

import errno
import os

EXIT_DONE, EXIT_NO, EXIT_USE, EXIT_CANNOT, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


class CommandError(Exception):
    """The command ends here. `vietnamese`, `english`: one line each, with what to do next; `code`: for --json."""

    exit_code = EXIT_NO
    default_code = "refused"

    def __init__(self, vietnamese: str, english: str, code: str = "") -> None:
        super().__init__(english)
        self.vietnamese = vietnamese
        self.english = english
        self.code = code or self.default_code


class WrongUseError(CommandError):
    """The command was not called as it can be called."""

    exit_code = EXIT_USE
    default_code = "usage"


class CannotNowError(CommandError):
    """Nothing is wrong with the question, but it cannot be answered at present."""

    exit_code = EXIT_CANNOT
    default_code = "dependency_down"


def explain(error: Exception) -> CommandError:
    """The two sentences for any exception that reaches the command line."""
    if isinstance(error, CommandError):
        return error
    known = _known(error)
    if known is not None:
        return known
    if isinstance(error, FileNotFoundError):
        return CannotNowError(
            f"Không tìm thấy tệp {error.filename}. Kiểm tra đường dẫn.",
            f"No such file: {error.filename}. Check the path.",
            "not_found",
        )
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        reason = os.strerror(error.errno) if error.errno else str(error)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return CannotNowError(
            f"Hệ điều hành từ chối: {reason}{where}.",
            f"The operating system refused: {reason}{where}.",
            "storage_full" if full else "dependency_down",
        )
    return CannotNowError(
        f"Lỗi ngoài dự kiến ({type(error).__name__}). Chạy lại với TRUC_DEBUG=1 để xem chi tiết.",
        f"Unexpected error ({type(error).__name__}: {str(error)[:200]}). Run again with TRUC_DEBUG=1 to see where.",
        "internal",
    )


def _known(error: Exception) -> CommandError | None:
    """The project's own exceptions, told apart by name so that nothing heavy is imported for it."""
    match type(error).__name__:
        case "SettingsProblem":
            return WrongUseError(f"Cấu hình sai: {error}", f"The settings are wrong: {error}", "settings")
        case "KeyProblem":
            return CannotNowError(f"Khóa của trục có vấn đề: {error}", f"A key of the hub: {error}", "keys")
        case "Refusal":
            fault = error.fault  # type: ignore[attr-defined]
            detail = f" ({error.detail})" if error.detail else ""  # type: ignore[attr-defined]
            return CommandError(
                f"{fault.title_vi}{detail}. {fault.remedy_vi}",
                f"{fault.title_en}{detail}. {fault.remedy_en}",
                fault.slug,
            )
        case "StorageFullError":
            return CannotNowError("Hết chỗ trên đĩa; giải phóng rồi chạy lại.", str(error), "storage_full")
        case "StorageDownError":
            return CannotNowError("Không đọc, ghi được cơ sở dữ liệu.", f"The database: {error}", "dependency_down")
        case _:
            return None
