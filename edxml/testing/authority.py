"""A certification authority for tests: root, intermediate, signers, time-stamping, revocation lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edxml.certificates import Trust

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Algorithm = Literal["ecdsa", "rsa"]
Validity = tuple[datetime | None, datetime | None]
ALWAYS: Validity = (None, None)  # as long as the authority lives
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TestSigner:
    """A certificate with its key, ready to sign. role: "person", "organisation" or "tsa"."""

    __test__ = False  # a value, no test case

    role: str
    name: str
    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PKCS#8 PEM, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@dataclass(slots=True)
class TestCA:
    """A root, an intermediate below it and everything they issue; the keys exist in memory only.

    algorithm: "ecdsa" (P-256, quick) or "rsa" (2048 bits, what State certificates use).
    now: the moment around which it lives: the authority has existed for two years and lasts for eight more,
    its revocation lists are of this moment and good for `crl_days` days. Default: the present.
    """

    __test__ = False  # an actor, no test case

    algorithm: Algorithm = "ecdsa"
    name: str = "CA thử nghiệm"
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    crl_days: int = 7
    root: TestSigner = field(init=False)
    intermediate: TestSigner = field(init=False)
    _revoked: dict[int, tuple[datetime, x509.ReasonFlags]] = field(init=False, default_factory=dict)
    _issued: dict[tuple[str, str], TestSigner] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        root_name = _name(f"{self.name}: gốc", organisation=self.name)
        key = self._key()
        self.root = TestSigner("ca", "root", self._certify(root_name, key, root_name, key, ca=True, days=3650), key)
        sub_name = _name(f"{self.name}: trung gian", organisation=self.name)
        sub_key = self._key()
        certificate = self._certify(sub_name, sub_key, root_name, key, ca=True, days=2900)
        self.intermediate = TestSigner("ca", "intermediate", certificate, sub_key)

    # --- certificates

    def person(self, name: str, organisation: str = "UBND tỉnh Thử Nghiệm", validity: Validity = ALWAYS) -> TestSigner:
        """The certificate of a person (UID carries an identity number); the same name gives the same one."""
        return self._signer("person", name, organisation, f"CCCD:0{hash_of(name) % 10**11:011d}", validity)

    def organisation(self, name: str, validity: Validity = ALWAYS) -> TestSigner:
        """The certificate of an organisation; the same name gives the same one."""
        return self._signer("organisation", name, name, f"MST:{hash_of(name) % 10**10:010d}", validity)

    def tsa(self, name: str = "Máy chủ cấp dấu thời gian thử nghiệm") -> TestSigner:
        """A time-stamping certificate, issued by the root; its key is RSA, the only kind the test stamper takes."""
        if ("tsa", name) not in self._issued:
            key = rsa.generate_private_key(65537, 2048)
            certificate = self._certify(
                _name(name, organisation=self.name), key, self.root.certificate.subject, self.root.key,
                usage=ExtendedKeyUsageOID.TIME_STAMPING, days=2000,
            )  # fmt: skip
            self._issued["tsa", name] = TestSigner("tsa", name, certificate, key)
        return self._issued["tsa", name]

    def issue(
        self, role: str, name: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> TestSigner:
        """A signer by role, "person" or "organisation"; with a validity of its own it is a new one each time."""
        validity = (not_before, not_after)
        return self.person(name, validity=validity) if role == "person" else self.organisation(name, validity)

    def revoke(self, signer: TestSigner, at: datetime | None = None) -> None:
        """Put a certificate on its issuer's list, revoked since `at` (default: now)."""
        self._revoked[signer.certificate.serial_number] = (at or self.now, x509.ReasonFlags.key_compromise)

    # --- trust

    @property
    def root_pem(self) -> bytes:
        """The anchor."""
        return self.root.certificate_pem

    @property
    def intermediate_pem(self) -> bytes:
        """The intermediate, which no signature embeds."""
        return self.intermediate.certificate_pem

    def crls(self, at: datetime | None = None) -> tuple[bytes, ...]:
        """The revocation lists of root and intermediate as DER, of the moment `at` (default: now)."""
        return tuple(self._crl(issuer, at or self.now) for issuer in (self.root, self.intermediate))

    def trust(self, *, revocation: bool = True, intermediate: bool = True, purpose: str = "state") -> Trust:
        """The authority as the only one that is trusted; parts can be left out."""
        certificates = (self.root_pem, self.intermediate_pem) if intermediate else (self.root_pem,)
        crls = self.crls() if revocation else ()
        if purpose == "public":
            return Trust(public=certificates, tsa=(self.root_pem,), crls=crls)
        return Trust(state=certificates, tsa=(self.root_pem,), crls=crls)

    def write_trust(self, folder: Path) -> Path:
        """The same as files, in the layout `Trust.from_folder` reads; returns the folder."""
        trust = self.trust()
        for place in ("state", "public", "tsa", "crl"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / "state" / "test-root.pem").write_bytes(self.root_pem)
        (folder / "state" / "test-intermediate.pem").write_bytes(self.intermediate_pem)
        (folder / "tsa" / "test-root.pem").write_bytes(self.root_pem)
        for name, crl in zip(("root", "intermediate"), trust.crls, strict=True):
            (folder / "crl" / f"test-{name}.crl").write_bytes(crl)
        return folder

    # --- making

    def _signer(self, role: str, name: str, organisation: str, uid: str, validity: Validity) -> TestSigner:
        if validity != ALWAYS or (role, name) not in self._issued:
            key = self._key()
            certificate = self._certify(
                _name(name, organisation=organisation, uid=uid), key,
                self.intermediate.certificate.subject, self.intermediate.key, days=1095, validity=validity,
            )  # fmt: skip
            signer = TestSigner(role, name, certificate, key)
            if validity != ALWAYS:
                return signer
            self._issued[role, name] = signer
        return self._issued[role, name]

    def _key(self) -> Key:
        if self.algorithm == "ecdsa":
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(65537, 2048)

    def _certify(
        self,
        subject: x509.Name,
        key: Key,
        issuer: x509.Name,
        issuer_key: Key,
        *,
        ca: bool = False,
        usage: x509.ObjectIdentifier | None = None,
        days: int,
        validity: Validity = ALWAYS,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(validity[0] or self.now - 730 * DAY)
            .not_valid_after(validity[1] or self.now + days * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(_key_usage(ca=ca), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        elif not ca:
            # what State certificates carry: no document-signing usage
            usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    def _crl(self, issuer: TestSigner, at: datetime) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(at - SECOND)
            .next_update(at + self.crl_days * DAY)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        )
        for serial, (since, reason) in self._revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def hash_of(text: str) -> int:
    """A number that depends on the text only, the same in every process."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text.encode())
    return int.from_bytes(digest.finalize()[:8])


def _name(common: str, *, organisation: str, uid: str | None = None) -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ]
    if uid is not None:
        parts.append(x509.NameAttribute(NameOID.USER_ID, uid))
    return x509.Name(parts)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
