"""The command line, `truc`: one table of commands, each in a module of its own that is imported when it is called.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 cannot now. Errors are a line in Vietnamese and one in English
that say what to do next; a traceback is shown only with TRUC_DEBUG=1.
A command module has `add_arguments(parser)` and `run(arguments) -> int`; see `hub/cli/table.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_CANNOT, EXIT_DONE, EXIT_INTERRUPTED, EXIT_USE, CommandError, explain


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(table.overview())
        return EXIT_DONE if words else EXIT_USE
    if words[0] in {"-V", "--version"}:
        from importlib import metadata

        print(f"truc {metadata.version('truc')}")
        return EXIT_DONE
    try:
        return table.find(words[0]).run(words[1:])
    except line.FiledError as filed:
        return _filed(filed.answer, as_json="--json" in words)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except Exception as error:
        if os.environ.get("TRUC_DEBUG") == "1" and not isinstance(error, CommandError):
            raise
        return _tell(explain(error), as_json="--json" in words)


def _filed(answer: dict[str, Any], *, as_json: bool) -> int:
    """Nothing went wrong: the change waits for other people."""
    if as_json:
        import json

        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{answer['confirmation']}: {answer['state']}\n{answer['title_vi']}\n{answer['title_en']}")
    return EXIT_DONE


def _tell(error: CommandError, *, as_json: bool) -> int:
    if as_json:
        import json

        body = {"code": error.code, "title": error.vietnamese, "detail": error.english}
        print(json.dumps({"error": body}, ensure_ascii=False))
    print(f"truc: {error.vietnamese}", file=sys.stderr)
    if error.english != error.vietnamese:
        print(f"      {error.english}", file=sys.stderr)
    return error.exit_code or EXIT_CANNOT
