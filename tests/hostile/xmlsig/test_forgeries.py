"""Group C: every forgery of a package signature is refused under its own name, by the reader and by a whole hub."""

from __future__ import annotations

import pytest

from edxml import reader
from edxml.faults import Refusal

from .cases import CASES as FORGERIES
from .cases_of_values import CASES as VALUES
from .forgery import good

CASES = [*FORGERIES, *VALUES]


@pytest.fixture(scope="module")
def signed() -> bytes:
    data = good()
    carried = reader.read(data).carried_signature
    assert carried is not None
    assert not carried.fault, "the package that is spoilt is good"
    return data


def code_of(data: bytes) -> str:
    """What the bytes are refused with, by the reader or for their signature."""
    try:
        carried = reader.read(data).carried_signature
    except Refusal as refusal:
        return refusal.fault.slug
    assert carried is not None, "the signature is not seen"
    return carried.fault


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_forgery_is_refused_under_its_own_name(signed, case):  # law: R-079 (SHA-1 among them)
    spoilt = case.spoil(signed)

    assert spoilt != signed
    assert code_of(spoilt) == case.code


def test_a_changed_attachment_is_named(signed):
    spoilt = next(case for case in CASES if case.id == "C-07a").spoil(signed)

    carried = reader.read(spoilt).carried_signature

    assert carried.where == f"cid:{reader.read(signed).attachments[0].content_id}"


async def test_the_hub_refuses_every_forgery_at_the_native_door(target, signed):
    heard = {case.id: await target.refused(case.spoil(signed)) for case in CASES}

    earlier = {"C-07c": "attachment_mismatch"}  # the manifest is compared before anybody asks about the signature
    assert heard == {case.id: case.code for case in CASES} | earlier


async def test_the_hub_refuses_forgeries_at_the_vxp_door(target, signed):
    for case in CASES[::10]:
        answer = await target.vxp.do("sendEdoc", case.spoil(signed), target.sender.code)
        assert (answer.ok, answer.code) in {(False, "21"), (False, "22"), (False, "10")}, case
    assert await target.recipient.inbox() == []
