"""A small client of the native API (/api/v1) on the standard library, so that its commands start at once.

TRUC_URL and TRUC_SYSTEM_ID say where and as whom. What proves it: TRUC_KEY_FILE, a private key whose public half was
registered (`truc system key add`); with TRUC_CERTIFICATE_FILE beside it, a client certificate; or, in test and demo,
TRUC_SECRET. TRUC_CA_FILE names the authority of a private server certificate.
Sending is idempotent by content: after a broken connection the same command may simply be given again.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from edxml.faults import Fault
from hub.cli.errors import CannotNowError, CommandError, WrongUseError

API = "/api/v1"
PIECE_BYTES = 65_536
TIMEOUT_SECONDS = 120.0


@dataclass(slots=True)
class Client:
    """One hub, seen by one system."""

    url: str
    system_id: str
    secret: str = field(default="", repr=False)
    key_file: str = ""
    certificate_file: str = ""
    _token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> Client:
        """The client that the environment describes. Raises WrongUseError."""
        proof = "TRUC_KEY_FILE" if os.environ.get("TRUC_KEY_FILE") else "TRUC_SECRET"
        missing = [name for name in ("TRUC_URL", "TRUC_SYSTEM_ID", proof) if not os.environ.get(name)]
        if missing:
            names = ", ".join(missing)
            raise WrongUseError(
                f"Đặt biến môi trường {names} (địa chỉ trục và hệ thống, từ `truc system add`).",
                f"Set {names} in the environment: the hub's address, and the system from `truc system add`.",
            )
        url = os.environ["TRUC_URL"].rstrip("/")
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise WrongUseError("TRUC_URL cần dạng http(s)://máy:cổng", "TRUC_URL takes the form http(s)://host:port")
        given = ("TRUC_SYSTEM_ID", "TRUC_SECRET", "TRUC_KEY_FILE", "TRUC_CERTIFICATE_FILE")
        return cls(url, *(os.environ.get(name, "") for name in given))

    def get(self, path: str, query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """GET a JSON answer."""
        answer: dict[str, Any] = json.loads(self._call("GET", path + _asked(query)))
        return answer

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """POST JSON, get JSON."""
        data = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        return self.upload(path, [data], "application/json", len(data))

    def put(self, path: str, body: Mapping[str, object], query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """PUT JSON, get JSON."""
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        answer: dict[str, Any] = json.loads(self._call("PUT", path + _asked(query), [data], headers))
        return answer

    def delete(self, path: str, query: Mapping[str, object] | None = None) -> None:
        """DELETE what the path names."""
        self._call("DELETE", path + _asked(query))

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
        form = {"grant_type": "client_credentials", "client_id": self.system_id}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.certificate_file:
            pass  # the connection itself proves who we are (RFC 8705)
        elif self.key_file:
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            form["client_assertion"] = self._assertion()
        else:
            pair = f"{quote(self.system_id, safe='')}:{quote(self.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        data = urlencode(form).encode()
        link, response = self._send("POST", f"{API}/token", [data], {**headers, "Content-Length": str(len(data))})
        try:
            return str(json.loads(response.read())["access_token"])
        finally:
            link.close()

    def _assertion(self) -> str:
        """A fresh assertion signed with our key (RFC 7523). Raises WrongUseError for a file that holds none."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey, OKPKey, RSAKey

        pem = Path(self.key_file).read_bytes()
        for kind, algorithm in ((ECKey, "ES256"), (RSAKey, "PS256"), (OKPKey, "Ed25519")):
            try:
                key = kind.import_key(pem)
            except (JoseError, ValueError, TypeError):
                continue
            now = int(time.time())
            claims = {
                "iss": self.system_id, "sub": self.system_id, "aud": f"{self.url}{API}/token", "iat": now,
                "exp": now + 60, "jti": str(uuid.uuid4()),
            }  # fmt: skip
            return jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
        raise WrongUseError(
            f"{self.key_file} không phải khóa bí mật PEM (P-256, RSA, Ed25519).",
            f"{self.key_file} is no private key in PEM (P-256, RSA, Ed25519).",
        )

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
        if self.certificate_file:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_SECONDS, context=context)


def _asked(query: Mapping[str, object] | None) -> str:
    """The query of an address, without what was left out."""
    chosen = {name: value for name, value in (query or {}).items() if value is not None}
    return f"?{urlencode(chosen)}" if chosen else ""


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
    if code in {"invalid_client", "auth_required"} and status != 429:
        told = str(problem.get("error_description") or detail)
        return CommandError(
            "Sai hệ thống hoặc khóa. Kiểm tra TRUC_SYSTEM_ID và TRUC_KEY_FILE (khi thử: TRUC_SECRET). Đăng ký khóa: "
            f"`truc system key add`; cấp khóa bí mật mới: `truc system rotate`. Trục nói: {told}",
            "Wrong system or credential. Check TRUC_SYSTEM_ID, TRUC_KEY_FILE (in a test hub TRUC_SECRET); register a "
            f"key with `truc system key add`; `truc system rotate` gives a new secret. The hub says: {told}",
            code,
        )
    kind = CannotNowError if status >= 500 or status == 429 else CommandError
    said = (title or f"trục trả lời {status}") + (f" ({detail})" if detail and detail != title else "")
    known = Fault.__members__.get(code.upper())
    english = (
        f"{known.title_en}. {known.remedy_en} (HTTP {status} {code})" if known else f"HTTP {status} {code}".strip()
    )
    english += f": {detail}" if detail else ""
    return kind(f"{said}. {remedy}".rstrip(), english, code or f"http_{status}")
