"""A running hub believes what the trust folder says, from the moment it is told to look."""

from __future__ import annotations

import pytest

from edxml.testing import TestCA, make_package, signed_pdf
from hub import admin
from hub.flow import trust
from hub.jobs import recheck
from hub.store import packages

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


async def test_a_running_hub_believes_at_once_what_was_added(hub, sender, recipient):
    own = TestCA()
    folder = own.write_trust(hub.settings.trust_folder.parent / "elsewhere")
    (hub.settings.trust_folder / "crl").mkdir(exist_ok=True)
    for file in (folder / "crl").iterdir():
        (hub.settings.trust_folder / "crl" / file.name).write_bytes(file.read_bytes())
    given = await sender.give(make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(own))]))
    before = await hub.db.read(lambda connection: packages.get(connection, given.package_id))
    version = hub.trust.version

    added = await trust.add(hub, own.root_pem + own.intermediate_pem, "state", "an")
    await recheck.once(hub)

    after = await hub.db.read(lambda connection: packages.get(connection, given.package_id))
    assert (before.verdict, after.verdict) == ("INDETERMINATE", "PASSED")
    assert len(added) == 2
    assert hub.trust.version > version


async def test_a_file_that_cannot_be_used_leaves_the_trust_as_it_was(hub):
    before = hub.trust
    (hub.settings.trust_folder / "state" / "bad.pem").write_text("-----BEGIN CERTIFICATE-----")

    said = await admin.answer(hub, "trust.reload", {})

    assert said["error"]["code"] == "usage"
    assert "bad.pem" in said["error"]["detail"]
    assert hub.trust is before


# ------------------------------------------------------------------------------------------------- whose CA counts


def with_trust(hub, **values):
    hub.settings = hub.settings.model_copy(update={"trust": hub.settings.trust.model_copy(update=values)})


@pytest.fixture
async def public(hub) -> TestCA:
    """A licensed public authority."""
    made = TestCA(name="CA công cộng")
    made.write_trust(hub.settings.trust_folder)
    for file in (hub.settings.trust_folder / "state").iterdir():
        file.rename(hub.settings.trust_folder / "public" / file.name)
    await trust.reload(hub)
    return made


@pytest.mark.parametrize(
    ("allowed", "kind", "verdict"),
    [(False, "", "INDETERMINATE"), (True, "", "INDETERMINATE"), (False, "invited", "INDETERMINATE"),
     (True, "invited", "PASSED")],
)  # fmt: skip
async def test_a_public_authority_counts_for_invited_organisations_by_explicit_setting(
    hub, province, sender, recipient, public, allowed, kind, verdict
):
    """law: R-067 VP Đ8.2, R-003 QĐ28 Đ2.2: another trust domain is no broken signature."""
    with_trust(hub, public_for_invited=allowed)
    await province.agencies(C, kind=kind)
    other = type(sender)(await province.system("other", C))

    given = await other.give(make_package(C, (B,), attachments=[("qd.pdf", signed_pdf(public))]))

    row = await hub.db.read(lambda connection: packages.get(connection, given.package_id))
    assert (row.status, row.verdict) == ("accepted", verdict)
    assert ("other_trust_domain" in row.verdicts) is (verdict == "INDETERMINATE")
