"""The sections of hub.toml: each setting's name with its unit, its default, its range and what it means."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MEBIBYTE = 1_048_576


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


Network = Annotated[str, AfterValidator(_network)]
Door = Literal["vxp", "api", "pages", "metrics"]
Seconds = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Hub(_Section):
    """Who this hub is."""

    role: Literal["province", "axis"] = Field(
        "province",
        description="What this hub is: a province's integration axis, or the national axis played for demo and tests",
    )
    organ_id: str = Field(
        "000.00.00.H00",
        min_length=1,
        max_length=64,
        description="The hub's own organisation code: it signs notices with it and is this system towards the axis",
    )
    name: str = Field("", description="The hub's name as people read it; empty = its organisation code")
    security_level: int = Field(  # law: R-180 QĐ28 Đ13.1
        0, ge=0, le=5, description="Security level (cấp độ) approved for this hub, 1 to 5; 0 = not determined yet"
    )
    security_decision: str = Field("", description="Number and date of the decision that approved the security level")
    prefixes: tuple[str, ...] = Field(
        (),
        description="Endings of the province's own codes (`H99`, several since 2025): such a code never leaves it",
    )
    focal_organ_id: str = Field(
        "",
        max_length=64,
        description="Agency whose mailbox gets what the national axis sends to a code of the province nobody bears; "
        "empty = the hub's own organisation code (R-120)",
    )
    test_mode: bool = Field(
        False,
        description="New systems are active at once, and shared secrets open the native door too. `truc check` stays "
        "red while it is on",
    )
    demo: bool = Field(
        False, description="Province in a box: registerAgency is applied at once, no first-login change, no TOTP"
    )

    @property
    def secrets_open(self) -> bool:
        """Whether a shared secret buys a token at the native door; outside tests and demo a key is required."""
        return self.test_mode or self.demo


class Store(_Section):
    """Where rows and bytes live."""

    url: str = Field(
        "sqlite:///truc.db",
        description="Database: `sqlite:///FILE`; one process owns it",
    )
    blobs: str = Field("blobs", description="Folder of the sealed package files")


class Listen(_Section):
    """One address the hub answers at. Repeat [[listen]] for more; one may serve the special network (R-181)."""

    address: str = Field("127.0.0.1", description="Address to bind; 0.0.0.0 or :: for all")
    port: int = Field(8080, ge=0, le=65_535, description="Port; 0 = any free one, printed at start")
    doors: tuple[Door, ...] = Field(get_args(Door), description="What answers here; /health/* answers everywhere")
    certificate: str | None = Field(
        None, description="PEM file of the TLS certificate chain; without one the address speaks plain HTTP"
    )
    key: str | None = Field(None, description="PEM file of the certificate's private key")
    client_certificate: Literal["none", "optional", "required"] = Field(
        "none", description="Whether callers show a certificate"
    )
    client_authorities: str | None = Field(
        None,
        description="PEM file of the authorities of client certificates; certificates registered with "
        "`truc system key add` are accepted beside them",
    )
    client_revocations: str | None = Field(
        None, description="PEM or DER file of their revocation lists; read again when it changes"
    )
    networks: tuple[Network, ...] = Field(
        (),
        description="Networks that may speak plain HTTP to an address that is not loopback",
    )


class Axis(_Section):
    """The national axis; without this section documents stay within the province."""

    endpoint: str = Field(description="Address of the axis, as its SDK is given it")
    system_id: str = Field(description="The province's systemid at the axis")
    secret_file: str = Field(description="File that holds the secret the axis gave, readable by the hub's user only")
    poll_seconds: Seconds = Field(30, description="How often the axis is asked for new documents")
    reconcile_minutes: int = Field(
        30, ge=1, description="How long after a hand-over the axis is asked whether it still has the document"
    )
    answer_days: int = Field(
        3, ge=1, description="How long a recipient beyond the axis may stay silent before the operator is told (R-119)"
    )
    packages_per_minute: int = Field(
        600,
        ge=1,
        description="Packages handed to the axis at most, so that no outage ends in a flood; urgent ones go",
    )


class Profile(_Section):
    """Provincial differences."""

    name: str = Field(
        "national",
        description="Name of the provincial profile that applies (`truc profile list`; one's own lie in `profiles/`)",
    )


class Trust(_Section):
    """Whose signatures are believed."""

    folder: str = Field("trust", description="Folder of trusted certificates: state/, public/, tsa/, each with *.pem")
    public_for_invited: bool = Field(
        False,
        description="Signatures under public/ count for organisations of kind `invited`; else INDETERMINATE (R-067)",
    )


class Revocation(_Section):
    """Asking authorities whether a certificate is revoked; only their own addresses are called."""

    wait_seconds: int = Field(
        3, ge=0, le=30, description="How long a document waits for an answer; then INDETERMINATE, checked again later"
    )
    timeout_seconds: int = Field(5, ge=1, le=5, description="Longest wait for one answer of an authority")
    grace_hours: int = Field(
        24, ge=0, description="How long an outdated answer is still named in a verdict, which stays INDETERMINATE"
    )
    hosts: tuple[str, ...] = Field(
        (), description="Hosts (`name` or `name:port`) that may be asked although no trusted certificate names them"
    )
    crl_bytes: int = Field(33_554_432, ge=1024, description="Largest revocation list that is fetched (32 MiB)")
    ocsp_bytes: int = Field(65_536, ge=1024, description="Largest OCSP answer that is fetched")
    refresh: bool = Field(
        True, description="Lists of trusted authorities are fetched before they run out, so that documents rarely wait"
    )


class Antivirus(_Section):
    """The scanner that looks into every attachment before it is delivered; ClamAV's clamd (R-178)."""

    address: str = Field(
        "",
        pattern=r"^(unix:/.+|.+:[0-9]{1,5})?$",
        description="Where clamd listens: `unix:/run/clamav/clamd.ctl` or `HOST:PORT`; empty = no scanner",
    )
    timeout_seconds: Seconds = Field(60, description="Longest scan of one file; then it counts as not scanned")
    stream_bytes: int = Field(
        26_214_400,
        ge=1024,
        description="Longest file clamd takes: its StreamMaxLength. Set both to what your documents need (25 MiB)",
    )
    urgent_passes: bool = Field(
        True,
        description="While no scanner answers, urgent documents (khẩn and above) travel with a warning",
    )
    retry_seconds: Seconds = Field(30, description="How often held documents are tried while no scanner answered")
    quarantine_hours: int = Field(
        720, ge=1, description="How long infected packages are kept, sealed, before they are erased (30 days)"
    )


