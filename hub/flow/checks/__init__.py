"""The content checks: one file each, one ordered list.

To add one: write `hub/flow/checks/NAME.py` with `CHECK = Check(...)` and put its name into ORDER. A package is asked
in this order; the first finding that is enforced as a refusal ends the questions.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Refusal
from edxml.model import Warning as Note
from hub.flow.checks.base import Action, Check, Finding, Outcome, Stage
from hub.states import PackageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.context import Hub
    from hub.flow.checks.base import Subject

ORDER: Final = (
    "secrecy",
    "control_characters",
    "excluded_kind",
    "declaration",
    "document_type",
    "subject_empty",
    "signer_named",
    "due_date",
    "paper",
    "inside",
    "hidden_characters",
    "old_code_page",
    "unicode_form",
    "file_names",
    "repeated_names",
    "virus",
    "failed_signature",
    "program",
    "file_format",
    "file_content",
    "macros",
    "active_content",
    "main_document",
    "several_mains",
    "unsigned_main",
    "person_signature",
    "annex_signature",
    "signature_order",
    "sender_certificate",
    "secret_stamp",
    "urgency_stamp",
    "page_metadata",
    "page_amount",
    "page_size",
    "scan",
    "invisible_signature",
)
"""Modules of this folder, in the order in which their checks are asked."""

CHECKS: Final[tuple[Check, ...]] = tuple(importlib.import_module(f"{__name__}.{module}").CHECK for module in ORDER)
BY_SLUG: Final[Mapping[str, Check]] = {check.slug: check for check in CHECKS}
SETTABLE: Final = tuple(check.slug for check in CHECKS if not check.fixed)
"""The checks whose outcome a profile may change."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks of one package said, as long as none refused it.

    warnings: for sender and recipient. records: JSON values for the books, one for each finding.
    status, held_for: where the package goes; accepted, or kept back under these words (`states.Hold`).
    quarantined: the finding that refuses the package and seals it away.
    """

    warnings: tuple[Note, ...] = ()
    records: tuple[Mapping[str, str], ...] = ()
    status: PackageStatus = PackageStatus.ACCEPTED
    held_for: str | None = None
    quarantined: Finding | None = None

    def then(self, later: Judgement) -> Judgement:
        """Both judgements as one; quarantine beats being held, and every reason stays."""
        reasons = " ".join(dict.fromkeys(f"{self.held_for or ''} {later.held_for or ''}".split()))
        return Judgement(
            (*self.warnings, *later.warnings),
            (*self.records, *later.records),
            max(self.status, later.status, key=_RANK.__getitem__),
            reasons or None,
            self.quarantined or later.quarantined,
        )


_JUDGED_AS: Final = {"collect": "vxp"}
"""What the hub fetches from an office system is a package as that system writes it, like one of the national door."""

_RANK: Final = {PackageStatus.ACCEPTED: 0, PackageStatus.HELD: 1, PackageStatus.QUARANTINED: 2}
_KEPT: Final = {Action.HOLD: PackageStatus.HELD, Action.QUARANTINE: PackageStatus.QUARANTINED}


async def run(hub: Hub, subject: Subject, stage: Stage) -> Judgement:
    """Ask every check of that stage about one document; nothing is asked about a status message: it carries no files.

    Raises the Refusal of the first finding that refuses.
    """
    judged = Judgement()
    if subject.package.header is None:
        return judged
    for check in CHECKS:
        if check.stage is not stage:
            continue
        outcome = outcome_of(hub, check, subject.door)
        if outcome is Outcome.OFF:
            continue
        for finding in await check.find(hub, subject):
            judged = judged.then(_one(check, outcome, finding, subject))
        if judged.quarantined is not None:
            break  # nothing that a later check refuses may let the infected bytes go
    return judged


def outcome_of(hub: Hub, check: Check, door: str) -> Outcome:
    """What a finding of the check does at a door; what the hub writes itself passes all but the fixed ones."""
    door = _JUDGED_AS.get(door, door)
    default = check.outcomes.get(door, Outcome.ENFORCE if check.fixed else Outcome.OFF)
    return default if check.fixed else hub.profile.outcome(check.slug, door, default)  # law: R-010


def _one(check: Check, outcome: Outcome, finding: Finding, subject: Subject) -> Judgement:
    if outcome is Outcome.ENFORCE and finding.action is Action.REFUSE:
        raise Refusal(
            finding.fault,
            finding.detail,
            where=finding.where or None,
            verdict=subject.report,
            detail_vi=finding.detail_vi,
            check=check.slug,
        )
    done = Outcome.WARN if finding.action is Action.WARN and outcome is Outcome.ENFORCE else outcome
    record = {
        "check": check.slug,
        "outcome": done.value,
        "where": finding.where,
        "detail": finding.detail,
        "detail_vi": finding.detail_vi,
    }
    told = () if outcome is Outcome.RECORD else (_note(check, finding),)
    if outcome is not Outcome.ENFORCE or finding.action is Action.WARN:
        return Judgement(told, (record,))
    sealed_away = finding if finding.action is Action.QUARANTINE else None
    return Judgement(told, (record,), _KEPT[finding.action], finding.reason or check.slug, sealed_away)


def _note(check: Check, finding: Finding) -> Note:
    vietnamese = ": ".join(filter(None, (check.title_vi, finding.detail_vi)))
    english = ": ".join(filter(None, (check.title_en, finding.detail)))
    return Note(check.slug, vietnamese, english, finding.where)


def told(records: Sequence[Mapping[str, Any]], *, english: bool, books: bool = False) -> list[dict[str, str]]:
    """Stored findings for a reader. books: also those that stand in the books only (for an operator)."""
    shown = []
    for one in records:
        if one["outcome"] == Outcome.RECORD and not books:
            continue
        check = BY_SLUG.get(one["check"])
        title = (check.title_en if english else check.title_vi) if check is not None else one["check"]
        detail = one["detail"] if english else one.get("detail_vi") or one["detail"]
        shown.append(
            {
                "check": one["check"],
                "outcome": one["outcome"],
                "title": title,
                "where": one.get("where", ""),
                "detail": detail,
            }
        )
    return shown
