"""What a clerk reads: one sentence for each verdict, in Vietnamese, and the same in English.

Of a document: who signed, whose certificates, when and by which clock, whether the content is whole, whether the
certificates were valid then, and what the document is worth and why.  law: R-070 TT15/2025 Đ6
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from edxml import verdict_phrases
from edxml.verdict_phrases import Language, Pair
from edxml.verdict_words import VIETNAM, Integrity, LegalValue, Role, SubIndication, Verdict

if TYPE_CHECKING:
    from edxml.verdict import DocumentReport, FileReport, SignatureReport

VI, EN = Language.VIETNAMESE, Language.ENGLISH
REASONS = {sub_indication: pair[VI] for sub_indication, pair in verdict_phrases.REASONS.items()}
_MINUTE_LIMIT = timedelta(hours=2)
_HOUR_LIMIT = timedelta(days=2)


def _say(phrase: str, language: Language, **parts: object) -> str:
    return verdict_phrases.PHRASES[phrase][language].format(**parts)


# --- one signature


def reason(report: SignatureReport, language: Language = VI) -> str:
    """Why a signature is not PASSED; empty for one that is."""
    if report.integrity is Integrity.CHANGED and report.verdict is Verdict.FAILED:
        return verdict_phrases.INTEGRITY[Integrity.CHANGED][language]
    if report.integrity is Integrity.UNEXPLAINED:
        return verdict_phrases.INTEGRITY[Integrity.UNEXPLAINED][language]
    if report.sub_indication is SubIndication.TRY_LATER and "revocation_stale" in report.warnings:
        return revocation(report, language)
    return "" if report.sub_indication is None else _plain(report.sub_indication, language)


def signature(report: SignatureReport, language: Language = VI) -> str:
    """One sentence about a signature."""
    facts = [
        reason(report, language),
        *(
            (verdict_phrases.INTEGRITY[report.integrity][language],)
            if report.integrity is not Integrity.UNKNOWN
            else ()
        ),
        period(report, language),
        revocation(report, language),
        notices(report.warnings, language),
    ]
    phrase = {Verdict.PASSED: "signature_passed", Verdict.FAILED: "signature_failed"}.get(
        report.verdict, "signature_undecided"
    )
    known = "; ".join(dict.fromkeys(fact for fact in facts if fact))
    moment = when(report, language) if report.signer or report.signed_at else ""
    return _say(phrase, language, who=f"{who(report, language)} {moment}".rstrip(), facts=known)


def who(report: SignatureReport, language: Language = VI, count: int = 1) -> str:
    """The signer, in which role, by whose certificate; count: how many signatures are spoken of."""
    if report.signer is None:
        return _say("somebody", language)
    about = [verdict_phrases.ROLES[report.role][language]]
    if count > 1:
        about.append(_say("several", language, count=count))
    if report.issuer:
        about.append(_say("by_authority", language, issuer=report.issuer))
    return f"{report.signer} ({', '.join(about)})"


def when(report: SignatureReport, language: Language = VI) -> str:
    """The time of signing and its source."""
    if report.signed_at is None:
        return _say("at_unknown", language)
    written = "%H:%M:%S ngày %d/%m/%Y" if language is VI else "%H:%M:%S on %d/%m/%Y"
    phrase = "at_stamp" if report.time_source == "timestamp" else "at_claimed"
    return _say(phrase, language, time=f"{report.signed_at.astimezone(VIETNAM):{written}}")


def period(report: SignatureReport, language: Language = VI) -> str:
    """Whether the signer's certificate was valid when it signed, as far as the time is known."""
    if report.signed_at is None or report.valid_from is None or report.valid_to is None:
        return _say("period_unknown", language)
    if report.signed_at < report.valid_from:
        return _say("early_then", language)
    return _say("expired_then" if report.signed_at > report.valid_to else "valid_then", language)


def revocation(report: SignatureReport, language: Language = VI) -> str:
    """Against which answer revocation was checked, with its age; the weaker state is said.  law: R-072 HN Đ9.1"""
    known = report.revocation
    if known.status != "good" or known.as_of is None or report.checked_at is None:
        return ""
    age = _age(report.checked_at - known.as_of, language)
    return _say("stale" if "revocation_stale" in report.warnings else "fresh", language, age=age)


def notices(slugs: Iterable[str], language: Language = VI) -> str:
    """What should be known besides the verdict."""
    known = [_known(verdict_phrases.WARNINGS, slug)[language] for slug in dict.fromkeys(slugs)]
    return _say("notice", language, items=", ".join(known)) if known else ""


# --- one file


def file(report: FileReport, language: Language = VI) -> str:
    """One sentence about a file."""
    worst = next((s for s in report.signatures if s.verdict is report.verdict), None)
    why = []
    if report.note is not None:
        why.append(_known(verdict_phrases.NOTES, report.note)[language])
    elif report.verdict in (Verdict.FAILED, Verdict.INDETERMINATE):
        why.append(_plain(report.sub_indication, language) if worst is None else reason(worst, language))
    if report.active:
        items = ", ".join(_known(verdict_phrases.ACTIVE, slug)[language] for slug in report.active)
        why.append(_say("active", language, items=items))
    why.append(notices(report.warnings, language))
    phrase = {
        Verdict.UNSIGNED: "file_unsigned",
        Verdict.PASSED: "file_passed",
        Verdict.FAILED: "file_failed",
        Verdict.INDETERMINATE: "file_undecided",
    }[report.verdict]
    known = "; ".join(part for part in why if part)
    return _say(phrase, language, name=report.name, count=len(report.signatures), why=f": {known}" if known else "")


