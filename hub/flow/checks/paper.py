"""Paper beside the electronic document: asked for without need, or left out where the province's rules want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml.codes import BusinessType
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, outcomes
from hub.profile.paper import Described, rule_for
from hub.states import Mode

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

_SHOWN: Final = 5
"""Recipients named in one finding."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """For each rule and each mistake one finding, with the recipients it is about."""
    # law: R-006 HN Đ6.3, R-163 HN Đ6.5, R-164 CB Đ8.2, R-165 CB Đ8.1, R-166 QĐ28 Đ7.2
    header, sending = subject.header, subject.sending
    if subject.package.business.type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
        return []
    decided = bool(sending.paper_reason or sending.paper_decided_by)  # law: R-167 TT Đ6.2
    number, notation = subject.package.number, subject.package.notation
    kind = header.document_type.name if header.document_type is not None else ""
    document = Described(kind, number, notation, header.subject)
    missing: dict[str, list[str]] = {}
    needless: dict[str, list[str]] = {}
    for route in subject.routes:
        agency = hub.directory.agency(route.recipient)
        electronic = route.mode is Mode.ELECTRONIC
        if agency is None or (electronic and not hub.profile.paper):
            continue
        rule = rule_for(hub.profile.paper, document, agency.kind, agency.organ_id)
        if electronic and rule is not None and rule.paper == "with" and route.fault is None:
            missing.setdefault(rule.name, []).append(agency.organ_id)
        needed = rule is not None and rule.paper == "with"
        if not electronic and not needed and not decided and not _only_way(hub, route.recipient):
            needless.setdefault(rule.name if rule is not None else "", []).append(agency.organ_id)
    return [*(_missing(*one) for one in missing.items()), *(_needless(*one) for one in needless.items())]


def _only_way(hub: Hub, organ_id: str) -> bool:
    """Whether nothing electronic reaches the recipient now: paper is its only way (R-111)."""
    agency = hub.directory.agency(organ_id)
    system = hub.directory.system_of(agency) if agency is not None else None
    connected = system is not None and system.state == "active"
    return not connected and agency is not None and agency.scope == "province"


def _missing(rule: str, codes: list[str]) -> Finding:
    return _finding(f"“{rule}” also goes on paper: {_named(codes)}", f"“{rule}” còn phải gửi bản giấy: {_named(codes)}")


def _needless(rule: str, codes: list[str]) -> Finding:
    about = f"“{rule}”: " if rule else ""
    english = f"{about}no rule asks for paper to {_named(codes)}, and no reason is given"
    return _finding(english, f"{about}không thuộc diện gửi bản giấy tới {_named(codes)} và chưa nêu lý do")


def _finding(english: str, vietnamese: str) -> Finding:
    return Finding(Fault.PROFILE_INVALID, english, "Paper", detail_vi=vietnamese)


def _named(codes: list[str]) -> str:
    more = f" +{len(codes) - _SHOWN}" if len(codes) > _SHOWN else ""
    return ", ".join(codes[:_SHOWN]) + more


CHECK = Check(
    slug="paper",
    law="R-006, R-163, R-164, R-165, R-166",
    title_vi="Bản giấy kèm văn bản điện tử",
    title_en="Paper beside the electronic document",
    find=find,
    outcomes=outcomes(api=Outcome.WARN, page=Outcome.WARN, vxp=Outcome.WARN, axis=Outcome.OFF),
    stage=Stage.HEADER,
)
"""What is said at the door travels all the same: who decides on paper is the head of the agency (R-167)."""
