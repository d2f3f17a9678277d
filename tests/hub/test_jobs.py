"""Background work: orphans of a crash go, whole packages stay."""

from __future__ import annotations

import asyncio
import os
import uuid

from edxml.testing import make_package
from hub.flow import intake
from hub.jobs import sweep


async def body(data):
    yield data


async def test_the_sweep_removes_only_files_without_a_row_that_are_older_than_the_start(snv, stc):
    hub = snv.hub
    data = make_package(snv.codes[0], stc.codes)
    kept = await intake.accept(hub, body(data), intake.Submission(hub.system(snv.system_id), "api"))
    old, young = str(uuid.uuid4()), str(uuid.uuid4())
    for package_id in (old, young):
        writer = hub.blobs.begin()
        writer.write(b"nobody was told of this")
        writer.seal(package_id)
    os.utime(hub.blobs.path(old), (1, 1))
    os.utime(hub.blobs.path(kept.package_id), (1, 1))
    os.utime(hub.blobs.path(young), (2**31, 2**31))

    removed = await sweep.orphans(hub)

    assert removed == 1
    assert set(hub.blobs.list_ids()) == {kept.package_id, young}


async def test_a_sweep_that_failed_takes_no_file_younger_than_the_first_start(hub, monkeypatch):
    """A request may have sealed its file and not committed yet when the sweep is tried again."""
    real, calls = hub.blobs.list_ids, []

    def breaks_once():
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk stumbles")
        return real()

    monkeypatch.setattr(hub.blobs, "list_ids", breaks_once)
    monkeypatch.setattr(sweep, "RETRY_SECONDS", 0.2)
    task = asyncio.create_task(sweep.once(hub))
    await asyncio.sleep(0.05)
    writer, running = hub.blobs.begin(), str(uuid.uuid4())
    writer.write(b"the commit follows")
    writer.seal(running)
    await asyncio.sleep(0.4)
    task.cancel()

    assert len(calls) == 2
    assert list(real()) == [running]
