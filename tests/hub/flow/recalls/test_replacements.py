"""A replacement is linked with what it replaces, both ways; the old one is kept, and offered to nobody new."""

from __future__ import annotations

from edxml.faults import Fault
from edxml.testing import make_package
from flow.conftest import Hand
from flow.test_intake import refused
from hub.flow import views

from .conftest import A, B, C, fetch, kinds, lines, states


def replacement(old, to=(B,), document_id="d-2", **more):
    return make_package(A, to, document_id=document_id, business_type=3, replaces=[(one, to) for one in old], **more)


async def test_old_and_new_are_linked_both_ways_and_the_old_one_is_kept(sender, recipient):
    """law: R-162 NĐ30 Đ18.3"""
    old = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient, old.package_id)

    new = await sender.give(replacement(["d-1"]))

    for hand in (sender, recipient):
        before = await views.package(sender.hub, hand.system, old.package_id)
        after = await views.package(sender.hub, hand.system, new.package_id)
        assert before.replaced_by == new.package_id
        assert (before.status, after.original_id) == ("accepted", old.package_id)
    assert [one[0] for one in await lines(sender, old.package_id)].count("replace.linked") == 2
    assert "replace.linked" in [one[0] for one in await lines(sender, new.package_id)]


async def test_what_nobody_has_fetched_is_not_delivered_after_its_replacement_j_06(sender, recipient, province):
    """J-06. law: R-162"""
    await province.agencies(C)
    third = Hand(await province.system("third", C))
    old = await sender.give(make_package(A, (B, C), document_id="d-1"))
    await fetch(recipient, old.package_id)

    await sender.give(replacement(["d-1"], (B, C)))

    assert await states(sender, old.package_id) == {B: ("delivered", "none"), C: ("cancelled", "none")}
    assert await kinds(third) == ["replacement"]


async def test_who_does_not_get_the_new_document_is_told_nothing_of_it(sender, recipient, province):
    await province.agencies(C)
    third = Hand(await province.system("third", C))
    old = await sender.give(make_package(A, (B, C), document_id="d-1"))
    await fetch(third, old.package_id)

    await sender.give(replacement(["d-1"], (B,)))

    assert (await views.package(sender.hub, third.system, old.package_id)).replaced_by is None
    told = await views.timeline(sender.hub, third.system, old.package_id)
    assert "replace.linked" not in [one.type for one in told]


async def test_what_cannot_be_found_or_is_anothers_is_warned_alike(sender, recipient):
    """law: R-154 R-162"""
    foreign = await recipient.give(make_package(B, (A,), document_id="của B"))

    new = await sender.give(replacement(["không có", "của B"]))

    assert [(one.code, one.where) for one in new.warnings if one.code == "base_unknown"] == [
        ("base_unknown", "không có"),
        ("base_unknown", "của B"),
    ]
    assert (await views.package(sender.hub, recipient.system, foreign.package_id)).replaced_by is None


async def test_a_document_does_not_replace_itself(sender, recipient):
    """law: R-162"""
    assert await refused(sender.give(replacement(["d-2"]))) is Fault.PROFILE_INVALID
