"""A receiver of calls over real TLS: an office system, a web hook's program, a gateway. It does what a test says."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import ipaddress
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "whsec_" + base64.b64encode(b"a shared secret of the tests").decode()


@dataclass(frozen=True)
class Shown:
    """A certificate and its key, as texts."""

    certificate: str
    key: str

    def files(self, folder: Path, name: str) -> tuple[Path, Path]:
        paths = folder / f"{name}.crt", folder / f"{name}.key"
        paths[0].write_text(self.certificate)
        paths[1].write_text(self.key)
        return paths


class Authority:
    """Vouches for servers on loopback and for clients."""

    def __init__(self, name: str = "CA thử nghiệm") -> None:
        self.name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(name, self._key, authority=True)

    def issue(self, name: str, host: str = "127.0.0.1") -> Shown:
        key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PrivateFormat.PKCS8
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        return Shown(self._sign(name, key, host=host), pem.decode())

    def _sign(self, name: str, key: Any, *, authority: bool = False, host: str = "") -> str:
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        vouching = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(vouching, critical=False)
        if host:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
            made = made.add_extension(names, critical=False)
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Called:
    """One call as it came. head: the raw lines. shown: the client's certificate, None without TLS or certificate."""

    method: str
    path: str
    head: bytes
    headers: dict[str, str]
    body: bytes
    shown: dict[str, Any] | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed(self, content: bytes | None = None, secret: str = SECRET) -> bool:
        """Whether one of its signatures is that of this secret, computed as any programmer would."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        signed += self.body if content is None else content
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return right in self.headers["webhook-signature"].split()


Behaviour = Callable[["Receiver", Called, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """A server on a free port. script: one behaviour for each call, the last one for ever; reads: how it reads."""

    tls: ssl.SSLContext | None = None
    script: list[Behaviour | bytes] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    before_reading: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._server = None

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def last(self) -> Called:
        return self.calls[-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if self.before_reading is not None:
                await self.before_reading(reader, writer)
            while True:
                await self._answer(await self._read(reader, writer), writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Called:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Called(method, path, head, headers, body, writer.get_extra_info("peercert"))

    async def _answer(self, called: Called, writer: asyncio.StreamWriter) -> None:
        behaviour = self.script[min(len(self.calls), len(self.script) - 1)] if self.script else taken
        self.calls.append(called)
        if isinstance(behaviour, bytes):
            writer.write(behaviour)
            await writer.drain()
        else:
            await behaviour(self, called, writer)


def said(status: int, body: bytes | str | dict[str, Any] = b"", **headers: str) -> bytes:
    """An answer; underscores in names of headers stand for hyphens."""
    if isinstance(body, dict):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\n{more}\r\n".encode() + data


async def taken(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """What a good office system answers."""
    if called.method == "HEAD":
        writer.write(said(200))
        return
    writer.write(said(200, {"sha256": called.sha256, "id": f"o-{called.headers.get('webhook-id', '')}"}))
    await writer.drain()


async def known(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """It has it already."""
    writer.write(said(409, {"sha256": called.sha256}))
    await writer.drain()


async def silent(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """Half-open: it took everything and says nothing, ever."""
    await asyncio.Event().wait()


async def cut(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """It took everything, and the line breaks before its answer."""
    writer.transport.abort()


async def endless(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """An answer without end."""
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def dribbling(receiver: Receiver, called: Called, writer: asyncio.StreamWriter) -> None:
    """An answer of which a byte comes now and then."""
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.2)


def server_tls(folder: Path, authority: Authority, shown: Shown, *, clients: bool = True) -> ssl.SSLContext:
    """TLS of a receiver that asks for a certificate of this authority."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.certificate)
    made.load_cert_chain(*shown.files(folder, "server"))
    made.verify_mode = ssl.CERT_REQUIRED if clients else ssl.CERT_NONE
    return made