# --- the document


def document(report: DocumentReport, language: Language = VI) -> str:
    """One sentence about a document and what it is worth."""
    if report.is_unsigned:
        return _say("unsigned", language)  # law: R-062 QĐ28 Đ4.2
    if report.sub_indication is SubIndication.NO_SIGNATURE:
        return _say("main_unsigned", language)
    told = _decisive(report)
    decisive = next((s for s in told.signatures if s.verdict is told.verdict), None)
    why = _why(told, decisive, language)
    who_signed = signers(told.signatures, language)
    if report.verdict is Verdict.FAILED:
        return _say(
            "document_failed", language, file=told.name, reason=why, signers=f"; {who_signed}" if who_signed else ""
        )
    worth = verdict_phrases.WORTH[report.legal_value][language]
    stale = "revocation_stale" in (decisive.warnings if decisive is not None else ())
    notice = notices([w for w in told.warnings if not stale], language)
    integrity, periods = _integrity(told.signatures, language), _periods(told.signatures, language)
    if report.verdict is Verdict.PASSED:
        by = who_signed or _say("somebody", language)
        return _say(
            "document_passed", language, signers=by, integrity=integrity, period=periods,
            notice=f"; {notice}" if notice else "", worth=worth, because=_because(report, language),
        )  # fmt: skip
    parts = [part for part in (who_signed, "" if integrity in why else integrity, periods, notice) if part]
    facts = "".join(f"; {part}" for part in parts)
    return _say("document_undecided", language, file=told.name, reason=why, facts=facts, worth=worth)


def signers(signatures: Sequence[SignatureReport], language: Language = VI) -> str:
    """Who signed, in the order of their first signature; with the time of the last one of each."""
    groups: dict[tuple[str | None, str | None], list[SignatureReport]] = {}
    for one in [s for s in signatures if s.signer is not None]:
        groups.setdefault((one.signer, one.issuer), []).append(one)
    return ", ".join(
        _say("signed_by", language, who=who(own[-1], language, len(own)), when=when(own[-1], language))
        for own in groups.values()
    )


def _decisive(report: DocumentReport) -> FileReport:
    """The file that gave the document its verdict: the first of that verdict, or the first signed one."""
    signed = [f for f in report.files if f.verdict is not Verdict.UNSIGNED]
    same = [f for f in signed if f.verdict is report.verdict]
    exact = [f for f in same if f.sub_indication is report.sub_indication]
    return (exact or same or signed)[0]


def _why(told: FileReport, decisive: SignatureReport | None, language: Language) -> str:
    if told.note is not None:
        return _known(verdict_phrases.NOTES, told.note)[language]
    return _plain(told.sub_indication, language) if decisive is None else reason(decisive, language)


def _integrity(signatures: Sequence[SignatureReport], language: Language) -> str:
    order = list(verdict_phrases.INTEGRITY)
    worst = max((s.integrity for s in signatures), key=order.index, default=None)
    return "" if worst is None else verdict_phrases.INTEGRITY[worst][language]


def _periods(signatures: Sequence[SignatureReport], language: Language) -> str:
    return ", ".join(dict.fromkeys(period(s, language) for s in signatures))


def _because(report: DocumentReport, language: Language) -> str:
    """Why a document whose signatures are valid is worth what it is.  law: R-061 NĐ30 Đ5.1, R-065 NĐ30 Đ25.1c"""
    main = next(f for f in report.files if f.note != "other_format")
    if report.legal_value is LegalValue.ORIGINAL:
        return _say("because_both", language)
    if report.legal_value is LegalValue.COPY:
        mark = next((s.copy_mark for s in main.signatures if s.copy_mark and s.role is Role.ORGANISATION), None)
        if mark is None:
            return _say("because_profile", language)
        return _say("because_mark", language, mark=mark, kind=_known(verdict_phrases.COPY_KINDS, mark)[language])
    person, organisation = main.has_passed(Role.PERSON), main.has_passed(Role.ORGANISATION)
    if person == organisation:
        return _say("because_no_roles", language)
    return _say("because_no_organisation" if person else "because_no_person", language)


def _age(age: timedelta, language: Language) -> str:
    if age < _MINUTE_LIMIT:
        return _say("minutes", language, count=max(int(age.total_seconds() // 60), 0))
    if age < _HOUR_LIMIT:
        return _say("hours", language, count=int(age.total_seconds() // 3600))
    return _say("days", language, count=age.days)


def _plain(sub_indication: SubIndication | None, language: Language) -> str:
    return verdict_phrases.REASONS[sub_indication or SubIndication.GENERIC][language]


def _known(words: dict[str, Pair], slug: str) -> Pair:
    return words.get(slug, (slug, slug))
