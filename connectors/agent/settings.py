"""The settings of an agent, `agent.toml`: who it speaks for, its two sides, its signature; typed, no unknown keys.

A side is `kind` and that connector's own settings. The text of any of them may stand in a file, named `<key>_file`;
secrets may stand nowhere else. Relative paths begin where the settings file lies.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

import connectors
from connectors import base

PRIVATE = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""What an agent may call beside public addresses: an office's own network."""

FILE_BYTES = 1 << 20
"""Longest file that a setting may stand in."""

_NOT_OFFICES = frozenset({"pull", "truc", "sms"})


class AgentSettingsError(ValueError):
    """The settings cannot be used. problems: (place, what is wrong in Vietnamese, the same in English)."""

    def __init__(self, problems: Iterable[tuple[str, str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.english)

    @property
    def vietnamese(self) -> str:
        return "; ".join(f"{place}: {text}".lstrip(": ") for place, text, _ in self.problems)

    @property
    def english(self) -> str:
        return "; ".join(f"{place}: {text}".lstrip(": ") for place, _, text in self.problems)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Agent(_Part):
    """The agent itself."""

    codes: tuple[str, ...] = Field(min_length=1, description="Organ ids of the agencies whose office system this is")
    folder: str = Field("agent-data", description="Where the ledger and the packages under way lie; on a local disk")
    spool_megabytes: int = Field(4096, ge=1, le=1_000_000, description="Most that may lie in the folder, in MiB")
    package_megabytes: int = Field(600, ge=1, le=4096, description="Largest package, in MiB; as the hub has it")
    poll_seconds: int = Field(30, ge=1, le=3600, description="How often each side is asked at least, in seconds")
    timeout_seconds: float = Field(60, ge=1, le=600, description="Longest wait for the next sign of life of a side")
    retry_seconds: tuple[int, ...] = Field(
        (5, 15, 60, 300, 600), min_length=1, description="Pauses after a failure, the last one repeats"
    )
    heartbeat_seconds: int = Field(60, ge=5, le=3600, description="How often the hub is told that the agent lives")
    directory_seconds: int = Field(600, ge=5, le=86_400, description="How often changes of agencies are asked for")
    arrived: bool = Field(True, description="Say 01 by itself once the office system has a document")
    keep_days: int = Field(90, ge=1, le=3650, description="How long the ledger remembers what is over, in days")


class Side(_Part):
    """One side: a connector and its settings; secrets among them are opened."""

    kind: str = Field(min_length=1, description="Which connector")
    settings: dict[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def connector_type(self) -> type[base.Connector]:
        """The connector's class."""
        return connectors.load(self.kind)

    def connect(self, tools: base.Tools) -> base.Connector:
        """The connector of this side."""
        found = self.connector_type
        return found(found.settings_type.model_validate(self.settings), tools)


class Signature(_Part):
    """What signs each package that leaves (profile truc-1)."""

    key_file: str = Field(description="PEM of the private key, without a password")
    certificate_files: tuple[str, ...] = Field(min_length=1, description="PEM of the certificate and of its chain")


class Outgoing(_Part):
    """Which addresses may be called."""

    allow: tuple[str, ...] = Field(PRIVATE, description="Networks beside the public addresses")


class Log(_Part):
    """The log on stderr, one JSON object a line."""

    level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")


class Whole(_Part):
    """All sections."""

    agent: Agent
    hub: Side
    office: Side
    signature: Signature | None = None
    outgoing: Outgoing = Outgoing()
    log: Log = Log()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one agent and where they came from. secret_files: what nobody else may read."""

    path: Path
    whole: Whole
    secret_files: tuple[Path, ...] = ()

    @property
    def agent(self) -> Agent:
        return self.whole.agent

    @property
    def hub(self) -> Side:
        return self.whole.hub

    @property
    def office(self) -> Side:
        return self.whole.office

    @property
    def signature(self) -> Signature | None:
        return self.whole.signature

    @property
    def folder(self) -> Path:
        """The agent's folder, absolute."""
        return self.at(self.whole.agent.folder)

    def at(self, relative: str) -> Path:
        """A path of the settings as an absolute one."""
        return self.path.parent / Path(relative).expanduser()


def load(path: Path | str) -> Settings:
    """The settings in a file. Raises AgentSettingsError (wrong) or OSError (unreadable)."""
    file = Path(path).absolute()
    with file.open("rb") as stream:
        try:
            found = tomllib.load(stream)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
            raise AgentSettingsError([("", f"tệp không đúng dạng TOML ({cause})", f"not TOML ({cause})")]) from cause
    return from_mapping(found, file)


def from_mapping(found: Mapping[str, Any], path: Path) -> Settings:
    """The same from what a file would hold. Raises AgentSettingsError."""
    values = dict(found)
    problems: list[tuple[str, str, str]] = []
    secret: list[Path] = []
    for name in ("hub", "office"):
        if isinstance(values.get(name), Mapping):
            values[name] = _side(name, values[name], path.parent, problems, secret)
    if problems:
        raise AgentSettingsError(problems)
    try:
        whole = Whole.model_validate(values)
    except ValidationError as error:
        raise AgentSettingsError([_problem(one, Whole) for one in error.errors(include_input=False)]) from None
    if whole.signature is not None:
        secret.append(path.parent / Path(whole.signature.key_file).expanduser())
    return Settings(path, whole, tuple(secret))


def _side(
    name: str, given: Mapping[str, Any], folder: Path, problems: list[tuple[str, str, str]], secret: list[Path]
) -> dict[str, Any]:
    """One side as `Side` takes it, its files read; what is wrong and which files hold secrets is added to the lists."""
    values = dict(given)
    kind = values.pop("kind", None)
    if not isinstance(kind, str):
        problems.append((f"{name}.kind", "thiếu tên đầu nối", "the connector's name is missing"))
        return {}
    try:
        found = connectors.load(kind)
        model = found.settings_type
    except connectors.UnknownKindError:
        known = ", ".join(connectors.kinds())
        problems.append((f"{name}.kind", f"không có đầu nối {kind!r}; có: {known}", f"no connector {kind!r}: {known}"))
        return {}
    if (name == "hub" and not found.collects) or (name == "office" and kind in _NOT_OFFICES):
        other_vi, other_en = ("một trục", "a hub") if name == "hub" else ("phần mềm văn phòng", "an office system")
        problems.append((f"{name}.kind", f"{kind} không nối tới {other_vi}", f"{kind} does not reach {other_en}"))
        return {}
    values = {key: _relative(model, key, value, folder) for key, value in values.items()}
    for key in [key for key in values if key.endswith("_file") and key not in model.model_fields]:
        setting = key.removesuffix("_file")
        if setting in model.model_fields and setting not in values:
            file = folder / Path(str(values.pop(key))).expanduser()
            values[setting] = _text(f"{name}.{key}", file, problems)
            if _is_secret(model, setting):
                secret.append(file)
    problems += [
        (
            f"{name}.{key}",
            f"bí mật phải nằm trong tệp riêng: dùng {key}_file",
            f"a secret's place is a file: {key}_file",
        )
        for key in given
        if key in model.model_fields and _is_secret(model, key)
    ]
    if not problems:
        try:
            model.model_validate(values)
        except ValidationError as error:
            problems += [_problem(one, model, f"{name}.") for one in error.errors(include_input=False)]
    return {"kind": kind, "settings": values}


def _relative(model: type[BaseModel], key: str, value: object, folder: Path) -> object:
    """A setting that is a path begins where the settings file lies."""
    field = model.model_fields.get(key)
    return folder / Path(value).expanduser() if field and field.annotation is Path and isinstance(value, str) else value


def _text(place: str, path: Path, problems: list[tuple[str, str, str]]) -> str:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        why = getattr(cause, "strerror", None) or "UTF-8"
        problems.append((place, f"không đọc được tệp {path} ({why})", f"cannot read {path} ({why})"))
        return ""
    if not text.strip() or len(text) > FILE_BYTES:
        problems.append((place, f"tệp {path} trống hoặc quá dài", f"{path} is empty or too long"))
    return text.strip()


def _is_secret(model: type[BaseModel], key: str) -> bool:
    annotation = model.model_fields[key].annotation
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())


def _problem(error: Any, model: type[BaseModel], prefix: str = "") -> tuple[str, str, str]:
    """What pydantic found, for a person; the value itself is never repeated, it may be a secret."""
    where = [str(part) for part in error["loc"]]
    place = prefix + ".".join(where)
    if error["type"] == "missing":
        return place, "thiếu mục này", "is missing"
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(where[-1], _names(model, where[:-1]), n=1)
        hint_vi, hint_en = (f"; ý bạn là `{near[0]}`?", f"; did you mean `{near[0]}`?") if near else ("", "")
        return place, f"không có mục này{hint_vi}", f"no such setting{hint_en}"
    text = str(error["msg"]).removeprefix("Value error, ")
    return place, f"giá trị không dùng được ({text})", text


def _names(model: type[BaseModel], where: list[str]) -> list[str]:
    """The settings of a section."""
    for part in where:
        field = model.model_fields.get(part)
        kinds = (field.annotation, *getattr(field.annotation, "__args__", ())) if field else ()
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not inner:
            return []
        model = inner[0]
    return list(model.model_fields)
