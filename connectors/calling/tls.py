"""TLS towards a peer: what we show it, and whose certificate of it is believed."""

from __future__ import annotations

import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization


def context(authorities: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """A context for calls. Raises ValueError, without any of the key in its text.

    authorities: PEM certificates that vouch for the peer, or the peer's own; "" = those the machine trusts.
    certificate, key: PEM of what we show, "" = nothing; the key is not encrypted.
    """
    try:
        made = ssl.create_default_context(cadata=authorities or None)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if authorities:
            made.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN  # a listed certificate needs no root
        if certificate:
            _show(made, certificate, key)
    except (ssl.SSLError, ValueError, TypeError, OSError) as cause:
        what = "certificate and key" if authorities == "" else "authorities, certificate and key"
        message = f"{what} must be PEM texts that belong together ({type(cause).__name__})"
        raise ValueError(message) from None
    return made


def _show(made: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load certificate and key; the library takes them from files only, so the key lies there encrypted."""
    private = serialization.load_pem_private_key(key.encode(), None)
    password = secrets.token_bytes(32).hex()
    sealed = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    with tempfile.TemporaryDirectory(prefix="truc-tls-") as folder:
        path = Path(folder) / "shown.pem"
        path.write_bytes(certificate.encode() + b"\n" + sealed)
        made.load_cert_chain(path, password=password)
