"""The description of the API says what the server does: tried by generated calls, and read as a page."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edxml.testing import make_package

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
SECONDS = 100
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422"]


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}], "api": {"token_seconds": 3600}}


async def run_schemathesis(office, folder, parameters: str, *options: str) -> tuple[int, str]:
    """Exit code and report of schemathesis over the document this server gives."""
    config = folder / "schemathesis.toml"
    config.write_text(
        "[checks]\n"
        "positive_data_acceptance.enabled = false\n"  # a code may be well-formed and still not registered
        f"negative_data_rejection.expected-statuses = {json.dumps(REFUSALS)}\n"
        f"[parameters]\n{parameters}\n"
        '[[operations]]\ninclude-path = "/api/v1/inbox"\nparameters = { "query.wait" = 0 }\n'
    )
    token = await office.sign_in()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config),
        "run", f"{office.url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {token}", "--no-color",
        "--phases", "examples,coverage,fuzzing", "-n", "6", "--generation-deterministic", *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "160"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(errors="replace")


@pytest.mark.slow
async def test_generated_calls_find_nothing(offices, tmp_path):
    """Every check of schemathesis: no 500, documented statuses, types, schemas and headers, methods, authentication."""
    code, report = await run_schemathesis(offices[0], tmp_path, "")

    assert code == 0, report


@pytest.mark.slow
@pytest.mark.parametrize("side", [0, 1])
async def test_generated_calls_about_a_real_document_find_nothing(offices, tmp_path, side):
    """The same with ids that exist, as the sender and as the recipient."""
    accepted = await offices[0].send(make_package(SENDER, RECIPIENT))
    ids = (
        f'"path.package_id" = "{accepted["package_id"]}"\n'
        f'"path.delivery_id" = "{accepted["deliveries"][0]["delivery_id"]}"'
    )

    code, report = await run_schemathesis(
        offices[side], tmp_path, ids, "--include-path-regex", "package_id|delivery_id",
        "--exclude-checks", "negative_data_rejection",  # a wrong id is replaced by the real one
    )  # fmt: skip

    assert code == 0, report


class _Page(HTMLParser):
    """Ids, links and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src")]


async def test_the_page_is_whole_without_scripts_or_outside_parts(offices, url):
    async with offices[0].session.get(f"{url}/api/docs") as response:
        text, policy = await response.text(), response.headers["Content-Security-Policy"]

    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert "unsafe" not in policy
    assert all(link.startswith(("#", "/help/faults")) or link == "/api/v1/openapi.json" for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert text.index("Gửi một gói tin") < text.index("Send a package")


async def test_the_document_names_every_operation_once(offices, url):
    async with offices[0].session.get(f"{url}/api/v1/openapi.json") as response:
        document = json.loads(await response.read())

    said = [one for methods in document["paths"].values() for one in methods.values()]
    assert document["openapi"].startswith("3.1")
    assert len({one["operationId"] for one in said}) == len(said)
    references = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert references <= set(document["components"]["schemas"])


async def test_outsiders_learn_how_to_verify_a_receipt(offices, url, hub):
    accepted = await offices[0].send(make_package(SENDER, RECIPIENT))
    async with offices[0].session.get(f"{url}/.well-known/truc.json") as response:
        origin = await response.json()

    receipt = json.loads(hub.keys.verify_receipt(accepted["receipt"]))
    assert origin["log_origin"] == receipt["log_origin"]
    assert len(origin["receipt_certificates"]) == 1
