"""What the READMEs say and what the code has agree."""

from __future__ import annotations

import re

import pytest

from hub import keys
from hub.cli import table
from hub.flow import checks
from hub.profile import DOORS

README_FILES = (
    "README.md", "hub/README.md", "edxml/README.md", "connectors/README.md", "agency_registry/README.md",
    "tests/README.md", "connectors/systems.md", "config/systems/README.md",
)  # fmt: skip
ROOMS = (
    "hub|edxml|connectors|agency_registry|tests|config"
    "|flow|store|http|pdf|page|trust|package_signature|schemas"
)  # fmt: skip
NAMED = re.compile(rf"(?<![\w/.<-])((?:{ROOMS})/[\w/]*\w(?:\.(?:py|md|toml|xsd))?)(?![\w/*<{{])")


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
    rooms = (page.parent, project_root, project_root / "hub")
    paths = [
        path
        for path in NAMED.findall(text)
        if not any((room / f"{path}{ending}").exists() for room in rooms for ending in ("", ".py"))
    ]

    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing + paths == []


@pytest.mark.parametrize("name", README_FILES)
def test_every_command_a_readme_shows_exists(project_root, name):
    text = (project_root / name).read_text(encoding="utf-8")
    known = {command.name for command in table.COMMANDS}
    shown = set(re.findall(r"`truc ([a-z][a-z-]*)", text)) | set(re.findall(r"dev\.py run ([a-z]+)", text))

    assert shown <= known
    assert set(re.findall(r"python3 dev\.py ([a-z]+)", text)) <= dev_commands(project_root)


def dev_commands(project_root) -> set[str]:
    """The first words that dev.py takes."""
    text = (project_root / "dev.py").read_text(encoding="utf-8")
    [table_of] = re.findall(r"^COMMANDS\b.*?^}", text, re.DOTALL | re.MULTILINE)
    return set(re.findall(r'^    "(\w+)":', table_of, re.MULTILINE))


def test_the_two_commands_are_shown(project_root):
    text = (project_root / "README.md").read_text(encoding="utf-8")

    assert "python3 dev.py demo" in text
    assert "python3 dev.py test" in text