class Limits(_Section):
    """What a caller may ask of the hub."""

    package_bytes: int = Field(
        629_145_600, ge=1024, description="Largest package as it arrives (600 MiB; base64 adds a third to its files)"
    )
    skeleton_bytes: int = Field(8_388_608, ge=1024, description="Largest package without its attachments' contents")
    attachments: int = Field(200, ge=0, description="Most attachments of one package")
    recipients: int = Field(5000, ge=1, description="Most recipients of one package")
    inflight_packages: int = Field(
        64, ge=1, description="Packages taken in at the same time; more are answered `overloaded`"
    )
    inflight_bytes: int = Field(
        2_147_483_648, ge=MEBIBYTE, description="Bytes of packages on their way in at the same time (temporary disk)"
    )

    requests_per_second: int = Field(
        500, ge=1, description="Calls of one system, on average; ten seconds' worth may come at once"
    )
    packages_per_minute: int = Field(
        30_000, ge=1, description="Packages one system sends, on average; a minute's worth may come at once"
    )
    bytes_per_day: int = Field(
        107_374_182_400, ge=MEBIBYTE, description="Bytes of packages one system sends, on average (100 GiB a day)"
    )
    refusals_per_minute: int = Field(
        60, ge=1, description="Refused packages of one system recorded one by one; more are only counted, in one alarm"
    )


class Intake(_Section):
    """Taking packages in."""

    verify_processes: int = Field(
        0, ge=0, description="Processes that verify PDF signatures; 0 = as many as processors, at most 2"
    )
    verify_timeout_seconds: Seconds = Field(
        8, description="Longest verification of one file; then INDETERMINATE, checked again later"
    )
    lease_seconds: Seconds = Field(300, description="How long a system that fetches a delivery has to acknowledge it")
    signed_packages_from: tuple[str, ...] = Field(
        (),
        description="Systems whose packages must carry a package signature (profile truc-1), by id; `*` = every system",
    )


class Dispatch(_Section):
    """Handing packages over to systems the hub itself calls."""

    push_slots: int = Field(4, ge=1, description="Hand-overs at the same time to one endpoint that is pushed to")
    axis_slots: int = Field(8, ge=1, description="Hand-overs at the same time to the national axis")
    folder_slots: int = Field(1, ge=1, description="Hand-overs at the same time into one folder")
    backoff_seconds: tuple[Seconds, ...] = Field(
        (60, 300, 900, 3600, 7200, 14_400, 28_800),
        min_length=1,
        description="Waiting times after failures, the last one repeats; cleared when the peer is heard from",
    )
    give_up_hours: int = Field(
        720, ge=1, description="When a delivery that never succeeded is failed, with a signed proof of non-delivery"
    )
    timeout_seconds: Seconds = Field(60, description="Longest wait for an answer of a peer")


