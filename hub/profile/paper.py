"""Which rule of a profile decides whether a document also goes on paper: the first one that fits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.profile.rules import PaperRule

_YEAR_IN_NUMBER: Final = re.compile(r"[^/]+/(19|20)\d\d/")  # 40/2019/QĐ-UBND


@dataclass(frozen=True, slots=True)
class Described:
    """What a rule asks of a document. number, notation: as in CodeNumber and CodeNotation."""

    type_name: str
    number: str
    notation: str
    subject: str

    @property
    def normative(self) -> bool:
        """Whether it is a legal normative document: its number carries the year.  law: R-032 NĐ30 PL I.II.3c"""
        return _YEAR_IN_NUMBER.match(f"{self.number}/{self.notation}") is not None


def rule_for(rules: Iterable[PaperRule], document: Described, kind: str, organ_id: str) -> PaperRule | None:
    """The first rule that fits the document and one recipient; None = the law asks for no paper, and forbids none.

    kind, organ_id: of the recipient.
    """
    # law: R-163 HN Đ6.5, R-164 R-165 CB Đ8, R-166 QĐ28 Đ7.2
    return next((rule for rule in rules if _fits(rule, document, {_folded(kind), _folded(organ_id)})), None)


def _fits(rule: PaperRule, document: Described, recipient: set[str]) -> bool:
    subject = f" {_words(document.subject)} "
    return (
        (not rule.normative or document.normative)
        and (not rule.types or _is_one_of(document, rule.types))
        and (not rule.subjects or any(f" {_words(one)} " in subject for one in rule.subjects))
        and (not rule.recipients or any(_folded(one) in recipient for one in rule.recipients))
    )


def _is_one_of(document: Described, types: Iterable[str]) -> bool:
    name = _folded(document.type_name)
    groups = {_folded(group) for group in re.split(r"[-/]", document.notation)}
    return any(f"{name} ".startswith(f"{one} ") or one in groups for one in map(_folded, types))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", _folded(text)))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
