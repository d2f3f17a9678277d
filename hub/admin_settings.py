"""The settings of a connector in admin commands: checked and sealed before anything is filed, shown or stored."""

from __future__ import annotations

from collections.abc import Mapping

import connectors
from hub.admin_registry import Args, WrongArgumentError
from hub.context import Hub
from hub.flow import connector_settings


def prepared(hub: Hub, name: str, args: Args) -> Args:
    """The arguments with the settings as they are stored. Raises WrongArgumentError, which names the fields."""
    if name == "system.add" and (args.get("settings") or args.get("connector")):
        return {**args, "settings": _sealed(hub, str(args.get("connector") or "pull"), args.get("settings") or {}, {})}
    if name == "system.set" and (args.get("settings") or args.get("connector")):
        system = hub.directory.system(str(args["system_id"]))
        if system is None:
            return args
        kind = str(args.get("connector") or system.connector)
        present = system.settings if kind == system.connector else {}
        return {**args, "connector": kind, "settings": _sealed(hub, kind, args.get("settings") or {}, present)}
    return args


def _sealed(hub: Hub, kind: str, said: Args, present: Mapping[str, object]) -> Args:
    try:
        merged = connector_settings.merged(kind, said, present)
        return connector_settings.sealed(hub, kind, merged)
    except connectors.UnknownKindError as cause:
        raise WrongArgumentError(f"connector {kind} ({_choice(kind)})") from cause
    except connector_settings.SettingsRefusedError as cause:
        raise WrongArgumentError(str(cause)) from cause


def _choice(kind: str) -> str:
    """Which connectors there are, or where one from elsewhere must lie."""
    if "." not in kind:
        return f"connectors: {', '.join(connectors.kinds())}"
    folder = "thư mục chứa nó phải ở PYTHONPATH khi trục khởi động"
    return f"{folder} / the folder that holds it must be on PYTHONPATH when the hub starts"
