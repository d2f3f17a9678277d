"""The part of `truc check` about trust: anchors, time-stamping, revocation lists, authorities that do not answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.cli.findings import Finding

_WARN_BEFORE = timedelta(days=60)


def findings(answer: dict[str, Any]) -> Iterator[Finding]:
    """What the admin command `trust.list` tells."""
    anchors = {one["purpose"] for one in answer["certificates"] if one["anchor"]}
    if not anchors & {"state", "public"}:
        yield Finding("red", "no_trust", "Chưa có chứng thư gốc tin cậy trong trust/: mọi chữ ký đều INDETERMINATE",
                      "trust/ holds no anchor: every signature is INDETERMINATE")  # fmt: skip
    if "tsa" not in anchors:
        yield Finding("yellow", "no_tsa", "trust/tsa/ trống: dấu thời gian trên chữ ký không chứng minh được gì",
                      "trust/tsa/ is empty: time-stamps on signatures prove nothing")  # fmt: skip
    yield from _ending(answer["certificates"])
    outdated = [one["url"] for one in answer["lists"] if one["outdated"]]
    if outdated:
        yield Finding("yellow", "crl_outdated", f"{len(outdated)} danh sách thu hồi đã quá hạn: {_some(outdated)}",
                      f"{len(outdated)} revocation lists are past their nextUpdate: {_some(outdated)}")  # fmt: skip
    if answer["silent"]:
        yield Finding("yellow", "authority_silent", f"Tổ chức chứng thực không trả lời: {_some(answer['silent'])}",
                      f"authorities that do not answer: {_some(answer['silent'])}")  # fmt: skip
    if answer["refused_hosts"]:
        hosts = _some(answer["refused_hosts"])
        yield Finding("yellow", "authority_not_asked", f"Chữ ký cần hỏi {hosts}, chưa cho phép: [revocation] hosts",
                      f"signatures name {hosts}, which no trusted certificate does: [revocation] hosts")  # fmt: skip
    if answer["undecided"]:
        yield Finding("yellow", "undecided", f"{answer['undecided']} gói tin chờ kiểm tra lại chữ ký",
                      f"{answer['undecided']} packages wait for their signatures to be checked again")  # fmt: skip


def _ending(certificates: list[dict[str, Any]]) -> Iterator[Finding]:
    now = datetime.now(UTC)
    for one in certificates:
        ends = datetime.fromisoformat(one["valid_to"])
        if ends < now + _WARN_BEFORE:
            yield Finding("yellow", "trust_expires", f"Chứng thư tin cậy {one['subject']} hết hạn {ends:%d/%m/%Y}",
                          f"the trusted certificate {one['subject']} ends on {ends:%Y-%m-%d}")  # fmt: skip


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
