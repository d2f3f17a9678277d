"""The framework: one list, outcomes by door, profiles, what is stored and shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from edxml.faults import Fault, Refusal
from edxml.testing import make_package, plain_pdf
from hub.flow import checks, views
from hub.flow.checks.base import DOORS, Action, Check, Finding, Outcome, Stage, everywhere
from hub.states import PackageStatus
from hub.store import tables

from .conftest import A, B


def test_every_file_of_a_check_stands_in_the_list(project_root):
    folder = project_root / "hub" / "flow" / "checks"
    files = {path.stem for path in folder.glob("*.py") if "\nCHECK = Check(" in path.read_text(encoding="utf-8")}

    assert files == set(checks.ORDER)
    assert len(checks.ORDER) == len(set(checks.ORDER)) == len(checks.BY_SLUG)


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.slug)
def test_a_check_says_what_it_serves_in_both_languages_and_decides_at_every_door(check):
    assert check.law.startswith("R-")
    assert check.title_vi
    assert check.title_en
    assert set(check.outcomes) == set(DOORS)


@pytest.mark.parametrize("door", [*DOORS, "hub"])
async def test_no_profile_switches_secrecy_off(hub, door):
    """law: R-009 R-010"""
    secrecy = checks.BY_SLUG["secrecy"]
    hub.profile = replace(hub.profile, checks={"secrecy": dict.fromkeys(DOORS, Outcome.OFF)})

    assert "secrecy" not in checks.SETTABLE
    assert checks.outcome_of(hub, secrecy, door) is Outcome.ENFORCE


async def test_a_profile_decides_the_outcome_door_by_door(hub):
    found = checks.BY_SLUG["file_format"]
    hub.profile = replace(hub.profile, checks={"file_format": {"api": Outcome.RECORD}})

    assert [checks.outcome_of(hub, found, door) for door in DOORS] == ["record", "enforce", "warn", "warn"]
    assert checks.outcome_of(hub, found, "hub") is Outcome.OFF, "what the hub writes itself is not asked"


async def test_findings_are_stored_shown_and_told_as_warnings(sender, recipient):
    data = make_package(A, (B,), attachments=[("vb.pdf", plain_pdf()), ("vb.pdf", plain_pdf(text="hai"))])

    accepted = await sender.give(data)

    row = await sender.hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())
    stored = {one["check"]: one for one in json.loads(row.checks)}
    assert stored["repeated_file_name"]["outcome"] == "warn"
    assert stored["repeated_file_name"]["where"] == "vb.pdf"
    assert {"repeated_file_name", "unsigned_main"} <= {warning.code for warning in accepted.warnings}
    for side in (sender, recipient):
        shown = (await views.verdicts(side.hub, side.system, accepted.package_id))["checks"]
        assert {one["check"] for one in shown} == set(stored)


def test_what_stands_in_the_books_only_is_not_told_to_the_parties():
    """law: R-142"""
    records = [
        {"check": "unicode_form", "outcome": "record", "where": "Subject", "detail": "one", "detail_vi": "một"},
        {"check": "gone", "outcome": "warn", "where": "", "detail": "two", "detail_vi": ""},
    ]

    assert [one["check"] for one in checks.told(records, english=False)] == ["gone"]
    assert [one["detail"] for one in checks.told(records, english=False, books=True)] == ["một", "two"]
    assert checks.told(records, english=True, books=True)[0]["title"] == "Texts in a decomposed form of Unicode"


def made(slug: str, *findings: Finding, outcome: Outcome = Outcome.ENFORCE, stage: Stage = Stage.HEADER) -> Check:
    async def find(hub, subject):
        return findings

    return Check(slug, "R-000", f"vi {slug}", f"en {slug}", find, everywhere(outcome), stage)


@pytest.fixture
def order(monkeypatch):
    """order(*checks): these checks instead of the list."""

    def put(*these: Check) -> None:
        monkeypatch.setattr(checks, "CHECKS", these)

    return put


async def test_the_first_finding_that_refuses_ends_the_questions(sender, recipient, order):
    first = made("first", Finding(Fault.EXCLUDED_KIND, "because", "Subject", detail_vi="vì"))
    order(first, made("second", Finding(Fault.SECRET, "later")))

    with pytest.raises(Refusal) as caught:
        await sender.give(make_package(A, (B,)))

    refusal = caught.value
    assert (refusal.fault, refusal.check, refusal.where) == (Fault.EXCLUDED_KIND, "first", "Subject")
    assert (refusal.detail, refusal.detail_vi) == ("because", "vì")


async def test_holding_and_quarantine_add_up_and_every_reason_stays(sender, recipient):
    hold = checks.Judgement(status=PackageStatus.HELD, held_for="secret_stamp")
    more = checks.Judgement(status=PackageStatus.QUARANTINED, held_for="virus")

    both = hold.then(more).then(hold)

    assert (both.status, both.held_for) == (PackageStatus.QUARANTINED, "secret_stamp virus")


@pytest.mark.parametrize(
    ("outcome", "status", "warned"),
    [("enforce", "held", True), ("warn", "accepted", True), ("record", "accepted", False), ("off", "accepted", False)],
)
async def test_a_finding_that_holds_does_so_only_when_enforced(sender, recipient, order, outcome, status, warned):
    finding = Finding(Fault.SECRET, "a stamp", action=Action.HOLD, reason="secret_stamp")
    order(made("stamp", finding, outcome=Outcome(outcome)))

    accepted = await sender.give(make_package(A, (B,)))

    assert accepted.status == status
    assert ("stamp" in {one.code for one in accepted.warnings}) is warned
    row = await sender.hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())
    assert row.held_for == ("secret_stamp" if status == "held" else None)


async def test_header_checks_are_asked_before_anything_is_verified(sender, recipient, order, monkeypatch):
    async def verified(*_):
        raise AssertionError("verification began")

    monkeypatch.setattr("hub.flow.verify.report", verified)
    order(made("first", Finding(Fault.EXCLUDED_KIND, "")))

    with pytest.raises(Refusal):
        await sender.give(make_package(A, (B,)))


async def test_the_record_of_a_refusal_names_the_check_and_of_a_secret_nothing_else(sender, recipient):
    """law: R-009"""
    with pytest.raises(Refusal):
        await sender.give(make_package(A, (B,), subject="(MẬT) Kế hoạch"))

    row = await sender.hub.db.read(lambda connection: connection.execute(select(tables.packages)).one())
    assert json.loads(row.checks) == [{"check": "secrecy", "outcome": "enforce", "detail": ""}]
    assert (row.subject, row.fault_detail, row.verdicts) == ("", None, "{}")
