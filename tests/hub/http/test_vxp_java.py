"""What driving the VXP door with the national SDK's own Java stack (Apache HttpClient, HttpURLConnection) found."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from edxml.testing import make_package
from hub.store import deliveries

SENDER = "000.00.01.H99"


async def test_done_for_many_agencies_looks_at_them_once(snv, province, monkeypatch):
    """`done` of a province-wide document once read all its deliveries again for each of them: minutes for 5,000."""
    codes = [f"000.{number:02d}.05.H99" for number in range(40)]
    await province.agencies(*codes)
    centre = await province.system("centre", codes)
    await snv.do("sendEdoc", make_package(to=codes), SENDER)
    [item] = (await centre.do("getReceivedEdocList")).json["data"]
    looks = []
    of_item = deliveries.of_item

    def counted(connection, item_id):
        looks.append(item_id)
        return of_item(connection, item_id)

    monkeypatch.setattr(deliveries, "of_item", counted)

    assert (await centre.do("updateStatus", item["docId"], "done")).ok

    assert len(looks) < 5
    rows = (await snv.do("getSentEdocList")).json["data"]
    assert [row["receiveStatus"] for row in rows] == ["done"] * len(codes)


def test_a_hub_holds_the_connections_that_the_sdk_forgets(tmp_path):
    """The SDK makes a client for each list call and never closes it: at 1024 open files nobody could call any more."""
    folder = tmp_path / "D"
    words = [sys.executable, "-m", "hub"]
    subprocess.run([*words, "init", folder, "--organ-id", "000.00.00.H99", "--port", "0"], check=True, timeout=60)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))

    command = [*words, "serve", "--config", folder / "hub.toml"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=few)  # noqa: PLW1509
    kept = []
    try:
        said = next((line for line in serving.stdout if line.startswith("listening on")), None)
        assert said is not None, f"the hub ended without listening: {serving.wait(60)}"
        address = urlsplit(said.split()[-1])
        for _ in range(200):
            connection = socket.create_connection((address.hostname, address.port), 10)
            kept.append(connection)
            connection.sendall(b"POST /getReceivedEdocList HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\n\r\n")
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
    finally:
        for connection in kept:
            connection.close()
        serving.send_signal(signal.SIGTERM)
        serving.wait(60)
        serving.stdout.close()


async def test_letters_that_a_newer_httpclient_turns_into_question_marks_are_named(stc):
    """HttpCore 4.4.16 writes `?` after the SDK has signed `Từ chối`: no wrong secret, so the header is named."""
    sdk = stc.sdk()
    knobstick = sdk.knobstick
    headers = knobstick.headers
    knobstick.headers = lambda caller, kind: [
        (name, value if name.endswith("hash-header") else "".join(sign if sign.isascii() else "?" for sign in value))
        for name, value in headers(caller, kind)
    ]

    reply = await stc.do("updateStatus", "11111111-2222-4333-8444-555555555555", "fail", sdk=sdk, description="Từ chối")

    assert reply.code == "15"
    assert "XroadVnpt-description" in reply.why


async def test_a_fail_without_a_reason_reads_as_words(snv, stc):
    """The SDK's own example says `fail` and nothing else: its sender read "fail" for the reason."""
    await snv.do("sendEdoc", make_package(), SENDER)
    [item] = (await stc.do("getReceivedEdocList")).json["data"]

    await stc.do("updateStatus", item["docId"], "fail")

    [row] = (await snv.do("getSentEdocList")).json["data"]
    assert (row["receiveStatus"], row["receiveStatusDesc"]) == ("fail", "Thất bại")