class Vxp(_Section):
    """The door that speaks the national axis's own client protocol."""

    list_limit: int = Field(1000, ge=1, description="Most rows of one getReceivedEdocList; the counts give the total")
    lockout_failures: int = Field(
        10, ge=1, description="Wrong secrets after which a system is locked out at that address"
    )
    lockout_seconds: Seconds = Field(300, description="How long the lock-out lasts")
    timestamp_days: int = Field(
        90, ge=1, description="How long a `timestamp` value nobody uses still belongs to its first address"
    )


class Api(_Section):
    """The native door, /api/v1."""

    token_seconds: Seconds = Field(900, description="Life of an access token")
    clock_seconds: int = Field(
        30, ge=1, le=3600, description="Difference of a calling system's clock beyond which the operator is warned"
    )  # law: R-094 HN Đ12.3
    url: str = Field(
        "", description="Address at which systems reach the native door (https://...): the audience of their assertions"
    )


class Calls(_Section):
    """The log of calls of each system: for those who build connectors, without content (`truc system log`)."""

    keep_lines: int = Field(2000, ge=0, description="Lines kept for one system; 0 = none")
    keep_days: int = Field(7, ge=1, description="How long a line is kept")
    lines_per_second: int = Field(
        20, ge=1, le=1000, description="Lines of one system written a second; more calls are only counted"
    )


class Console(_Section):
    """The pages."""

    session_hours: int = Field(8, ge=1, description="Life of a person's session without signing in again")


class Webhooks(_Section):
    """Events told to systems that asked for them (`/api/v1/webhooks`)."""

    hooks: int = Field(5, ge=0, description="Most web hooks of one system; 0 = none may be made")
    timeout_seconds: Seconds = Field(15, description="Longest wait for the answer of a web hook's receiver")
    stop_after_hours: int = Field(
        120, ge=1, description="A web hook that fails for so long is stopped, with an alarm; it may be resumed (5 days)"
    )
    rotation_hours: int = Field(
        24, ge=0, description="How long the old secret of a web hook still signs beside the new one"
    )


class Sms(_Section):
    """Text messages to the person on duty of an agency, through the province's gateway (R-060, R-084)."""

    notifier: str = Field(
        "", pattern=r"^([a-z][a-z0-9_.]*)?$", description="Who sends them: `sms` (a gateway by HTTPS); empty = nobody"
    )
    settings_file: str = Field(
        "sms.toml", description="TOML file with the notifier's settings and secret, readable by the hub's user only"
    )
    alarms: tuple[Literal["urgent_after_hours", "urgent_unopened", "hour_near"], ...] = Field(
        ("urgent_after_hours", "urgent_unopened", "hour_near"),
        description="Alarms of an agency's clerks that are also told by text message, one message each for ever",
    )
    give_up_hours: int = Field(
        4, ge=1, description="A message that could not be sent for so long is given up, with an alarm"
    )


class Conformance(_Section):
    """What a system must have shown before it works (R-182): `truc connector check --live`."""

    level: int = Field(  # law: R-182 QĐ28 Đ14.2
        0, ge=0, le=3, description="Level of the conformance kit a system needs to be active; 0 = none is asked for"
    )
    signers: tuple[str, ...] = Field(
        (), description="PEM files of receipt certificates whose reports count beside this hub's own"
    )


class Outgoing(_Section):
    """Where the hub's own calls may go."""

    allow: tuple[Network, ...] = Field(
        (),
        description="Networks the hub may call although loopback, link-local and private ones are never called",
    )


class Log(_Section):
    """The hub's log, JSON lines on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least serious event that is logged"
    )


SECTIONS: dict[str, type[BaseModel]] = {
    "hub": Hub,
    "store": Store,
    "listen": Listen,
    "axis": Axis,
    "profile": Profile,
    "trust": Trust,
    "revocation": Revocation,
    "antivirus": Antivirus,
    "limits": Limits,
    "intake": Intake,
    "dispatch": Dispatch,
    "vxp": Vxp,
    "api": Api,
    "calls": Calls,
    "console": Console,
    "webhooks": Webhooks,
    "sms": Sms,
    "conformance": Conformance,
    "outgoing": Outgoing,
    "log": Log,
}
