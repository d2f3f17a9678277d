"""The settings and what is written about them agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hub import settings, settings_pages
from hub.sections import SECTIONS

CONFIG = Path(__file__).parents[2] / "config"


@pytest.mark.parametrize(
    ("file", "text"), [("hub.example.toml", settings_pages.example_toml), ("README.md", settings_pages.readme)]
)
def test_generated_page_is_up_to_date(file, text):
    """After a change of a setting: `python -m hub.settings_pages`."""
    assert (CONFIG / file).read_text(encoding="utf-8") == text()


def test_the_example_is_the_defaults():
    example = tomllib.loads((CONFIG / "hub.example.toml").read_text(encoding="utf-8"))

    read = settings.from_mapping(example, CONFIG / "hub.toml")

    assert read == settings.from_mapping({}, CONFIG / "hub.toml")


def test_every_section_of_the_settings_is_described():
    assert set(SECTIONS) == set(settings.Settings.model_fields)


@pytest.mark.parametrize(("section", "key"), [(name, key) for name, s in SECTIONS.items() for key in s.model_fields])
def test_every_setting_says_what_it_means(section, key):
    field = SECTIONS[section].model_fields[key]

    assert field.description, f"{section}.{key} has no description"
    assert field.description[0].isupper() or not field.description[0].isalpha()


def test_a_number_has_its_unit_in_its_name():
    """Bytes, seconds, hours; what is counted is its own unit."""
    units = ("_bytes", "_seconds", "_minutes", "_hours", "_days", "_per_second", "_per_minute", "_per_day")
    counted = {
        "port", "attachments", "recipients", "inflight_packages", "verify_processes", "push_slots", "axis_slots",
        "folder_slots", "list_limit", "lockout_failures", "security_level", "level", "keep_lines", "hooks",
    }  # fmt: skip
    numbers = {
        key
        for section in SECTIONS.values()
        for key, field in section.model_fields.items()
        if isinstance(field.default, int) and not isinstance(field.default, bool)
    }

    assert {name for name in numbers if not name.endswith(units)} <= counted
