"""Other sides than the usual ones: a hub that speaks only the national axis's protocol, a shared folder; signatures."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import patience
import pytest
from connector_parts import plain_pdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors import base
from connectors.agent import settings
from edxml import reader
from edxml.testing import make_package

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


def with_values(beside, **sections):
    """The same agent with other sections in its settings."""
    folder = beside.settings.path.parent
    values = {
        "agent": beside.settings.agent.model_dump(),
        "hub": {"kind": "truc", "private_key_file": "key.pem", "poll_seconds": 1,
                **{name: beside.settings.hub.settings[name] for name in ("url", "system_id")}},
        "office": {"kind": beside.settings.office.kind, **beside.settings.office.settings},
        **sections,
    }  # fmt: skip
    return replace(beside, settings=settings.from_mapping(values, folder / "agent.toml"))


async def test_a_hub_that_speaks_only_the_axis_s_protocol_is_served_the_same_way(beside, sender, province):
    """law: R-121 QĐ28 Đ10.2h"""
    made = await province.system("by-vxp", "000.00.03.H99")
    (beside.settings.path.parent / "secret").write_text(made.secret)
    hub = {"kind": "vxp", "endpoint": province.url, "system_id": made.system_id, "secret_file": "secret"}
    agent = {**beside.settings.agent.model_dump(), "codes": ["000.00.03.H99"]}
    other = with_values(beside, hub=hub, agent=agent)
    package, reply = make_package(SENDER, "000.00.03.H99"), make_package("000.00.03.H99", SENDER)
    sent = await sender.send(package)
    other.desk.offer("d1", reply)

    await other.once()
    status_now = await other.once()

    [arrival] = [one for one in other.desk.arrivals if one["type"] == "edoc"]
    assert other.desk.data(arrival["item_id"]) == package
    assert arrival["recipients"] == ["000.00.03.H99"]
    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (delivery["status"], delivery["business_status"]) == ("delivered", "01")
    assert reply in [data for _, data in await sender.receive_all()]
    assert (status_now["untold"], status_now["problems"]) == (0, [])


@pytest.fixture
def signature(beside):
    """Files of an ECDSA key that signs packages: no two signatures of it are the same bytes."""
    folder, key = beside.settings.path.parent, ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Sở Tài chính")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(365))
    certificate = made.sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "sign.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    return {"key_file": "sign.pem", "certificate_files": ["cert.pem"]}


class LostFirst(base.Connector):
    """A hub whose first answer is lost."""

    collects = True

    def __init__(self, inner, sent):
        super().__init__(inner.settings, inner.tools)
        self.inner, self.sent = inner, sent

    async def deliver(self, parcel):
        self.sent.append(parcel.sha256)
        outcome = await self.inner.deliver(parcel)
        return outcome if len(self.sent) > 1 else base.Deferred("the answer was lost", peer=False)

    def collect(self, message_type):
        return self.inner.collect(message_type)


async def test_what_lies_in_a_shared_folder_arrives_and_what_arrives_lies_there(beside, sender, tmp_path):
    """law: R-126 NĐ30 PL VI Part I.III.1g"""
    share = tmp_path / "share"
    share.mkdir()
    office = {"kind": "folder", "path": str(share), "make_folders": True, "settle_seconds": 0.05, "received": "both"}
    other = with_values(beside, office=office)
    sent = await sender.send(make_package(SENDER, RECIPIENT))

    await other.once()

    forms = [json.loads(path.read_text()) for path in share.glob("in/**/*.json")]
    assert [one["document_id"] for one in forms] == [sent["document_id"]]
    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (delivery["status"], delivery["business_status"]) == ("delivered", "01")
    (share / "out" / "tra-loi.edxml").write_bytes(reply := make_package(RECIPIENT, SENDER))

    async def there():
        await other.once()
        return reply in [data for _, data in await sender.receive_all()]

    await patience.until(there)


async def test_an_office_system_that_knows_only_sql_receives_answers_and_sends(beside, sender, tmp_path):
    """The staging tables in its own SQLite, a real hub at the other side.  law: R-126 NĐ30 PL VI Part I.III.1g"""
    file = tmp_path / "office.db"
    file.touch()  # the office has its database; the tables are made in it
    office = {"kind": "database", "url": f"sqlite:///{file}", "create_tables": True, "look_seconds": 0.05}
    other = with_values(beside, office=office)
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    await other.once()

    with contextlib.closing(sqlite3.connect(file)) as tables:
        [row] = tables.execute("SELECT item_id, number, subject, state FROM truc_incoming").fetchall()
        tables.execute("UPDATE truc_incoming SET state = 'taken'")
        said = (row[0], RECIPIENT, "03", "128", "2026-11-21", "Trần Thị Hoa")
        tables.execute(
            "INSERT INTO truc_status_out (item_id, from_code, code, arrival_number, arrival_date, staff) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            said,
        )
        tables.execute(
            "INSERT INTO truc_outgoing_files (office_key, n, name, content) VALUES ('7', 0, 'a.pdf', ?)",
            (plain_pdf(900),),
        )
        form = {"from": RECIPIENT, "to": SENDER, "subject": "Về việc kiểm kê", "number": "15", "notation": "STC-VP"}
        form |= {"date": "2026-11-20"}
        tables.execute("INSERT INTO truc_outgoing (office_key, form) VALUES ('7', ?)", (json.dumps(form),))
        tables.commit()
        heard = []

        async def there():
            await other.once()
            heard.extend(reader.read(data) for _, data in await sender.receive_all())
            return "Về việc kiểm kê" in [one.subject for one in heard]

        await patience.until(there)
        await other.once()
        [(state, document_id, receipt)] = tables.execute("SELECT state, document_id, receipt FROM truc_outgoing")

    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (delivery["business_status"], delivery["arrival_number"]) == ("03", "128")
    assert state == "sent"
    assert document_id
    assert receipt.count(".") == 2, "the hub's signed receipt lies in the office's own row"


async def test_a_package_is_signed_once_and_repeated_as_the_same_bytes(beside, sender, signature):
    other = with_values(beside, signature=signature)
    other.desk.offer("d1", make_package(RECIPIENT, SENDER))
    digests: list[str] = []

    for _ in range(3):
        await other.once(hub=lambda inner: LostFirst(inner, digests))
        if other.desk.told("d1"):
            break
        await asyncio.sleep(1.2)

    [item] = await sender.inbox()
    data = await take(sender, item)
    assert len(digests) >= 2
    assert set(digests) == {item["sha256"]}
    assert reader.read(data).carried_signature.fault == ""


async def take(sender, item) -> bytes:
    await sender.lease(item["delivery_id"])
    return await sender.content(item["package_id"])


class SignedOnly(LostFirst):
    """An office whose way proves nobody."""

    signed_only = True


async def test_a_way_that_proves_nobody_needs_signed_packages(beside, sender):
    beside.desk.offer("d1", make_package(RECIPIENT, SENDER))

    await beside.once(office=lambda inner: SignedOnly(inner, ["never the first"]))

    assert [one["code"] for one in beside.desk.told("d1")] == ["sig_missing"]
    assert await sender.inbox() == []
