"""The processes that verify PDF signatures: each task has a time limit of its own, a dead process is replaced.

A file can keep a verifier busy for ever, exhaust its memory or crash it. The alarm first raises in the task, and if
that does not help ends the process; the next task gets a new pool. The caller sees INDETERMINATE, never a verdict.
A verifier ends with its hub, even when the hub is killed.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

from edxml import contained

P = ParamSpec("P")
T = TypeVar("T")

GRACE_SECONDS = 2.0
NICENESS = 5
"""Verification waits for the event loop, not the other way round."""

_PRELOAD = ["edxml.pdf.signature", "edxml.pdf.check"]
_SOCKET_BYTES = 107 - len("/pymp-12345678/listener-12345678")
"""Longest temporary folder in which a fork server's socket can lie."""


class VerifierPool(Executor):
    """A process pool that survives its processes."""

    def __init__(self, processes: int, task_seconds: float) -> None:
        """processes: 0 = as many as processors, at most 2. task_seconds: longest task."""
        self._processes = processes or min(2, os.cpu_count() or 1)
        self._seconds = task_seconds
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in a process; a pool that broke since the last task is replaced first."""
        with self._lock:
            try:
                return self._ready().submit(_limited, self._seconds, fn, args, kwargs)
            except BrokenExecutor:
                self._drop(wait=False)
                return self._ready().submit(_limited, self._seconds, fn, args, kwargs)

    def warm(self) -> list[Future[int]]:
        """Start the processes before the first document needs them; done when all of them have answered."""
        return [self.submit(os.getpid) for _ in range(self._processes)]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - Executor's signature
        """Let the processes go; what waits is dropped."""
        with self._lock:
            self._drop(wait=wait)

    def _ready(self) -> ProcessPoolExecutor:
        if self._pool is None:
            short = len(os.fsencode(tempfile.gettempdir())) <= _SOCKET_BYTES
            context = multiprocessing.get_context("forkserver" if short else "spawn")
            context.set_forkserver_preload(_PRELOAD)
            self._pool = ProcessPoolExecutor(self._processes, mp_context=context, initializer=_settle)
        return self._pool

    def _drop(self, *, wait: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=True)


def _settle() -> None:
    """A verifier leaves signals and precedence to the hub, takes no more memory than it needs, does not outlive it."""
    threading.Thread(target=_end_with_the_hub, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    contained.limit_memory()
    os.nice(NICENESS)


def _end_with_the_hub() -> None:
    """A killed hub closes nothing by itself, and a verifier that waits for work holds its own end of the queue."""
    hub = multiprocessing.parent_process()
    assert hub is not None, "a verifier is started by multiprocessing"
    multiprocessing.connection.wait([hub.sentinel])
    os._exit(1)


def _limited(seconds: float, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    rung = 0

    def ring(_number: int, _frame: object) -> None:
        nonlocal rung
        rung += 1
        if rung > 1:
            os._exit(1)
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE_SECONDS)
    try:
        return work(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
