"""What the READMEs say and what the code has agree."""

from __future__ import annotations

import re

import pytest

from hub import keys
from hub.cli import table
from hub.flow import checks
from hub.profile import DOORS

README_FILES = ("README.md", "hub/README.md", "edxml/README.md", "connectors/README.md", "agency_registry/README.md")


def test_the_table_of_keys_is_the_codes(project_root):
    """After a change of hub/keys.py: bring the table in hub/README.md up to date."""
    page = (project_root / "hub/README.md").read_text(encoding="utf-8")

    for duty in keys.TABLE:
        row = f"| {duty.name} | {duty.purpose} | {duty.holder} | {duty.backup} | {duty.rotation} |"
        assert row in page


def test_the_table_of_checks_is_the_codes_in_its_order(project_root):
    """After a change of a check: bring the table in hub/README.md up to date."""
    page = (project_root / "hub/README.md").read_text(encoding="utf-8")

    rows = [
        f"| {check.slug} | {check.title_en} | {check.law} | "
        + " | ".join(check.outcomes[door].value for door in DOORS)
        + " |"
        for check in checks.CHECKS
    ]

    assert "\n".join(rows) in page


@pytest.mark.parametrize("name", README_FILES)
def test_every_file_a_readme_names_exists(project_root, name):
    page = project_root / name
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    paths = re.findall(r"`((?:hub|edxml|connectors|agency_registry|tests|config)/[\w./]+?)(?:[:`*])", text)

    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [path for path in paths if not (project_root / path).exists() and "*" not in path]
    assert missing == []


@pytest.mark.parametrize("name", README_FILES)
def test_every_command_a_readme_shows_exists(project_root, name):
    text = (project_root / name).read_text(encoding="utf-8")
    known = {command.name for command in table.COMMANDS}
    shown = set(re.findall(r"`truc ([a-z]+)", text)) | set(re.findall(r"dev\.py run ([a-z]+)", text))

    assert shown <= known


def test_the_two_commands_are_shown(project_root):
    text = (project_root / "README.md").read_text(encoding="utf-8")

    assert "python3 dev.py demo" in text
    assert "python3 dev.py test" in text
