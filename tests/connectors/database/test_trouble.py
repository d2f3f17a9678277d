"""A database in trouble is doubt in time, never loss, and no word of it holds a secret or a row."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import shutil
import sqlite3
import time

import pytest
from connector_parts import TAKEN, make_package, offered, parcel
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from patience import until
from postgres import PASSWORD

from connectors import base


async def refusing(connector) -> str:
    """What it says of a database that does not serve it."""
    outcome = await connector.deliver(parcel(make_package()))
    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    with pytest.raises(base.PeerTroubleError) as caught:
        await offered(connector)
    assert await connector.check() == str(caught.value)
    return outcome.reason


async def test_a_file_that_is_not_there_is_not_made(tmp_path, open_connector):
    settings = {"url": f"sqlite:///{tmp_path}/none.db", "create_tables": True}

    assert "SQLITE_CANTOPEN" in await refusing(open_connector(settings))
    assert not (tmp_path / "none.db").exists()


async def test_a_file_that_is_no_database_is_trouble(tmp_path, open_connector):
    (tmp_path / "office.db").write_bytes(b"x" * 5000)

    assert "DatabaseError" in await refusing(open_connector({"url": f"sqlite:///{tmp_path}/office.db"}))


async def test_a_database_that_somebody_keeps_locked_is_trouble_in_time(office, open_connector):
    """An office's own long transaction holds nobody up for ever."""
    connector = open_connector(office.settings, timeout_seconds=0.5)
    await connector.deliver(parcel(make_package(), "first"))
    began = time.monotonic()
    if isinstance(getattr(office, "connection", None), sqlite3.Connection):
        office.connection.execute("BEGIN EXCLUSIVE")
        outcome = await connector.deliver(parcel(make_package()))
        office.connection.execute("ROLLBACK")
    else:
        holder = await office.made.connect()
        held = holder.transaction()
        await held.start()
        await holder.execute("LOCK TABLE truc_incoming IN ACCESS EXCLUSIVE MODE")
        outcome = await connector.deliver(parcel(make_package()))
        await held.rollback()
        await holder.close()

    assert isinstance(outcome, base.Deferred)
    assert time.monotonic() - began < 10
    assert isinstance(await connector.deliver(parcel(make_package())), base.Delivered)


@pytest.mark.postgres
async def test_a_wrong_password_is_told_without_it(postgres_server, open_connector):
    made = await postgres_server.base()
    settings = {"url": made.url, "password": "sai mật khẩu", "tls": "off"}

    reason = await refusing(open_connector(settings))

    assert "password" in reason
    assert "sai mật khẩu" not in reason


@pytest.mark.postgres
async def test_an_address_that_is_not_allowed_is_not_called(postgres_server, open_connector, no_address):
    made = await postgres_server.base()
    settings = {"url": made.url, "password": PASSWORD, "tls": "off"}

    assert "not allowed" in await refusing(open_connector(settings, guard=no_address))


@pytest.mark.postgres
async def test_a_server_without_tls_is_not_spoken_to_when_tls_is_wanted(postgres_server, open_connector):
    made = await postgres_server.base()

    await refusing(open_connector({"url": made.url, "password": PASSWORD}))


@pytest.mark.postgres
async def test_a_row_that_the_office_is_just_writing_is_left_for_the_next_turn(postgres, open_connector):
    connector = open_connector({"url": postgres.url, "password": PASSWORD, "tls": "off", "create_tables": True})
    assert await connector.check() is None
    await postgres.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('1', $1)", make_package())
    await postgres.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('2', $1)", make_package())
    writer = await postgres.connect()
    held = writer.transaction()
    await held.start()
    await writer.execute("UPDATE truc_outgoing SET created_at = now() WHERE office_key = '1'")

    found = await offered(connector)
    await held.rollback()
    await writer.close()

    assert len(found) == 1
    assert len(await offered(connector)) == 2


@pytest.mark.postgres
async def test_connections_that_died_are_made_anew(postgres, open_connector):
    connector = open_connector(
        {"url": postgres.url, "password": PASSWORD, "tls": "off", "create_tables": True, "look_seconds": 0.1}
    )
    await connector.deliver(parcel(make_package()))
    await connector.news(0.2)
    await postgres.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('1', $1)", make_package())
    [one] = await offered(connector)

    postgres.server.stop("immediate")
    with pytest.raises(base.PeerTroubleError):
        await one.confirm(TAKEN)
    assert isinstance(await connector.deliver(parcel(make_package())), base.Deferred)
    postgres.server.start()

    await one.confirm(TAKEN)
    assert isinstance(await connector.deliver(parcel(make_package())), base.Delivered)
    waiting = asyncio.ensure_future(connector.news(30))
    await postgres.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('2', $1)", make_package())
    await asyncio.wait_for(waiting, 10)


@pytest.mark.postgres
async def test_a_new_row_rings_at_once(postgres, open_connector):
    """NOTIFY, not the next look: that is a minute away."""
    connector = open_connector(
        {"url": postgres.url, "password": PASSWORD, "tls": "off", "create_tables": True, "look_seconds": 60}
    )
    assert await connector.check() is None
    waiting = asyncio.ensure_future(connector.news(60))
    listening = "SELECT count(*) AS many FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'LISTEN%'"

    async def listens() -> bool:
        return (await postgres.do(listening, postgres.name))[0]["many"] == 1

    await until(listens, seconds=10)

    await postgres.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('1', $1)", make_package())

    await asyncio.wait_for(waiting, 10)


@pytest.mark.postgres
async def test_tls_holds_the_certificate_to_the_name_that_was_meant(postgres_server, open_connector):
    made = await postgres_server.base()
    folder = postgres_server.folder / "data"
    for name in ("localhost", "db.example"):
        _certificate(folder, name)
        for file in ("server.crt", "server.key"):
            shutil.chown(folder / file, (folder / "PG_VERSION").owner())
        await made.do("ALTER SYSTEM SET ssl = on")
        await made.do("SELECT pg_reload_conf()")
        postgres_server.stop("fast")
        postgres_server.start()
        url = made.url.replace("127.0.0.1", "localhost")
        settings = {"url": url, "password": PASSWORD, "ca_file": str(folder / "server.crt"), "create_tables": True}
        connector = open_connector(settings)

        wrong = await connector.check()

        assert (wrong is None) == (name == "localhost"), wrong
    await made.do("ALTER SYSTEM RESET ssl")
    postgres_server.stop("fast")
    postgres_server.start()


def _certificate(folder, name: str) -> None:
    """A certificate of its own for a server of that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "server.key").write_bytes(key.private_bytes(*pem))
    (folder / "server.key").chmod(0o600)
