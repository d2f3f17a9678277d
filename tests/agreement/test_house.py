"""The house rules that a machine can check: what lies where, what is pinned, what may be shipped."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hub", "edxml", "connectors", "agency_registry")
TOP_LEVEL = {*PACKAGES, "tests", "config", "requirements", ".ci", "dev.py", "pyproject.toml"}
TOP_LEVEL |= {"README.md", "LICENSE", ".gitignore"}
# what tools leave behind; git knows it from .gitignore, a copy without git from here
LEFT_BEHIND = {".git", ".venv", "__pycache__", "build", "dist", "demo", "uv.lock", ".coverage"}
LEFT_BEHIND |= {f".{tool}_cache" for tool in ("pytest", "mypy", "ruff", "import_linter")}
LEFT_BEHIND |= {".hypothesis", ".schemathesis"}
TABLES = {"edxml/faults.py"}  # one table, one entry after the other: longer is not harder to read
LOCKS = ("run.lock", "dev.lock")
ALLOWED_LICENCES = {"MIT", "MIT-0", "MIT-CMU", "BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "PSF-2.0"}
OTHER_LICENCES = {"certifi": "MPL-2.0"}  # a list of certificates, shipped unchanged
SPELLINGS = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def project_files() -> Iterator[Path]:
    """Every file that is, or is about to be, part of the project."""
    listed = None
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        except (FileNotFoundError, subprocess.CalledProcessError):
            listed = None  # no git on this machine, or not ours to read
    if listed is not None:
        yield from (ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())
        return
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in LEFT_BEHIND and not name.endswith(".egg-info")]
        yield from (Path(folder) / name for name in names if name not in LEFT_BEHIND)


FILES = sorted(set(project_files()))
PYTHON = [path for path in FILES if path.suffix == ".py"]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pins(lock: str) -> dict[str, str]:
    """Name to version, of what this system needs from a lock."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(.*)", text, re.MULTILINE)
    return {name: version for name, version, marker in lines if "win32" not in marker}


def test_the_top_level_holds_what_a_newcomer_expects_and_nothing_else():
    found = {path.relative_to(ROOT).parts[0] for path in FILES}

    assert found <= TOP_LEVEL
    assert found >= {*PACKAGES, "tests", "README.md", "pyproject.toml", "dev.py", ".ci", "requirements"}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_but_no_place(lock):
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")

    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"^\s*(-e|--(?!hash=sha256:)|#|[./])", text, re.MULTILINE), "only pins and hashes"
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9._-]+==\S+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_for_work_holds_the_lock_for_running():
    run, dev = pins("run.lock"), pins("dev.lock")

    assert run.items() <= dev.items()


def test_every_dependency_of_the_project_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra

    names = {re.match(r"[A-Za-z0-9._-]+", line).group().lower().replace("_", "-") for line in wanted}

    assert names <= set(pins("dev.lock"))


def licences_of(name: str) -> set[str]:
    """The licences a distribution names, by its expression, else its licence line, else its classifiers."""
    metadata = importlib.metadata.metadata(name)
    if metadata.get("License-Expression"):
        return set(re.split(r" (?:AND|OR) ", metadata["License-Expression"]))
    line = (metadata.get("License") or "").strip()
    if line in ALLOWED_LICENCES | set(SPELLINGS) | set(OTHER_LICENCES.values()):
        return {SPELLINGS.get(line, line)}
    classifiers = [
        value.split("::")[-1].strip()
        for value in metadata.get_all("Classifier") or []
        if value.startswith("License ::")
    ]
    return {SPELLINGS.get(value, value) for value in classifiers} or {f"unknown: {line[:60]}"}


@pytest.mark.parametrize("name", sorted(pins("run.lock")))
def test_what_runs_with_truc_is_freely_licensed(name):
    allowed = ALLOWED_LICENCES | ({OTHER_LICENCES[name]} if name in OTHER_LICENCES else set())

    assert licences_of(name) <= allowed


def test_no_file_names_a_registry_or_a_place_on_one_machine():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    places = r"(?<![\w./:{}-])/(?:work|root|home|opt/pypi|Users)/\w"
    forbidden = re.compile("|".join([*map(re.escape, hosts), places]))
    found = []
    for path in FILES:
        data = path.read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            if forbidden.search(line):
                found.append(f"{shown(path)}:{number}: {line.strip()[:100]}")

    assert not found


def test_no_python_file_is_longer_than_four_hundred_lines():
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}

    assert {name: lines for name, lines in lengths.items() if lines > 400 and name not in TABLES} == {}


def is_call_of(node: ast.AST, name: str) -> bool:
    """Whether a node is `pytest.NAME(...)` or `pytest.mark.NAME`, called or not."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node) in {f"pytest.{name}", f"pytest.mark.{name}"}


def empty_promises(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Assertions that cannot fail, skips without a condition, and code that says it is not there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and node.test.value:
            yield node.lineno, "an assertion that cannot fail"
        elif isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.unparse(node.exc):
            yield node.lineno, "NotImplementedError"
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            for decorator in getattr(node, "decorator_list", []):
                if is_call_of(decorator, "skip") or (
                    is_call_of(decorator, "xfail") and not getattr(decorator, "args", 0)
                ):
                    yield node.lineno, "an unconditional skip"
            for statement in node.body:
                if isinstance(statement, ast.Expr) and is_call_of(statement.value, "skip"):
                    yield statement.lineno, "an unconditional skip"


def test_no_test_is_skipped_for_good_and_no_code_only_promises():
    found = [
        f"{shown(path)}:{line}: {what}"
        for path in PYTHON
        for line, what in empty_promises(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "assert True",
        "@pytest.mark.skip\ndef test_a(): ...",
        "@pytest.mark.skip(reason='later')\nclass TestA: ...",
        "def test_a():\n    pytest.skip('later')",
        "def a():\n    raise NotImplementedError",
    ],
)
def test_the_search_for_empty_promises_finds_them(source):
    assert list(empty_promises(ast.parse(source)))


def test_a_skip_with_a_condition_is_no_empty_promise():
    source = "def test_a():\n    if not tool:\n        pytest.skip('no tool')\n    assert tool"

    assert not list(empty_promises(ast.parse(source)))


def test_the_wheel_holds_the_four_packages_with_their_data(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr

    with zipfile.ZipFile(next(tmp_path.glob("truc-*.whl"))) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
        points = next(wheel.read(name).decode() for name in wheel.namelist() if name.endswith("entry_points.txt"))

    moved = {"config/profiles": "hub/profiles", "config/calendar": "hub/calendar/data", "config/systems": "hub/systems"}
    packed = {f"{target}/{path.name}" for source, target in moved.items() for path in (ROOT / source).iterdir()}
    assert inside == {shown(path) for path in FILES if path.relative_to(ROOT).parts[0] in PACKAGES} | packed
    assert "truc = hub.cli:main" in points


def test_ci_runs_what_everybody_runs():
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec python3 dev.py test")
