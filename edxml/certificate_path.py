"""From a signer's certificate to a trusted anchor: chain, validity, usage and revocation, each with "cannot tell".

Nothing is fetched. What is not in the trust folder or the signature is unknown, and unknown is INDETERMINATE.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import crl, ocsp, pem, x509  # type: ignore[import-untyped]
from pyhanko_certvalidator import ValidationContext, errors, find_valid_path
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from edxml.certificates import Trust
from edxml.verdict_words import SubIndication

# SHA-1 is still found in paths to the root of 2010 and in imprints of time-stamps: a warning there (SHA1_IN_PATH),
# never accepted for the digest of a document.
PATH_ALGORITHMS = DisallowWeakAlgorithmsPolicy(weak_hash_algos=frozenset({"md2", "md5"}))
SHA1_IN_PATH = "sha1_in_path"
# A certificate whose extended usages are only these was not issued to sign documents. State certificates carry
# e-mail protection, client authentication and smart-card logon; a document-signing usage is not demanded.
FOREIGN_USAGES = frozenset({"server_auth", "code_signing", "time_stamping", "ocsp_signing", "ipsec_end_system"})


@dataclass(frozen=True, slots=True)
class PathResult:
    """What is known about a certificate at a moment; problem None means trusted.

    anchor: "state", "public" or "tsa". revoked_at: since when, by the issuer's answer.
    """

    problem: SubIndication | None
    anchor: str | None = None
    revoked_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """A trust, parsed once for many verifications."""

    documents: tuple[Any, ...]
    stamps: tuple[Any, ...]
    helpers: tuple[Any, ...]
    crls: tuple[Any, ...]
    ocsps: tuple[Any, ...]
    purposes: dict[bytes, str] = field(default_factory=dict)


@functools.lru_cache(maxsize=4)
def parse(trust: Trust) -> Anchors:
    """The certificates and answers of a trust as asn1crypto has them."""
    documents, stamps, helpers = [], [], []
    purposes: dict[bytes, str] = {}
    for purpose, blobs in (("state", trust.state), ("public", trust.public), ("tsa", trust.tsa)):
        for blob in blobs:
            certificate = x509.Certificate.load(pem.unarmor(blob)[2] if pem.detect(blob) else blob)
            if certificate.self_signed == "no":
                helpers.append(certificate)
            elif purpose == "tsa":
                stamps.append(certificate)
            else:
                documents.append(certificate)
                purposes.setdefault(certificate.sha256, purpose)
    return Anchors(
        documents=tuple(documents),
        stamps=tuple(stamps),
        helpers=tuple(helpers),
        crls=tuple(crl.CertificateList.load(der) for der in trust.crls),
        ocsps=tuple(ocsp.OCSPResponse.load(der) for der in trust.ocsps),
        purposes=purposes,
    )


def context(anchors: Anchors, roots: tuple[Any, ...], others: list[Any], at: datetime, mode: str) -> ValidationContext:
    """The setting pyHanko needs for one path. A revocation list made after `at` also speaks for `at`."""
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=[*anchors.helpers, *others],
        moment=at,
        crls=list(anchors.crls),
        ocsps=list(anchors.ocsps),
        revocation_mode=mode,
        retroactive_revinfo=True,
        allow_fetching=False,
        algorithm_usage_policy=PATH_ALGORITHMS,
    )


async def check_document_signer(certificate: Any, others: list[Any], anchors: Anchors, at: datetime) -> PathResult:
    """Whether a certificate could be trusted with a document's signature at a moment.

    law: R-069 TT15/2025 Đ6 (path to the trusted root, validity and revocation at signing time)
    """
    if not anchors.documents:
        return PathResult(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail="no trust anchor is set")
    first = await _walk(certificate, context(anchors, anchors.documents, others, at, "none"))
    if isinstance(first, PathResult):
        return first
    anchor = anchors.purposes.get(first.first.sha256)
    warnings = (SHA1_IN_PATH,) if _has_sha1(first) else ()
    if (misuse := _misuse(certificate)) is not None:
        return PathResult(SubIndication.CHAIN_CONSTRAINTS_FAILURE, anchor, warnings=warnings, detail=misuse)
    second = await _walk(certificate, context(anchors, anchors.documents, others, at, "require"))
    if isinstance(second, PathResult):
        return PathResult(second.problem, anchor, second.revoked_at, warnings, second.detail)
    return PathResult(None, anchor, warnings=warnings)


async def _walk(certificate: Any, setting: ValidationContext) -> Any:
    """The valid path, or a PathResult that says why there is none."""
    paths = setting.path_builder.async_build_paths_lazy(certificate)
    try:
        return await find_valid_path(certificate, paths, validation_context=setting)
    except errors.PathBuildingError:
        return _no_chain(certificate)
    except errors.InvalidCertificateError as error:
        if certificate.self_signed != "no":
            return _no_chain(certificate)
        return PathResult(SubIndication.CHAIN_CONSTRAINTS_FAILURE, detail=str(error))
    except errors.PathValidationError as error:
        return _why(error)
    except (errors.ValidationError, ValueError, TypeError) as error:
        return PathResult(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=str(error))


def _no_chain(certificate: Any) -> PathResult:
    """Names the issuer that is missing here; never the subject, whose name may carry an identity number."""
    issuer = certificate.issuer.native.get("common_name", "unnamed")
    detail = f"no chain to a trust anchor; the certificate was issued by {issuer!r}"
    return PathResult(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail=detail)


def _why(error: errors.PathValidationError) -> PathResult:
    own = bool(error.is_ee_cert) and not error.is_side_validation
    if isinstance(error, errors.RevokedError):
        if own:
            return PathResult(SubIndication.REVOKED_NO_POE, revoked_at=error.revocation_dt, detail=str(error))
        return PathResult(SubIndication.REVOKED_CA_NO_POE, detail=str(error))
    if isinstance(error, errors.InsufficientRevinfoError):
        return PathResult(SubIndication.TRY_LATER, detail=str(error))
    if isinstance(error, errors.DisallowedAlgorithmError):
        return PathResult(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, detail=str(error))
    if isinstance(error, (errors.ExpiredError, errors.NotYetValidError)) and own:
        return PathResult(SubIndication.OUT_OF_BOUNDS_NO_POE, detail=str(error))
    return PathResult(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=str(error))


def _misuse(certificate: Any) -> str | None:
    """Why a certificate was not issued to sign documents; None if nothing speaks against it."""
    if certificate.ca:
        return "the certificate belongs to a certification authority"
    usage = certificate.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        return "the key usage allows no signatures"
    extended = certificate.extended_key_usage_value
    if extended is not None and set(extended.native) <= FOREIGN_USAGES:
        return "the extended key usage names other purposes only"
    return None


def _has_sha1(path: Any) -> bool:
    """Whether a certificate below the anchor is signed over SHA-1."""
    return any(c.hash_algo == "sha1" for c in list(path.iter_certs(include_root=False)))
