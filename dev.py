#!/usr/bin/env python3
"""One door for everybody who has the source: makes the environment, then runs Truc or its tests.

    python3 dev.py demo [...]   a whole province in a box            (= truc demo ...)
    python3 dev.py run ...      any truc command                     (= truc ...)
    python3 dev.py test [...]   gates, then the tests; what follows goes to pytest
    python3 dev.py check        the gates only: ruff, format, mypy, import contracts
    python3 dev.py env          only make the environment
    python3 dev.py lock         resolve requirements/*.lock anew (needs uv; fetched when absent)

Needs Python 3.11 or newer and nothing else: this file is standard library only. What is missing (the venv module, pip)
it takes from Debian's own packages, as root, with `sudo -n`, or without any right by unpacking the package aside.
pip and apt are used as this machine has them set up; no address is ever passed to them.

The project itself is not built: its environment gets a .pth file, the `truc` command and the metadata of an installed
package. So nothing is fetched for it, and an edit is live at once.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 cannot now (the line above says what to do).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_LOCK = ROOT / "requirements" / "run.lock"
DEV_LOCK = ROOT / "requirements" / "dev.lock"
APT_WAIT = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
STARTED = time.monotonic()

if sys.version_info < (3, 11):  # noqa: UP036 - said before anything newer is used
    newer = next(filter(None, map(shutil.which, ("python3.13", "python3.12", "python3.11"))), None)
    if newer is None:
        sys.exit("Truc cần Python 3.11 trở lên.   Truc needs Python 3.11 or newer.")
    os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same script, by a newer Python


class Cannot(Exception):  # noqa: N818 - read as a sentence: raise Cannot("...")
    """A step that cannot be done here; the text says what to do, in both languages."""


def say(text: str) -> None:
    """One line of progress with the seconds since the start; standard error, so that `--json` stays clean."""
    print(f"[{time.monotonic() - STARTED:5.1f}s] {text}", file=sys.stderr, flush=True)


def tail(text: str, lines: int = 25) -> str:
    """The end of a tool's output, for the person who must act on it."""
    return "\n".join("    " + line for line in text.strip().splitlines()[-lines:])


def quietly(command: Sequence[str | Path], **more: object) -> subprocess.CompletedProcess[str]:
    """Run a tool without a terminal; its output is kept for `tail`."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **more,
    )


# ------------------------------------------------------------------------------------------- parts of the system


@dataclass(frozen=True, slots=True)
class SystemPart:
    """Something Debian provides and pip cannot: there when `program` is; `mark` is the pytest mark of its tests."""

    name: str
    program: str
    packages: tuple[str, ...]
    mark: str

    def missing(self) -> bool:
        """Whether some test wants it and it is not there."""
        return shutil.which(self.program) is None and any(
            f"mark.{self.mark}" in path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")
        )


PARTS = (
    SystemPart("Chromium", "chromium", ("chromium", "fonts-dejavu-core"), "browser"),
    SystemPart("ClamAV", "/usr/sbin/clamd", ("clamav-daemon",), "clamav"),
    SystemPart("RabbitMQ", "/usr/sbin/rabbitmq-server", ("rabbitmq-server",), "rabbitmq"),
    SystemPart("PostgreSQL", "/usr/bin/pg_ctlcluster", ("postgresql",), "postgres"),
)


def administrator() -> list[str] | None:
    """What to write before a command that needs root; None where that is not to be had."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and quietly(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n"]
    return None


@contextlib.contextmanager
def no_service_starts(prefix: list[str]) -> Iterator[None]:
    """Forbid installed packages to start services meanwhile; a policy of the machine's own is left alone."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    quietly([*prefix, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {policy} && chmod 755 {policy}"])
    try:
        yield
    finally:
        quietly([*prefix, "rm", "-f", str(policy)])


def apt_install(packages: Sequence[str]) -> None:
    """Install Debian packages; refreshes apt's lists only if it does not know them or the files have moved on."""
    prefix = administrator()
    command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None or prefix is None:
        raise Cannot(
            f"Máy còn thiếu gói hệ thống. Nhờ người quản trị chạy:   sudo sh -c '{command}'\n"
            f"System packages are missing. Ask an administrator to run:   sudo sh -c '{command}'"
        )
    env_set = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*prefix, *env_set, "apt-get", *APT_WAIT, "install", "-y", "--no-install-recommends", *packages]
    with no_service_starts(prefix):
        done = quietly(install)
        if done.returncode != 0:
            quietly([*prefix, *env_set, "apt-get", *APT_WAIT, "update"])
            done = quietly(install)
    if done.returncode != 0:
        raise Cannot(
            f"{tail(done.stdout)}\napt không cài được gói. Kiểm tra nguồn apt của máy, rồi chạy:   {command}\n"
            f"apt could not install. Check this machine's apt sources, then run:   {command}"
        )


