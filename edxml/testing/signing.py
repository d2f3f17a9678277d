"""pyHanko as a signing tool: a signer that keeps its key loaded, and one signing step at a chosen time."""

from __future__ import annotations

import io
from datetime import datetime

from asn1crypto import crl, ocsp  # type: ignore[import-untyped]
from asn1crypto import pdf as asn1_pdf
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle

from edxml.testing.authority import TestSigner
from edxml.testing.waiting import finish
from edxml.trust.revocation_sources import NOTHING, Stapled

HASHES: dict[str, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class KeptKeySigner(signers.Signer):
    """Signs with a key that stays loaded; pyHanko's own parses and checks an RSA key for each signature (40 ms)."""

    def __init__(self, signer: TestSigner) -> None:
        super().__init__(signing_cert=asn1_certificate(signer))
        self._key = signer.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
        digest = HASHES[digest_algorithm]()
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(digest))
        return self._key.sign(data, padding.PKCS1v15(), digest)


def sign(
    data: bytes,
    signer: TestSigner,
    metadata: signers.PdfSignatureMetadata,
    field: fields.SigFieldSpec,
    moment: datetime,
    *,
    reserve: int,
    stamper: TimeStamper | None = None,
    text: str | None = None,
    stapled: Stapled = NOTHING,
    attribute: datetime | None = None,
) -> bytes:
    """One signature in a new field; the claimed time is `moment`, in the CMS `attribute` if it is another.

    stamper: who adds a time-stamp. text: what the widget draws instead of signer and time.
    stapled: answers for the signature's own archive.
    """
    style = None if text is None else TextStampStyle(stamp_text=text)
    pdf_signer = signers.PdfSigner(
        metadata, KeptKeySigner(signer), timestamper=stamper, new_field_spec=field, stamp_style=style
    )
    session = pdf_signer.init_signing_session(IncrementalPdfFileWriter(io.BytesIO(data)))
    session.system_time = moment
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserve, appearance_text_params=None)
    prepared, output = document.digest_tbs_document()
    attributes = PdfCMSSignedAttributes(signing_time=attribute or moment, adobe_revinfo_attr=_archive(stapled))
    after = finish(document.perform_signature(prepared.document_digest, pdf_cms_signed_attrs=attributes))
    finish(after.post_signature_processing(output))
    output.seek(0)
    return bytes(output.read())


def with_answers(data: bytes, stapled: Stapled) -> bytes:
    """The same PDF with a document security store, as an update that signs nothing."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(der) for der in stapled.certificates],
        ocsps=[ocsp.OCSPResponse.load(der) for der in stapled.ocsps],
        crls=[crl.CertificateList.load(der) for der in stapled.crls],
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _archive(stapled: Stapled) -> asn1_pdf.RevocationInfoArchival | None:
    if stapled == NOTHING:
        return None
    return asn1_pdf.RevocationInfoArchival(
        {
            "crl": [crl.CertificateList.load(der) for der in stapled.crls],
            "ocsp": [ocsp.OCSPResponse.load(der) for der in stapled.ocsps],
        }
    )


def asn1_certificate(signer: TestSigner) -> asn1_x509.Certificate:
    """The certificate as asn1crypto has it."""
    return asn1_x509.Certificate.load(signer.certificate.public_bytes(serialization.Encoding.DER))
