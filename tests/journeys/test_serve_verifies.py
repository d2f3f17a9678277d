"""`truc serve` verifies PDFs in processes of its own, however it was started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from edxml.testing import TestCA, make_package, signed_pdf

A, B = "000.00.01.H99", "000.00.02.H99"
SCRIPT = [str(Path(sys.executable).with_name("truc"))]
MODULE = [sys.executable, "-m", "hub"]


def run(*words: str) -> str:
    return subprocess.run([*MODULE, *words], check=True, capture_output=True, text=True).stdout


@pytest.mark.timeout(180)
@pytest.mark.parametrize("start", [SCRIPT, MODULE], ids=["script", "module"])
def test_a_signed_pdf_gets_its_verdict_from_a_served_hub(tmp_path, start):
    """The verifier processes must not run the command that started the hub once more."""
    config = str(tmp_path / "D" / "hub.toml")
    run("init", str(tmp_path / "D"))
    (tmp_path / "a.csv").write_text(f"organ_id,name\n{A},Sở A\n{B},Sở B\n", encoding="utf-8")
    run("agency", "import", str(tmp_path / "a.csv"), "--config", config)
    made = [
        json.loads(run("system", "add", f"s{code[7]}", "--for", code, "--json", "--config", config)) for code in (A, B)
    ]
    ca = TestCA()
    ca.write_trust(tmp_path / "D" / "trust")
    data = make_package(A, (B,), attachments=[("qd.pdf", signed_pdf(ca))])
    server = subprocess.Popen(
        [*start, "serve", "--config", config, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        url = re.search(r"http://\S+", server.stdout.readline()).group()
        token = call(
            f"{url}/api/v1/token",
            urlencode(
                {
                    "grant_type": "client_credentials",
                    "client_id": made[0]["system_id"],
                    "client_secret": made[0]["secret"],
                }
            ).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        sent = call(f"{url}/api/v1/packages", data, {**bearer, "Content-Type": "application/xml"})
        verdicts = call(f"{url}/api/v1/packages/{sent['package_id']}/verdicts", None, bearer)
    finally:
        server.terminate()
        said = server.communicate(timeout=60)

    assert (verdicts["verdict"], verdicts["files"][0]["verdict"]) == ("PASSED", "PASSED"), (verdicts, said)


def call(url: str, body: bytes | None, headers: dict[str, str]) -> dict:
    with urlopen(Request(url, body, headers), timeout=60) as answer:
        return json.load(answer)