def install_parts() -> None:
    """Install the parts that tests want and this machine lacks; where that fails, only those tests will."""
    missing = [part for part in PARTS if part.missing()]
    if not missing:
        return
    names = ", ".join(part.name for part in missing)
    say(f"installing {names} from Debian")
    try:
        apt_install([package for part in missing for package in part.packages])
        say(f"{names} installed")
    except Cannot as cannot:
        say(f"{names} missing: tests marked {', '.join(part.mark for part in missing)} cannot pass\n{cannot}")


# ---------------------------------------------------------------------------------------------- the environment


def make_venv() -> None:
    """Make .venv with pip in it, by the first way that works on this machine."""
    if PYTHON.exists() and quietly([PYTHON, "-c", "import pip"]).returncode == 0:
        return
    say("making .venv")
    plain: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    made = quietly(plain)
    refusal = None
    if made.returncode != 0 and shutil.which("apt-get"):
        say("this Python has no ensurepip: installing python3-venv from Debian")
        try:
            apt_install([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
            made = quietly(plain)
        except Cannot as cannot:
            refusal = cannot
            say("not as this user; trying with pip unpacked from Debian's package")
    if made.returncode != 0 and not venv_without_ensurepip():
        raise refusal or Cannot(
            f"{tail(made.stdout)}\nPython này không tạo được môi trường ảo; cài gói python3-venv rồi chạy lại.\n"
            "This Python cannot make a virtual environment; install python3-venv and run again."
        )


def venv_without_ensurepip() -> bool:
    """Make .venv with a pip found on the machine, or fetched by `apt-get download`, which needs no rights."""
    if quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV]).returncode != 0:
        return False
    with tempfile.TemporaryDirectory(prefix="truc-pip-") as folder:
        wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
        if not wheels and shutil.which("apt-get") and shutil.which("dpkg-deb"):
            quietly(["apt-get", *APT_WAIT, "download", "python3-pip-whl"], cwd=folder)
            for package in Path(folder).glob("*.deb"):
                quietly(["dpkg-deb", "-x", package, folder])
            wheels = sorted(Path(folder).glob("usr/share/python-wheels/pip-*.whl"))
        if not wheels:
            return quietly([sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"]).returncode == 0
        wheel = wheels[-1]
        # pip installs itself from its own wheel: nothing is fetched
        done = quietly([PYTHON, f"{wheel}/pip", "install", "--no-index", "--no-deps", wheel])
        return done.returncode == 0


def install_lock(lock: Path) -> None:
    """Install exactly what a lock names, each file checked against its hash."""
    say(f"installing {lock.relative_to(ROOT)}")
    common = ["--no-deps", "--require-hashes", "-r", str(lock)]
    uv = shutil.which("uv")
    if uv is not None:
        done = quietly([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *common])
        if done.returncode == 0:
            return
        say("uv could not; pip does it")
    # compiled at first use: most of what is installed is never imported
    done = quietly([PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--no-compile", *common])
    if done.returncode != 0:
        raise Cannot(
            f"{tail(done.stdout)}\npip không cài được thư viện. Kiểm tra mạng và cấu hình pip của máy "
            "(pip config list), rồi chạy lại lệnh này.\n"
            "pip could not install the libraries. Check the network and this machine's pip configuration "
            "(pip config list), then run this command again."
        )


def link_project() -> None:
    """Make the project importable in the environment, with its `truc` command and its metadata."""
    import tomllib  # noqa: PLC0415 - absent before 3.11, where this file must still say so

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = Path(quietly([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).stdout.strip())
    (site / "truc.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    for old in site.glob("truc-*.dist-info"):
        shutil.rmtree(old)
    (info := site / f"truc-{project['version']}.dist-info").mkdir()
    named = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(named, encoding="utf-8")
    for name, target in project["scripts"].items():
        module, function = target.split(":")
        script = VENV / "bin" / name
        guarded = f'if __name__ == "__main__":  # child processes read this file again\n    sys.exit({function}())\n'
        text = f"#!{PYTHON}\nimport sys\n\nfrom {module} import {function}\n\n{guarded}"
        script.write_text(text, encoding="utf-8")
        script.chmod(0o755)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the project's folder, so that two runs do not make one environment at once."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another dev.py is making the environment; waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def stamp_of(lock: Path) -> str:
    """What an environment made from this lock, for this project, in this place, by this file is known by."""
    here, project, pins = (path.read_text(encoding="utf-8") for path in (Path(__file__), ROOT / "pyproject.toml", lock))
    return hashlib.sha256(f"{ROOT}\n{here}\n{project.split('[tool.')[0]}\n{pins}".encode()).hexdigest()


def is_ready(lock: Path) -> bool:
    """Whether .venv was made from this lock; dev.lock holds everything run.lock does."""
    for candidate in {lock, DEV_LOCK}:
        stamp = VENV / f"{candidate.stem}.stamp"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == stamp_of(candidate) and PYTHON.exists():
            return True
    return False


def environment(lock: Path, *, parts: bool = False) -> int:
    """Bring .venv, and if wanted the parts of the system, to what the project asks for; quick when all is there."""
    with alone():
        ready = is_ready(lock)
        if not ready:
            make_venv()  # first and alone: apt has one lock
        beside = threading.Thread(target=install_parts if parts else lambda: None)
        beside.start()
        try:
            if not ready:
                install_lock(lock)
                link_project()
                for stamp in VENV.glob("*.stamp"):
                    stamp.unlink()
                (VENV / f"{lock.stem}.stamp").write_text(stamp_of(lock), encoding="utf-8")
                say("environment ready")
        finally:
            beside.join()
    return 0


# ------------------------------------------------------------------------------------------------- the commands


def tool(name: str) -> str:
    """A program of the environment."""
    return str(VENV / "bin" / name)


def truc(arguments: Sequence[str]) -> int:
    """Become the truc command."""
    environment(RUN_LOCK)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), tool("truc"), *arguments])  # noqa: S606 - our own program, no shell


def gates() -> int:
    """Lint, format, types and import contracts, side by side; 0 when all hold."""
    commands = {
        "ruff check": [tool("ruff"), "check", "--no-cache", "."],  # a cached answer is blind to other files
        "ruff format": [tool("ruff"), "format", "--check", "."],
        "mypy --strict": [tool("mypy"), "--strict"],
        "import contracts": [tool("lint-imports")],
    }
    remedies = {"ruff check": "ruff check --fix .", "ruff format": "ruff format ."}
    started = {
        name: subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for name, command in commands.items()
    }
    failed = 0
    for name, process in started.items():
        output = process.communicate()[0].decode(errors="replace")
        hint = f"   (try: .venv/bin/{remedies[name]})" if name in remedies else ""
        say(f"{name}: ok" if process.returncode == 0 else f"{name}: FAILED{hint}\n{tail(output, 60)}")
        failed |= process.returncode != 0
    return int(failed)


def test(arguments: Sequence[str]) -> int:
    """The gates, then pytest on two processes; both are run, either can fail the whole."""
    environment(DEV_LOCK, parts=True)
    gate = gates()
    say("pytest")
    sys.stderr.flush()
    own = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    command = [tool("python"), "-m", "pytest", *([] if own else ["-n", "2"]), *arguments]
    tests = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    if gate:
        say("the gates failed; see above, or run: python3 dev.py check")
    return tests or gate


def lock(_: Sequence[str]) -> int:
    """Resolve both locks anew, within the bounds of pyproject.toml."""
    environment(DEV_LOCK)
    uv = shutil.which("uv") or tool("uv")
    if not Path(uv).exists():
        quietly([PYTHON, "-m", "pip", "install", "--quiet", "uv"])
    plain = ["--format", "requirements-txt", "--no-header", "--no-emit-project", "--no-annotate", "--quiet"]
    wanted = {RUN_LOCK: ["--no-dev", "--extra", "postgres", "--extra", "reports"], DEV_LOCK: ["--all-extras"]}
    for path, choice in wanted.items():
        done = quietly([uv, "export", *plain, *choice, "--upgrade", "--output-file", path], cwd=ROOT)
        if done.returncode != 0:
            raise Cannot(f"{tail(done.stdout)}\nuv không lập được {path.name}.\nuv could not make {path.name}.")
        say(f"{path.relative_to(ROOT)} written")
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": lambda arguments: truc(["demo", *arguments]),
    "run": truc,
    "test": test,
    "check": lambda _: environment(DEV_LOCK) or gates(),
    "env": lambda _: environment(DEV_LOCK),
    "lock": lock,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments and arguments[0] in {"-h", "--help", "help"} else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Cannot as cannot:
        say(f"cannot go on\n{cannot}")
        return 3
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
