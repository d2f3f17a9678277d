"""The national axis's Java SDK (SDKVXP 2.0.0 and 2.0.1) in Python, byte for byte on the wire, quirks included.

Raw sockets, because the order and spelling of headers is part of it. What makes the SDK hand a null to its caller, or
throw inside itself, is a `NullResultError` here, so that a test fails where a program in an agency would die.
Kept from the original: the timestamp is taken when a service object is made; the header map is never cleared; headers
in the order of a Java HashMap; `hash-file` without leading zeros of bytes; file bytes + CRLF; `Expect: 100-continue`
that really waits; POST for the counts; US-ASCII for the reply of sendEdoc; no check of what downloadEdoc brings.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import hmac
import http.client
import io
import json
import socket
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
CONTINUE_SECONDS = 3.0


class NullResultError(AssertionError):
    """The SDK would now give its caller null, an empty result, or an exception."""


@dataclass
class Reply:
    """What came back: the raw answer and what the SDK makes of it."""

    http_status: int
    headers: dict[str, str]
    body: bytes
    json: dict = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.json.get("status") == "OK" and self.json.get("ErrorCode") == "0"

    @property
    def code(self) -> str:
        return self.json["ErrorCode"]

    @property
    def why(self) -> str:
        return self.json["ErrorDesc"]


def java_hash(text: str) -> int:
    value = 0
    for unit in text:
        value = (31 * value + ord(unit)) & 0xFFFFFFFF
    return value ^ (value >> 16)


def java_order(names) -> list[str]:
    """Keys as a java.util.HashMap that received them in this order gives them back."""
    names = list(names)
    size = 16
    while len(names) > size * 3 // 4:
        size *= 2
    return sorted(names, key=lambda name: java_hash(name) & (size - 1))  # stable: a bucket keeps its order


def gson(value: str) -> str:
    """A string as Gson writes it: letters kept, HTML signs escaped."""
    text = json.dumps(value, ensure_ascii=False)
    for sign in "<>&='":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def unpadded_sha256(data: bytes) -> str:
    return "".join(f"{byte:x}" for byte in hashlib.sha256(data).digest())


def timestamp_now() -> str:
    now = datetime.now()  # noqa: DTZ005 - the SDK takes local time
    return f"{now:%d%m%YT%H%M%S}+{now.microsecond // 1000:04d}"


class Service:
    """One SDK service object: AgencyServiceImp or KnobstickServiceImp."""

    def __init__(self, endpoint, system_id, secret, *, version="2.0.1", timestamp=None, source=None):
        self.endpoint = endpoint
        self.version = version
        self.secret = secret
        self.source = source
        self.map = {"systemid": system_id, "timestamp": timestamp or timestamp_now()}
        self._socket: socket.socket | None = None

    def headers(self, caller: dict[str, str], content_type: str) -> list[tuple[str, str]]:
        """The signed part of a request; changes the map for good."""
        self.map |= {**caller, "Content-Type": content_type}
        names = java_order(self.map)
        signed = "{" + ",".join(f"{gson('XroadVnpt-' + name)}:{gson(self.map[name])}" for name in names) + "}"
        digest = hmac.digest(self.secret.encode(), signed.encode(), "sha256").hex()
        result = []
        for name in names:
            if name == "Content-Type" and content_type == "application/json":
                result.append(("Content-Type", content_type))
            result.append((f"XroadVnpt-{name}", self.map[name]))
        return [
            *result,
            ("XroadVnpt-sign-header-key", ";".join(names)),
            ("XroadVnpt-sign-header", signed),
            ("XroadVnpt-hash-header", digest),
            ("User-Agent", AGENT),
            ("XroadVnpt-version", "3.0.201608"),
        ]

    def call(self, method: str, caller: dict[str, str], body: bytes | None = b"", verb: str = "POST") -> Reply:
        """A call by Apache HttpClient: every letter beyond ASCII is cut to its low byte on the wire."""
        lines = self.headers(caller, "application/json")
        if body is not None:
            lines.append(("Content-Length", str(len(body))))
        lines += [("Host", self._host()), ("Connection", "Keep-Alive")]
        if body:
            lines.append(("Expect", "100-continue"))
        lines.append(("Accept-Encoding", "gzip,deflate"))
        head = self._head(verb, method, lines, lambda text: bytes(ord(sign) & 0xFF for sign in text))
        return self.exchange(head, body or b"", wait=bool(body))

    def upload(self, method: str, caller: dict[str, str], body: bytes) -> Reply:
        """A call by HttpURLConnection: UTF-8 headers, its own order, no gzip."""
        lines = [("Content-Type", "application/octet-stream"), *self.headers(caller, "application/octet-stream")]
        lines += [("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Host", self._host())]
        lines += [("Accept", "text/html, image/gif, image/jpeg, */*; q=0.2"), ("Connection", "keep-alive")]
        lines.append(("Content-Length", str(len(body))))
        return self.exchange(self._head("POST", method, lines, str.encode), body, wait=False)

    def exchange(self, head: bytes, body: bytes, *, wait: bool) -> Reply:
        """One request and its answer over the kept connection."""
        try:
            return self._exchange(head, body, wait=wait)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            if self._socket is not None:
                self.close()
            return self._exchange(head, body, wait=wait)  # the SDK repeats, also a POST

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, head: bytes, body: bytes, *, wait: bool) -> Reply:
        parts = urlsplit(self.endpoint)
        if self._socket is None:
            where = (parts.hostname or "", parts.port or 80)
            self._socket = socket.create_connection(where, 60, source_address=self.source)
        connection = self._socket
        connection.sendall(head)
        if wait:
            connection.settimeout(CONTINUE_SECONDS)
            told = connection.recv(12, socket.MSG_PEEK | socket.MSG_WAITALL)
            if not told:
                raise ConnectionResetError
            go_on = told == b"HTTP/1.1 100"  # any other answer is the answer, and the body stays here
            while go_on and not told.endswith(b"\r\n\r\n"):
                told = told[-3:] + connection.recv(1)
            body = body if go_on else b""
            connection.settimeout(60)
        connection.sendall(body)
        with contextlib.closing(http.client.HTTPResponse(connection, method=head.split(b" ", 1)[0].decode())) as answer:
            answer.begin()
            data = answer.read()
            headers = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        if headers.get("content-encoding") == "gzip":
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read()
        elif headers.get("content-encoding") == "deflate":
            data = zlib.decompress(data)
        return Reply(answer.status, headers, data)

    def _host(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.hostname}:{parts.port or 80}"

    def _head(self, verb, method, lines, encode) -> bytes:
        path = f"{urlsplit(self.endpoint).path}/{method}"
        text = [f"{verb} {path} HTTP/1.1".encode()]
        text += [name.encode() + b": " + encode(value) for name, value in lines]
        return b"\r\n".join(text) + b"\r\n\r\n"


class Sdk:
    """Both service objects of one system, with the SDK's methods by their own names."""

    def __init__(self, endpoint, system_id, secret, *, version="2.0.1", timestamp=None, source=None):
        shared = {"version": version, "timestamp": timestamp, "source": source}
        self.version = version
        self.agency = Service(endpoint, system_id, secret, **shared)
        self.knobstick = Service(endpoint, system_id, secret, **shared)

    def close(self) -> None:
        self.agency.close()
        self.knobstick.close()

    def getAgenciesList(self) -> Reply:  # noqa: N802 - the SDK's own names
        return listed(self.agency.call("getAgenciesList", {}), "id", "code", "name")

    def getAgenciesListQD20(self, level="1") -> Reply:  # noqa: N802
        return listed(self.agency.call("getAgenciesListQD20", {"level": level}), "id", "code", "name")

    def getSynchronizeUnit(self) -> Reply:  # noqa: N802
        return listed(self.agency.call("getSynchronizeUnit", {}), "id", "code", "name")

    def registerAgency(self, data: str) -> Reply:  # noqa: N802
        return read(self.agency.call("registerAgency", {}, data.encode()))

    def deleteAgency(self, code: str) -> Reply:  # noqa: N802
        return read(self.agency.call("deleteAgency", {"AgencyCode": code}, b"{}"))

    def getReceivedEdocList(self, message_type="edoc", **filters: str) -> Reply:  # noqa: N802
        caller = {"servicetype": "eDoc", "messagetype": message_type, **filters}
        return listed(self.knobstick.call("getReceivedEdocList", caller), "docId", "from", "to", "status")

    def getSentEdocList(self, message_type="edoc", **more: str) -> Reply:  # noqa: N802
        caller = {"servicetype": "eDoc", "messagetype": message_type, **more}
        return listed(self.knobstick.call("getSentEdocList", caller), "senderDocId", "receiverDocId", "toCode")

    def sendEdoc(self, file: bytes, from_: str, message_type="edoc", **more: str) -> Reply:  # noqa: N802
        caller = {"from": from_, "servicetype": "eDoc", "messagetype": message_type, **more}
        caller["hash-file"] = unpadded_sha256(file)
        return read(self.knobstick.upload("sendEdoc", caller, file + b"\r\n"), "DocId", encoding="ascii")

    def getEdoc(self, doc_id: str, path="/data/vxp/xml") -> tuple[Reply, bytes]:  # noqa: N802
        reply = self.knobstick.call("getEdoc", {"docId": doc_id, "filePath": path}, b"{}")
        needed = ("data",) if self.version == "2.0.0" or b'"OK"' in reply.body[:40] else ()
        reply = read(reply, *needed)
        return reply, base64.b64decode(reply.json.get("data", ""), validate=True)

    def downloadEdoc(self, doc_id: str, path="/data/vxp/xml") -> Reply:  # noqa: N802
        return self.knobstick.call("downloadEdoc", {"docId": doc_id, "filePath": path}, None, "GET")

    def updateStatus(self, doc_id: str, status: str, key="docId", **more: str) -> Reply:  # noqa: N802
        return read(self.knobstick.call("updateStatus", {key: doc_id, "status": status, **more}, b"{}"))

    def countReceiveEdoc(self) -> Reply:  # noqa: N802
        return counted(self.knobstick.call("countReceiveEdoc", {"servicetype": "eDoc", "messagetype": "edoc"}, b"{}"))

    def countReceiveStatus(self) -> Reply:  # noqa: N802
        caller = {"servicetype": "eDoc", "messagetype": "status"}
        return counted(self.knobstick.call("countReceiveStatus", caller, b"{}"))


