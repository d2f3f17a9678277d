"""One call in a process of its own that may neither last nor grow beyond a limit: for files that want to do harm."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

MEMORY_BYTES = 512 * 1024**2
"""What a process that verifies may allocate; files it maps do not count."""


class ContainedError(RuntimeError):
    """The call did not answer: it lasted too long, ran out of memory or ended its process."""


def limit_memory() -> None:
    """From now on this process gets MemoryError beyond MEMORY_BYTES."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def contained(seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` gives, computed in a fork of this process within `seconds`.

    Raises ContainedError, and whatever `work` raises. For commands: a process with threads must not fork.
    """
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(there, work, args, kwargs), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise ContainedError(f"no answer within {seconds:g} s")
        found, failed = here.recv()
    except EOFError:
        process.join()
        raise ContainedError(f"the process ended with {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        here.close()
    if failed is not None:
        raise failed
    return cast("T", found)


def _answer(pipe: Connection, work: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory()
    try:
        pipe.send((work(*args, **kwargs), None))
    except Exception as error:  # noqa: BLE001 - handed to the caller, who raises it
        pipe.send((None, error))
