"""TLS of a listener: its certificate, and which client certificates come through the handshake.

Every handshake uses the files and registrations of that moment: a renewed certificate, a new authority or a client
certificate registered just now needs no restart.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from hub import log
from hub.settings import SettingsProblem

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.sections import Listen
    from hub.settings import Settings

Registered = Callable[[], tuple[int, tuple[str, ...]]]
"""The version of the registry, and the client certificates registered in it (PEM)."""


def context(settings: Settings, listen: Listen, registered: Registered = lambda: (0, ())) -> ssl.SSLContext:
    """The context of a listener with a certificate. Raises SettingsProblem, OSError, ssl.SSLError (files)."""
    place = f"listen {listen.address}:{listen.port}"
    if listen.client_revocations is not None and listen.client_authorities is None:
        raise SettingsProblem(place, [("client_revocations", "the lists need client_authorities, who sign them")])
    return _Fresh(settings, listen, registered).first()


def registered_in(hub: Hub) -> Registered:
    """The client certificates registered for the systems of a hub."""

    def found() -> tuple[int, tuple[str, ...]]:
        now = hub.clock.now()
        systems = hub.directory.systems()
        return hub.directory.version, tuple(
            key.value for system in systems for key in system.keys_at(now, "certificate")
        )

    return found


class _Fresh:
    """Makes a new context whenever the files or the registrations have changed."""

    def __init__(self, settings: Settings, listen: Listen, registered: Registered) -> None:
        assert listen.certificate is not None, "only a listener with a certificate speaks TLS"
        assert listen.key is not None, "the key comes with the certificate"
        self._listen = listen
        self._certificate, self._key = settings.at(listen.certificate), settings.at(listen.key)
        self._authorities = settings.at(listen.client_authorities) if listen.client_authorities else None
        self._registered = registered
        self._stamp: tuple[object, ...] = ()
        self._context: ssl.SSLContext

    def first(self) -> ssl.SSLContext:
        self._stamp = self._now()
        self._context = self._made()
        return self._context

    def _now(self) -> tuple[object, ...]:
        files = (self._certificate, self._key, self._authorities)
        return (*(path.stat().st_mtime_ns for path in files if path is not None), self._registered()[0])

    def _made(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2  # law: S-09
        made.load_cert_chain(self._certificate, self._key)
        if self._listen.client_certificate != "none":
            if self._authorities is not None:
                made.load_verify_locations(self._authorities)
            for pem in self._registered()[1]:
                made.load_verify_locations(cadata=pem)
            made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a registered certificate is its own anchor
            required = self._listen.client_certificate == "required"
            made.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL  # law: R-181 QĐ28 Đ12.1
            made.options |= ssl.OP_NO_TICKET  # no resumption without a look at the certificate
            made.num_tickets = 0
        made.sni_callback = self._take_newest
        return made

    def _take_newest(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Called by every handshake before certificates are looked at."""
        try:
            stamp = self._now()
            if stamp != self._stamp:
                self._context = self._made()
                self._stamp = stamp
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            log.get().exception("tls files not read again", port=self._listen.port)
        connection.context = self._context
