"""A small client of the native API (/api/v1) on the standard library, so that its commands start at once.

TRUC_URL, TRUC_SYSTEM_ID, TRUC_SECRET say where and as whom; TRUC_CA_FILE names the authority of a private certificate.
Sending is idempotent by content: after a broken connection the same command may simply be given again.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hub.cli.errors import CannotNowError, CommandError, WrongUseError

API = "/api/v1"
PIECE_BYTES = 65_536
TIMEOUT_SECONDS = 120.0


@dataclass(slots=True)
class Client:
    """One hub, seen by one system."""

    url: str
    system_id: str
    secret: str = field(repr=False)
    _token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> Client:
        """The client that TRUC_URL, TRUC_SYSTEM_ID and TRUC_SECRET describe. Raises WrongUseError."""
        missing = [name for name in ("TRUC_URL", "TRUC_SYSTEM_ID", "TRUC_SECRET") if not os.environ.get(name)]
        if missing:
            names = ", ".join(missing)
            raise WrongUseError(
                f"Đặt biến môi trường {names} (địa chỉ trục và hệ thống, từ `truc system add`).",
                f"Set {names} in the environment: the hub's address, and the system from `truc system add`.",
            )
        url = os.environ["TRUC_URL"].rstrip("/")
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise WrongUseError("TRUC_URL cần dạng http(s)://máy:cổng", "TRUC_URL takes the form http(s)://host:port")
        return cls(url, os.environ["TRUC_SYSTEM_ID"], os.environ["TRUC_SECRET"])

    def get(self, path: str, query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """GET a JSON answer."""
        chosen = {name: value for name, value in (query or {}).items() if value is not None}
        answer: dict[str, Any] = json.loads(self._call("GET", path + (f"?{urlencode(chosen)}" if chosen else "")))
        return answer

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """POST JSON, get JSON."""
        data = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        return self.upload(path, [data], "application/json", len(data))

    def upload(self, path: str, body: Iterable[bytes], content_type: str, size: int) -> dict[str, Any]:
        """POST a body of known size in pieces, get JSON."""
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        answer: dict[str, Any] = json.loads(self._call("POST", path, body, headers) or b"{}")
        return answer

    def download(self, path: str) -> Iterator[bytes]:
        """GET bytes, piece by piece."""
        link, response = self._open("GET", path, None, {})
        try:
            while piece := response.read(PIECE_BYTES):
                yield piece
        except (OSError, http.client.HTTPException) as cause:
            raise _unreachable(self.url, cause) from cause
        finally:
            link.close()

    def _call(self, method: str, path: str, body: Iterable[bytes] | None = None, headers: Any = None) -> bytes:
        link, response = self._open(method, path, body, headers or {})
        try:
            return response.read()
        except (OSError, http.client.HTTPException) as cause:
            raise _unreachable(self.url, cause) from cause
        finally:
            link.close()

    def _open(
        self, method: str, path: str, body: Iterable[bytes] | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        if not self._token:
            self._token = self._sign_in()
        return self._send(method, path, body, {"Authorization": f"Bearer {self._token}", **headers})

    def _sign_in(self) -> str:
        pair = base64.b64encode(f"{quote(self.system_id, safe='')}:{quote(self.secret, safe='')}".encode()).decode()
        data = b"grant_type=client_credentials"
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        link, response = self._send("POST", f"{API}/token", [data], {**headers, "Content-Length": str(len(data))})
        try:
            return str(json.loads(response.read())["access_token"])
        finally:
            link.close()

    def _send(
        self, method: str, path: str, body: Iterable[bytes] | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        link = self._connect()
        try:
            link.request(method, urlsplit(self.url).path + path, body, {"Accept-Language": "vi", **headers})
            response = link.getresponse()
        except BrokenPipeError as cause:  # the hub refused before it had read everything: hear what it says
            try:
                response = link.getresponse()
            except (OSError, http.client.HTTPException):
                raise _unreachable(self.url, cause) from cause
        except (OSError, http.client.HTTPException) as cause:
            link.close()
            raise _unreachable(self.url, cause) from cause
        if response.status >= 400:
            try:
                raise _refused(response.status, response.read(PIECE_BYTES))
            finally:
                link.close()
        return link, response

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
        context = ssl.create_default_context(cafile=os.environ.get("TRUC_CA_FILE"))
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_SECONDS, context=context)


def _unreachable(url: str, cause: Exception) -> CannotNowError:
    return CannotNowError(
        f"Không liên lạc được với trục tại {url} ({cause}). "
        "Kiểm tra địa chỉ và mạng rồi chạy lại lệnh; gửi lại không tạo bản thứ hai.",
        f"Cannot reach the hub at {url} ({cause}). "
        "Check address and network and run the command again; sending twice is safe.",
    )


def _refused(status: int, body: bytes) -> CommandError:
    """What a problem+json answer says (RFC 9457), or an OAuth error (RFC 6749 5.2)."""
    try:
        problem = json.loads(body)
        code = str(problem.get("code") or problem.get("error") or "")
        title, detail, remedy = (str(problem.get(name) or "") for name in ("title", "detail", "remedy"))
    except (ValueError, AttributeError):
        code, title, detail, remedy = "", "", "", ""
    if code in {"invalid_client", "auth_required"}:
        return CommandError(
            "Sai hệ thống hoặc khóa bí mật. Kiểm tra TRUC_SYSTEM_ID, TRUC_SECRET; cấp khóa mới: `truc system rotate`.",
            "Wrong system or secret. Check TRUC_SYSTEM_ID and TRUC_SECRET; `truc system rotate` gives a new one.",
            code,
        )
    kind = CannotNowError if status >= 500 or status == 429 else CommandError
    said = (title or f"trục trả lời {status}") + (f" ({detail})" if detail and detail != title else "")
    english = f"HTTP {status} {code}".strip() + (f": {detail}" if detail else "")
    return kind(f"{said}. {remedy}".rstrip(), english, code or f"http_{status}")
