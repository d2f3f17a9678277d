"""config/hub.example.toml and config/README.md, written from the settings: `python -m hub.settings_pages`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hub.sections import SECTIONS
from hub.settings import environment_name

REPEATED = frozenset({"listen"})
"""Sections written as [[name]]."""

OPTIONAL = frozenset({"axis"})
"""Sections that may be absent; in the example they are commented out as a whole."""

_HEAD = """\
# Every setting of hub.toml with its default. Generated from hub/sections.py; a test compares.
# A relative path is relative to the folder of hub.toml. The environment overrides: TRUC_<SECTION>__<KEY>.
# Mọi mục của hub.toml với giá trị mặc định; biến môi trường TRUC_<PHẦN>__<MỤC> thay được từng mục.
"""

_README = """\
# Settings

Generated from `hub/sections.py` by `python -m hub.settings_pages`; `tests/agreement/test_settings.py` compares.

A hub reads one TOML file, `hub.toml` (`truc init DIR` writes one to start with; [hub.example.toml](hub.example.toml)
has everything). The environment goes before the file: `TRUC_<SECTION>__<KEY>`, as in `TRUC_LIMITS__RECIPIENTS=100`;
lists are JSON, and `TRUC_LISTEN` takes the whole list of listeners. An unknown key is refused and the nearest known one
named. Relative paths start at the folder of `hub.toml`. `truc check` lists what is not fit for production.

What an operator changes daily (agencies, systems, people, the calendar) is data and has commands and pages of its own.
Ready settings of whole provinces lie in [systems/](systems/README.md): `truc init DIR --like NAME`.
"""


def example_toml() -> str:
    """The text of config/hub.example.toml: valid, and equal to the defaults."""
    parts = [_HEAD]
    for name, section in SECTIONS.items():
        mark = "# " if name in OPTIONAL else ""
        lines = [f"# {_about(section)}", f"{mark}[[{name}]]" if name in REPEATED else f"{mark}[{name}]"]
        for key, field in section.model_fields.items():
            lines.append(f"# {field.description}" + _choices(field))
            default = _default(field)
            lines.append(f"# {key} = ..." if default is None else f"{mark}{key} = {_toml(default)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def readme() -> str:
    """The text of config/README.md."""
    parts = [_README]
    for name, section in SECTIONS.items():
        title = f"[[{name}]]" if name in REPEATED else f"[{name}]"
        lines = [f"## `{title}`", "", _about(section), "", "| Setting | Default | Meaning |", "|---|---|---|"]
        for key, field in section.model_fields.items():
            default = _default(field)
            shown = "required" if field.is_required() else "none" if default is None else f"`{_toml(default)}`"
            lines.append(f"| `{key}` | {shown} | {field.description}{_choices(field)} |")
        if name not in REPEATED:
            first = next(iter(section.model_fields))
            lines += ["", f"Environment: `{environment_name(name, first)}` and so on."]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def main() -> int:
    """Write both files into the folder given, `config` by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "config")
    (folder / "hub.example.toml").write_text(example_toml(), encoding="utf-8")
    (folder / "README.md").write_text(readme(), encoding="utf-8")
    return 0


def _about(section: type[BaseModel]) -> str:
    return (section.__doc__ or "").strip()


def _default(field: FieldInfo) -> Any:
    return None if field.is_required() else field.get_default(call_default_factory=True)


def _choices(field: FieldInfo) -> str:
    """The words a setting may take, when it takes words."""
    words = getattr(field.annotation, "__args__", ())
    if words and all(isinstance(word, str) for word in words):
        return f" ({', '.join(words)})"
    return ""


def _toml(value: object) -> str:
    """A value as TOML; for these types the JSON text is the same."""
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
