"""Whose organisation signed: by registered certificate when there are some, else by name. law: R-074 VP Đ8.1"""

from __future__ import annotations

import pytest

from agency_registry import edit
from edxml.testing import signed_pdf

from .conftest import DOORS, NOTATION, NUMBER, A

OWN_NAME, OTHER_NAME = f"Cơ quan {A}", "Sở Tài chính tỉnh Bên Cạnh"


@pytest.fixture
def signed_by(ca):
    def made(*organisations) -> dict:
        signers = [("person", "Nguyễn Văn An"), *(("organisation", name) for name in organisations)]
        return {"attachments": [("vb.pdf", signed_pdf(ca, signers, text=f"Số: {NUMBER}/{NOTATION}"))]}

    return made


@pytest.fixture
async def registered(province, sender, ca):
    """The sender's certificate stands in the registry."""
    seal = ca.organisation(OWN_NAME)
    await province.change(lambda connection: edit.add_certificate(connection, A, seal.certificate_pem, "organisation"))


async def test_before_registration_another_name_is_a_warning_with_both_names(ask, signed_by):
    said = await ask("api", **signed_by(OTHER_NAME))

    assert said.outcome("sender_certificate") == "warn"
    told = said.warnings["sender_certificate"].title_vi
    assert OTHER_NAME in told
    assert OWN_NAME in told


async def test_the_senders_own_name_is_no_finding(ask, signed_by):
    for name in (OWN_NAME, OWN_NAME.upper(), f"{OWN_NAME} tỉnh Thử Nghiệm"):
        assert (await ask("api", **signed_by(name))).outcome("sender_certificate") is None


async def test_d16_once_registered_another_certificate_is_refused(ask, signed_by, registered):
    for door in DOORS[:3]:
        said = await ask(door, **signed_by(OTHER_NAME))
        assert (said.fault, said.check) == ("cert_identity_mismatch", "sender_certificate")


async def test_d16_a_certificate_of_the_same_name_is_not_the_registered_one(ask, province, sender, signed_by, ca):
    from edxml.testing import TestCA

    stranger = TestCA().organisation(OWN_NAME)
    await province.change(
        lambda connection: edit.add_certificate(connection, A, stranger.certificate_pem, "organisation")
    )

    assert (await ask("api", **signed_by(OWN_NAME))).fault == "cert_identity_mismatch"


async def test_the_registered_certificate_is_accepted_beside_those_of_others(ask, signed_by, registered):
    """A joint document carries several organisations' signatures."""
    assert (await ask("api", **signed_by(OWN_NAME))).fault is None
    assert (await ask("api", **signed_by(OTHER_NAME, OWN_NAME))).fault is None


async def test_a_registered_person_makes_no_organisation(ask, province, sender, signed_by, ca):
    leader = ca.person("Nguyễn Văn An")
    await province.change(lambda connection: edit.add_certificate(connection, A, leader.certificate_pem, "person"))

    assert (await ask("api", **signed_by(OTHER_NAME))).outcome("sender_certificate") == "warn"
