"""The admin commands of the trust list: whose signatures are believed, and how their authorities answer."""

from __future__ import annotations

import base64
import binascii

from hub import clock
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow import trust
from hub.store import answers, rechecks


async def trust_list(hub: Hub, _args: Args) -> Answer:
    """The trusted certificates, the revocation lists that are known, who does not answer, and what waits for it."""
    now = clock.to_text(hub.clock.now())
    entries = await trust.listed(hub)
    rows = await hub.db.read(answers.newest_lists)
    silent, refused = hub.fetcher.silent() if hub.fetcher is not None else ((), ())
    return {
        "certificates": [entry.as_json() for entry in entries],
        "lists": [
            {
                "url": row.url,
                "as_of": row.as_of,
                "next_at": row.next_at,
                "outdated": row.next_at is not None and row.next_at <= now,
            }
            for row in rows
        ],
        "silent": list(silent),
        "refused_hosts": list(refused),
        "undecided": await hub.db.read(rechecks.waiting),
    }  # fmt: skip


async def trust_add(hub: Hub, args: Args) -> Answer:
    """Believe the certificates of a file (its bytes in base64) for one purpose."""
    try:
        data = base64.b64decode(args["data"], validate=True)
        added = await trust.add(hub, data, args["purpose"], operator(args))
    except (binascii.Error, trust.TrustProblem) as cause:
        raise WrongArgumentError(str(cause)) from cause
    return {"certificates": [entry.as_json() for entry in added], "version": hub.trust.version}


async def trust_remove(hub: Hub, args: Args) -> Answer:
    """Believe a certificate no more."""
    try:
        gone = await trust.remove(hub, args["fingerprint"], operator(args))
    except trust.TrustProblem as cause:
        raise WrongArgumentError(str(cause)) from cause
    return {"certificates": [entry.as_json() for entry in gone], "version": hub.trust.version}


async def trust_reload(hub: Hub, args: Args) -> Answer:
    """Read the folder again, after a change by hand."""
    try:
        await trust.reload(hub, f"user:{operator(args)}")
    except trust.TrustProblem as cause:
        raise WrongArgumentError(str(cause)) from cause
    return {"certificates": [entry.as_json() for entry in await trust.listed(hub)], "version": hub.trust.version}


COMMANDS: dict[str, CommandFunction] = {
    "trust.list": trust_list,
    "trust.add": trust_add,
    "trust.remove": trust_remove,
    "trust.reload": trust_reload,
}
"""Their part of `hub.admin.COMMANDS`."""