def read(reply: Reply, *needed: str, encoding="utf-8") -> Reply:
    """The reply as the SDK reads it: without line breaks, the three fields as strings, more where it needs them."""
    try:
        found = json.loads(reply.body.decode(encoding).replace("\n", "").replace("\r", ""))
    except ValueError as error:
        raise NullResultError(f"HTTP {reply.http_status}, not JSON: {reply.body[:200]!r}") from error
    if not isinstance(found, dict):
        raise NullResultError(f"not an object: {reply.body[:200]!r}")
    for name in ("status", "ErrorCode", "ErrorDesc", *needed):
        if not isinstance(found.get(name), str):
            raise NullResultError(f"{name} is {found.get(name)!r}")
    if "\ufffd" in found["ErrorDesc"] or found["status"] not in ("OK", "FAIL"):
        raise NullResultError(f"unreadable: {found}")
    reply.json = found
    return reply


def listed(reply: Reply, *needed: str) -> Reply:
    """A list: on success it must be there, and no field of it may be null."""
    read(reply)
    if not reply.ok:
        return reply
    if not isinstance(reply.json.get("data"), list):
        raise NullResultError("OK without data: callers die on size()")
    for item in reply.json["data"]:
        for name, value in item.items():
            if value is None or isinstance(value, (list, dict)):
                raise NullResultError(f"{name} is {value!r}: getAsString throws")
        for name in needed:
            if name not in item:
                raise NullResultError(f"{name} is missing")
    return reply


def counted(reply: Reply) -> Reply:
    """A count: an int unless FAIL."""
    read(reply)
    if reply.ok and not isinstance(reply.json.get("count"), int):
        raise NullResultError(f"count is {reply.json.get('count')!r}")
    return reply
