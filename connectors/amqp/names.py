"""What one office system has at the broker: an exchange to write to, queues to read, and who may touch them.

    hub ──────────────► truc.USER.delivery ──────────────► office system     packages for it
    hub ◄── truc.USER.submit          ◄──┐ edoc
    hub ◄── truc.USER.submit.status   ◄──┤ status
    hub ◄── truc.USER.submit.taken    ◄──┘ taken           office system ──► exchange truc.USER.submit
    hub ──────────────► truc.USER.answers ───────────────► office system     receipts and refusals
    hub ──────────────► truc.USER.submit.refused ────────► whoever looks     what could not be taken

The office system may configure nothing, write to its own exchange only (never to the default one, which reaches every
queue) and read three queues of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
"""A user's name at the broker: no dots, so that no two users' names of queues can meet."""

EDOC, STATUS, TAKEN = "edoc", "status", "taken"
"""The routing keys of the submit exchange."""

QUEUE_BYTES = 4 * 1024**3
"""A queue that holds this much takes no more: the publisher hears a nack and waits."""

KEPT_MESSAGES = 100_000
"""Answers and refused messages that nobody fetches: the oldest go first."""


@dataclass(frozen=True, slots=True)
class Names:
    """The exchange and the queues of one office system, by its user at the broker.

    delivery_limit: how often a message may come back before it is put aside as poison.
    """

    user: str
    delivery: str
    submit: str
    answers: str
    delivery_limit: int = 20

    @property
    def exchange(self) -> str:
        """Where the office system writes: a direct exchange."""
        return self.submit

    @property
    def status(self) -> str:
        return f"{self.submit}.status"

    @property
    def taken(self) -> str:
        return f"{self.submit}.taken"

    @property
    def refused(self) -> str:
        return f"{self.submit}.refused"

    def queues(self) -> Mapping[str, dict[str, Any]]:
        """The durable queues and their arguments; quorum queues all."""
        held: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": self.delivery_limit,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.refused,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length-bytes": QUEUE_BYTES,
        }
        kept: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-max-length": KEPT_MESSAGES,
            "x-max-length-bytes": QUEUE_BYTES,
        }
        return {
            self.refused: kept,
            self.delivery: held,
            self.submit: held,
            self.status: held,
            self.taken: held,
            self.answers: kept,
        }

    def bindings(self) -> Mapping[str, str]:
        """Which queue each routing key of the submit exchange leads to."""
        return {EDOC: self.submit, STATUS: self.status, TAKEN: self.taken}

    def permissions(self) -> dict[str, str]:
        """What the office system's user may configure, write and read: patterns of the broker."""
        read = "|".join(re.escape(one) for one in (self.delivery, self.answers, self.refused))
        return {"configure": "^$", "write": f"^{re.escape(self.exchange)}$", "read": f"^({read})$"}


def of(user: str, delivery: str = "", submit: str = "", answers: str = "", delivery_limit: int = 20) -> Names:
    """The names of one user; an empty one follows from the user's."""
    return Names(
        user,
        delivery or f"truc.{user}.delivery",
        submit or f"truc.{user}.submit",
        answers or f"truc.{user}.answers",
        delivery_limit,
    )


HUB_PERMISSIONS = {"configure": r"^truc\.", "write": r"^(truc\..*|amq\.default)$", "read": r"^truc\."}
"""What the hub's own user needs: it makes the queues itself and reaches them through the default exchange."""


def commands(names: Names, vhost: str, login: str) -> list[list[str]]:
    """The words of rabbitmqctl, line by line, that let the hub in and one office system beside it.

    add_user reads the password from its standard input, so that it stands in no list of processes.
    """
    office = names.permissions()
    return [
        ["add_vhost", vhost],
        ["add_user", login],
        ["set_permissions", "-p", vhost, login, *(HUB_PERMISSIONS[one] for one in ("configure", "write", "read"))],
        ["add_user", names.user],
        ["set_permissions", "-p", vhost, names.user, *(office[one] for one in ("configure", "write", "read"))],
        ["set_user_limits", names.user, '{"max-connections": 16, "max-channels": 64}'],
    ]


def definitions(names: Names, vhost: str, login: str) -> dict[str, Any]:
    """The same for `rabbitmqctl import_definitions`, with exchange and queues, without users and their passwords."""
    rights = ((login, HUB_PERMISSIONS), (names.user, names.permissions()))
    return {
        "vhosts": [{"name": vhost}],
        "permissions": [{"user": user, "vhost": vhost, **right} for user, right in rights],
        "exchanges": [
            {
                "name": names.exchange,
                "vhost": vhost,
                "type": "direct",
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
        ],
        "queues": [
            {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}
            for name, arguments in names.queues().items()
        ],
        "bindings": [
            {
                "source": names.exchange,
                "vhost": vhost,
                "destination": queue,
                "destination_type": "queue",
                "routing_key": key,
                "arguments": {},
            }
            for key, queue in names.bindings().items()
        ],
    }
