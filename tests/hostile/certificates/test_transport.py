"""E-19, outgoing: an agency's address whose certificate does not fit is not spoken to; nothing is sent after all.

The hub's own listener is tried in tests/hub/http/test_client_certificates.py (E-19: absent, wrong authority, revoked,
old TLS).
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors import outgoing

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def written(folder, host: str, ends: datetime):
    """A self-signed server certificate for this host, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(77).not_valid_before(NOW - 9 * DAY).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "a.crt").write_bytes(made.public_bytes(pem))
    (folder / "a.key").write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    return folder / "a.crt", folder / "a.key"


@pytest.mark.parametrize(
    ("host", "ends", "believed", "why"),
    [
        pytest.param("localhost", NOW + DAY, False, "self-signed", id="E-19 an authority nobody knows"),
        pytest.param("elsewhere.example", NOW + DAY, True, "Hostname mismatch", id="E-19 another host's name"),
        pytest.param("localhost", NOW - DAY, True, "expired", id="E-19 expired"),
    ],
)
async def test_a_peer_whose_certificate_does_not_fit_is_not_spoken_to(tmp_path, host, ends, believed, why):
    certificate, key = written(tmp_path, host, ends)
    if believed:  # the machine trusts it: only its name or its time is wrong
        aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(certificate)
    heard = []

    async def take(request: web.Request) -> web.Response:
        heard.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=5) as http:
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match=why):
                await http.post(f"https://localhost:{port}/", data=b"van ban")
    finally:
        await runner.cleanup()

    assert heard == []
