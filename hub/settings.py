"""The settings of one hub; each is described once, in `hub/sections.py`.

Read from one TOML file (`hub.toml`), overridden by the environment: `TRUC_<SECTION>__<KEY>`, for lists as JSON.
An unknown key is an error that names the nearest known one. Relative paths are relative to the file's folder.
What an operator changes daily (agencies, systems, calendar) is data, not a setting.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from hub.sections import (
    SECTIONS,
    Antivirus,
    Api,
    Axis,
    Calls,
    Conformance,
    Console,
    Dispatch,
    Hub,
    Intake,
    Limits,
    Listen,
    Log,
    Outgoing,
    Profile,
    Revocation,
    Sms,
    Store,
    Trust,
    Vxp,
    Webhooks,
)

ENVIRONMENT_PREFIX = "TRUC_"


class SettingsProblem(ValueError):  # noqa: N818 - what it says is for a person
    """The settings cannot be used. `problems`: (path of the key, what is wrong) in the order of the file."""

    def __init__(self, source: str, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(": ".join(filter(None, (source, path, text))) for path, text in problems))
        self.source = source
        self.problems = problems


class Settings(BaseSettings):
    """All sections; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    hub: Hub = Hub()
    store: Store = Store()
    listen: tuple[Listen, ...] = Field((Listen(),), min_length=1)
    axis: Axis | None = None
    profile: Profile = Profile()
    trust: Trust = Trust()
    revocation: Revocation = Revocation()
    antivirus: Antivirus = Antivirus()
    limits: Limits = Limits()
    intake: Intake = Intake()
    dispatch: Dispatch = Dispatch()
    vxp: Vxp = Vxp()
    api: Api = Api()
    calls: Calls = Calls()
    console: Console = Console()
    webhooks: Webhooks = Webhooks()
    sms: Sms = Sms()
    conformance: Conformance = Conformance()
    outgoing: Outgoing = Outgoing()
    log: Log = Log()

    _path: Path = PrivateAttr(default=Path("hub.toml"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment above the file; nothing else."""
        return env_settings, init_settings

    @property
    def path(self) -> Path:
        """The file the settings came from, absolute."""
        return self._path

    @property
    def folder(self) -> Path:
        """The hub's folder, absolute: where hub.toml lies and relative paths start."""
        return self._path.parent

    def at(self, relative: str) -> Path:
        """A path of the settings as an absolute one."""
        return self.folder / Path(relative).expanduser()

    @property
    def keys_folder(self) -> Path:
        """Where the hub's keys lie."""
        return self.folder / "keys"

    @property
    def blobs_folder(self) -> Path:
        """Where the sealed files lie."""
        return self.at(self.store.blobs)

    @property
    def trust_folder(self) -> Path:
        """Where the trusted certificates lie."""
        return self.at(self.trust.folder)

    @property
    def answers_folder(self) -> Path:
        """Where the answers of certification authorities lie."""
        return self.folder / "answers"

    @property
    def sqlite_path(self) -> Path | None:
        """The database file when the store is SQLite, else None."""
        scheme, _, rest = self.store.url.partition(":///")
        return self.at(rest) if scheme.startswith("sqlite") else None


def load(path: Path | str) -> Settings:
    """The settings in `path`, with the environment on top. Raises SettingsProblem (wrong) or OSError (unreadable)."""
    file = Path(path).absolute()
    with file.open("rb") as stream:
        try:
            found = tomllib.load(stream)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
            raise SettingsProblem(file.name, [("", str(cause))]) from cause
    return from_mapping(found, file)


def from_mapping(found: dict[str, Any], path: Path) -> Settings:
    """The settings a parsed file means; `path` is where it lies (or would). Raises SettingsProblem."""
    unknown = [
        (name, _unknown(name, tuple(Settings.model_fields))) for name in found if name not in Settings.model_fields
    ]
    if unknown:
        raise SettingsProblem(path.name, unknown)
    try:
        settings = Settings(**found)
    except ValidationError as cause:
        raise SettingsProblem(path.name, _problems(cause)) from cause
    except SettingsError as cause:
        raise SettingsProblem("environment", [("", str(cause))]) from cause
    settings._path = path.absolute()  # noqa: SLF001 - set once, here
    return settings


def with_port(settings: Settings, port: int) -> Settings:
    """The same settings with another port for the first listener (`truc serve --port`)."""
    first = settings.listen[0].model_copy(update={"port": port})
    return settings.model_copy(update={"listen": (first, *settings.listen[1:])})


def environment_name(section: str, key: str) -> str:
    """The environment variable that overrides a setting."""
    return f"{ENVIRONMENT_PREFIX}{section.upper()}__{key.upper()}"


def _problems(cause: ValidationError) -> list[tuple[str, str]]:
    """One line for each fault; a list whose only fault is that of its items is not named twice."""
    errors = cause.errors()
    places = [error["loc"] for error in errors]
    return [
        _problem(error)
        for error in errors
        if not any(len(other) > len(error["loc"]) and other[: len(error["loc"])] == error["loc"] for other in places)
    ]


def _problem(error: Any) -> tuple[str, str]:
    places = [str(part) for part in error["loc"]]
    path = ".".join(places)
    if environment_name(places[0], places[-1]) in os.environ:
        path += f" ({environment_name(places[0], places[-1])})"
    if error["type"] == "extra_forbidden":
        section = SECTIONS.get(places[0])
        return path, _unknown(places[-1], tuple(section.model_fields) if section else ())
    if error["type"] == "missing":
        return path, "is needed here"
    return path, str(error["msg"]).removeprefix("Value error, ")


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"
    return f"unknown setting; {hint}"
