"""A certification authority for tests: root, intermediate, signers, time-stamping, revocation answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from edxml.testing import answers, certify
from edxml.testing.answers import Holder, Period, Revoked
from edxml.testing.certify import AUTHORITY, Addresses, Key, Shape, name_of
from edxml.trust.certificates import Trust

Algorithm = Literal["ecdsa", "rsa"]
Validity = tuple[datetime | None, datetime | None]
ALWAYS: Validity = (None, None)  # as long as the authority lives
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# what State certificates carry: no document-signing usage
SIGNER = Shape(extended=(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION))
STAMPER = Shape(extended=(ExtendedKeyUsageOID.TIME_STAMPING,), extended_critical=True)
RESPONDER = Shape(extended=(ExtendedKeyUsageOID.OCSP_SIGNING,)).with_extra((x509.OCSPNoCheck(), False))


@dataclass(frozen=True, slots=True)
class TestSigner:
    """A certificate with its key, ready to sign. role: "person", "organisation", "tsa", "ocsp" or "ca"."""

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
    def certificate_der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """The key as PKCS#8 PEM, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def holder(self) -> Holder:
        """The same for who signs answers."""
        return Holder(self.certificate, self.key)


@dataclass(slots=True)
class TestCA:
    """A root, an intermediate below it and everything they issue; the keys exist in memory only.

    algorithm: "ecdsa" (P-256, quick) or "rsa" (2048 bits, what State certificates use).
    now: the moment around which it lives: the authority has existed for two years and lasts for eight more,
    its revocation lists are of this moment and good for `crl_days` days. Default: the present.
    address: where its answers are served, as "http://127.0.0.1:8080"; its certificates then name
    ADDRESS/crl/root.crl, ADDRESS/crl/intermediate.crl and ADDRESS/ocsp. "": they name nothing.
    """

    __test__ = False  # an actor, no test case

    algorithm: Algorithm = "ecdsa"
    name: str = "CA thử nghiệm"
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    crl_days: int = 7
    address: str = ""
    root: TestSigner = field(init=False)
    intermediate: TestSigner = field(init=False)
    _revoked: dict[tuple[str, int], Revoked] = field(init=False, default_factory=dict)
    _issued: dict[tuple[str, str], TestSigner] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        root_name = name_of(f"{self.name}: gốc", organisation=self.name)
        key = self._key()
        certificate = certify.certify(
            root_name, key, root_name, key, validity=self._validity(days=3650), shape=AUTHORITY
        )
        self.root = TestSigner("ca", "root", certificate, key)
        sub_name = name_of(f"{self.name}: trung gian", organisation=self.name)
        self.intermediate = self.make("ca", "intermediate", sub_name, AUTHORITY, issuer=self.root, days=2900)

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
            subject = name_of(name, organisation=self.name)
            key = rsa.generate_private_key(65537, 2048)
            self._issued["tsa", name] = self.make("tsa", name, subject, STAMPER, issuer=self.root, key=key, days=2000)
        return self._issued["tsa", name]

    def ocsp_responder(self, name: str = "Máy chủ OCSP thử nghiệm") -> TestSigner:
        """A certificate that may answer for the intermediate's certificates."""
        if ("ocsp", name) not in self._issued:
            subject = name_of(name, organisation=self.name)
            self._issued["ocsp", name] = self.make("ocsp", name, subject, RESPONDER, days=1000)
        return self._issued["ocsp", name]

    def issue(
        self, role: str, name: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> TestSigner:
        """A signer by role, "person" or "organisation"; with a validity of its own it is a new one each time."""
        validity = (not_before, not_after)
        return self.person(name, validity=validity) if role == "person" else self.organisation(name, validity)

    def make(
        self,
        role: str,
        name: str,
        subject: x509.Name,
        shape: Shape,
        *,
        issuer: TestSigner | None = None,
        key: Key | None = None,
        days: int = 1095,
        validity: Validity = ALWAYS,
    ) -> TestSigner:
        """A certificate of any shape, for any subject; issuer None: the intermediate. A new one each time."""
        above = issuer or self.intermediate
        own = key or self._key()
        certificate = certify.certify(
            subject, own, above.certificate.subject, above.key,
            validity=self._validity(validity, days=days), shape=replace(shape, addresses=self._addresses(above, shape)),
        )  # fmt: skip
        return TestSigner(role, name, certificate, own)

    # --- revocation

    def revoke(
        self,
        signer: TestSigner,
        at: datetime | None = None,
        reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
    ) -> None:
        """Put a certificate on its issuer's list, revoked since `at` (default: now)."""
        serial = signer.certificate.serial_number
        self._revoked[_text(signer.certificate.issuer), serial] = Revoked(serial, at or self.now, reason)

    def release(self, signer: TestSigner) -> None:
        """Take a certificate that was on hold off its issuer's list."""
        del self._revoked[_text(signer.certificate.issuer), signer.certificate.serial_number]

    def crl_for(self, issuer: TestSigner, at: datetime | None = None) -> bytes:
        """The revocation list of one issuer as DER, of the moment `at` (default: now)."""
        moment = at or self.now
        name = issuer.certificate.subject
        entries = [entry for (place, _), entry in self._revoked.items() if place == _text(name)]
        period = Period(moment - SECOND, moment + self.crl_days * DAY)
        return answers.crl(name, issuer.key, period, entries, number=int(moment.timestamp()))

    def crls(self, at: datetime | None = None) -> tuple[bytes, ...]:
        """The revocation lists of root and intermediate as DER, of the moment `at` (default: now)."""
        return tuple(self.crl_for(issuer, at) for issuer in (self.root, self.intermediate))

    def crl_url(self, issuer: TestSigner) -> str:
        """Where the list of one issuer is served."""
        return f"{self.address}/crl/{issuer.name}.crl"

    def answer_ocsp(self, request_der: bytes, at: datetime | None = None) -> bytes:
        """What the authority's responder answers to a request, of the moment `at` (default: now), good for a day.

        A certificate of another issuer is answered "unknown". Raises ValueError for what is no request.
        """
        question = answers.asked(request_der)
        moment = at or self.now
        period = Period(moment - SECOND, moment + DAY)
        for issuer in (self.root, self.intermediate):
            if question.key_hash == _key_hash(issuer, question.algorithm):
                revoked = self._revoked.get((_text(issuer.certificate.subject), question.serial))
                return answers.ocsp_reply(question, issuer.holder, period, known=True, revoked=revoked)
        return answers.ocsp_reply(question, self.intermediate.holder, period, known=False)

    # --- trust

    @property
    def root_pem(self) -> bytes:
        """The anchor."""
        return self.root.certificate_pem

    @property
    def intermediate_pem(self) -> bytes:
        """The intermediate, which no signature embeds."""
        return self.intermediate.certificate_pem

    def trust(self, *, revocation: bool = True, intermediate: bool = True, purpose: str = "state") -> Trust:
        """The authority as the only one that is trusted; parts can be left out."""
        certificates = (self.root_pem, self.intermediate_pem) if intermediate else (self.root_pem,)
        crls = self.crls() if revocation else ()
        if purpose == "public":
            return Trust(public=certificates, tsa=(self.root_pem,), crls=crls)
        return Trust(state=certificates, tsa=(self.root_pem,), crls=crls)

    def write_trust(self, folder: Path, *, revocation: bool = True) -> Path:
        """The same as files, in the layout `Trust.from_folder` reads; returns the folder."""
        for place in ("state", "public", "tsa", "crl"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / "state" / "test-root.pem").write_bytes(self.root_pem)
        (folder / "state" / "test-intermediate.pem").write_bytes(self.intermediate_pem)
        (folder / "tsa" / "test-root.pem").write_bytes(self.root_pem)
        if revocation:
            for issuer in (self.root, self.intermediate):
                (folder / "crl" / f"test-{issuer.name}.crl").write_bytes(self.crl_for(issuer))
        return folder

    # --- making

    def _signer(self, role: str, name: str, organisation: str, uid: str, validity: Validity) -> TestSigner:
        subject = name_of(name, organisation=organisation, uid=uid)
        if validity != ALWAYS:
            return self.make(role, name, subject, SIGNER, validity=validity)
        if (role, name) not in self._issued:
            self._issued[role, name] = self.make(role, name, subject, SIGNER)
        return self._issued[role, name]

    def _key(self) -> Key:
        if self.algorithm == "ecdsa":
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(65537, 2048)

    def _validity(self, validity: Validity = ALWAYS, *, days: int) -> tuple[datetime, datetime]:
        return validity[0] or self.now - 730 * DAY, validity[1] or self.now + days * DAY

    def _addresses(self, issuer: TestSigner, shape: Shape) -> Addresses:
        if not self.address or shape.addresses != Addresses():
            return shape.addresses
        return Addresses(crl=(self.crl_url(issuer),), ocsp=(f"{self.address}/ocsp",))


def hash_of(text: str) -> int:
    """A number that depends on the text only, the same in every process."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text.encode())
    return int.from_bytes(digest.finalize()[:8])


def _text(name: x509.Name) -> str:
    return name.rfc4514_string()


def _key_hash(issuer: TestSigner, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    point = issuer.key.public_key()
    if isinstance(point, ec.EllipticCurvePublicKey):
        bits = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    else:
        bits = point.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    digest.update(bits)
    return digest.finalize()
