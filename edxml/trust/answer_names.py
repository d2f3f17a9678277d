"""Where a fetched revocation answer lies: names both by who stores it and by who looks it up are made here.

A folder of answers holds `crl/*.crl` and `ocsp/*.ocsp`, each written as a whole and moved into its place, so that a
reader never meets half of one.
"""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import serialization


def answer_name_crl(url: str) -> str:
    """The place of the revocation list of an address, relative to the folder of answers."""
    return f"crl/{hashlib.sha256(url.encode()).hexdigest()}.crl"


def answer_name_ocsp(certificate_der: bytes, issuer_der: bytes) -> str:
    """The place of the OCSP answer on a certificate, relative to the folder of answers.

    A serial number alone names no certificate: issuer's name and key belong to it. Raises ValueError for what is no
    certificate.
    """
    certificate = x509.load_der_x509_certificate(certificate_der)
    issuer = x509.load_der_x509_certificate(issuer_der)
    key = issuer.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return ocsp_place(issuer.subject.public_bytes(), key, certificate.serial_number)


def ocsp_place(issuer_name: bytes, issuer_key: bytes, serial: int) -> str:
    """The same from parts: DER of the issuer's name and of its SubjectPublicKeyInfo, and the serial number."""
    digest = hashlib.sha256(issuer_name)
    digest.update(issuer_key)
    digest.update(str(serial).encode())
    return f"ocsp/{digest.hexdigest()}.ocsp"
