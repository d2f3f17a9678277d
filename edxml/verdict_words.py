"""The words of a verdict: ETSI EN 319 102-1 for signatures, Vietnamese law for what a document is worth."""

from __future__ import annotations

from datetime import timedelta, timezone
from enum import StrEnum

VIETNAM = timezone(timedelta(hours=7))


class Verdict(StrEnum):
    """What is known about a signature, a file or a document; UNSIGNED is for files only."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"
    UNSIGNED = "UNSIGNED"


class SubIndication(StrEnum):
    """Why a verdict is not PASSED: the names of ETSI EN 319 102-1 clause 5.1.3.

    NO_SIGNATURE is ours: the standard has no word for a document that carries no signature.
    """

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    TRY_LATER = "TRY_LATER"
    GENERIC = "GENERIC"
    NO_SIGNATURE = "NO_SIGNATURE"


class Integrity(StrEnum):
    """What happened to the file after a signature was made."""

    FINAL = "final"  # the signature covers the file
    EXTENDED = "extended"  # only signatures, validation data or time-stamps were added
    UNEXPLAINED = "unexplained"  # pages are equal by value, yet no rule explains a later revision
    CHANGED = "changed"  # a page, an annotation or a form value is different
    BROKEN = "broken"  # digest, signature value or byte range does not fit
    UNKNOWN = "unknown"  # the signature could not be read


class Role(StrEnum):
    """For whom a certificate was issued."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


class LegalValue(StrEnum):
    """What a received document is worth.  law: R-061 NĐ30 Đ5.1, R-062 QĐ28 Đ4.2, R-065 NĐ30 Đ25.1c"""

    ORIGINAL = "original"  # signed by the authorised person and by the organisation
    COPY = "copy"  # a scan signed by the organisation, marked SAO Y, SAO LỤC or TRÍCH SAO
    INFORMATION = "information"  # to know and consult only
