"""`truc demo` as a newcomer runs it, and its own judge: a promise that is not kept must be seen."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from hub import key_making, settings
from hub.cli import errors
from hub.cli.demo import offices, play, proof, story, telling
from hub.cli.demo.proof import Checks, Promise

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TRUC_")}


def demo(*words: str, cwd, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", "demo", *words],
        check=False,
        cwd=cwd,
        env={**PLAIN, **more},
        capture_output=True,
        text=True,
        timeout=110,
    )


# ---------------------------------------------------------------------------------------------------- as a newcomer


@pytest.mark.slow
def test_once_plays_every_story_keeps_every_promise_and_leaves_nothing(tmp_path):
    empty = tmp_path / "empty"
    temporary = tmp_path / "tmp"
    empty.mkdir()
    temporary.mkdir()

    real = tmp_path / "real.db"

    done = demo("--once", cwd=empty, TMPDIR=str(temporary), TRUC_STORE__URL=f"sqlite:///{real}")

    assert done.returncode == errors.EXIT_DONE, done.stdout[-3000:] + done.stderr
    assert "Mọi lời hứa đều giữ" in done.stdout
    assert "✗" not in done.stdout
    for _, title, english in story.STORY:
        assert title in done.stdout
        assert english in done.stdout
    for promise in Promise:
        assert promise.vietnamese in done.stdout
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= telling.WIDTH
    assert not real.exists()  # settings of a real hub in the environment are not for a demo
    assert list(empty.iterdir()) == []
    assert list(temporary.glob("truc-demo-*")) == []


@pytest.mark.slow
def test_it_goes_on_until_stopped_and_says_first_in_json_where_to_log_in(tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "--json", "--dir", "D"],
        cwd=tmp_path, env=PLAIN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        pages = json.loads(running.stdout.readline())["pages"]
        known = settings.load(tmp_path / "D" / "province" / "hub.toml")
        second = demo("--once", "--dir", "D", cwd=tmp_path)
        statuses = [status_of(page["url"]) for page in pages]
    finally:
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)

    assert {page["role"] for page in pages} >= {"operator"}
    assert all(page["user"] and page["password"] for page in pages)
    assert set(statuses) == {200}  # the page to log in
    assert known.hub.demo
    assert second.returncode == errors.EXIT_CANNOT
    assert str(running.pid) in second.stderr
    assert running.returncode in (errors.EXIT_DONE, errors.EXIT_INTERRUPTED)
    assert (out, err) == ("", "")


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path):
    mine = tmp_path / "demo"
    mine.mkdir()
    (mine / "luan-van.docx").write_text("ba năm")

    done = demo(cwd=tmp_path)

    assert done.returncode == errors.EXIT_CANNOT
    assert "không phải do `truc demo` tạo" in done.stderr
    assert "left alone" in done.stderr
    assert [path.name for path in mine.iterdir()] == ["luan-van.docx"]


def test_a_busy_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = demo("--once", "--port", str(port), cwd=tmp_path)

    assert done.returncode == errors.EXIT_CANNOT
    assert f"Cổng {port} đang bận" in done.stderr
    assert f"Port {port} is busy" in done.stderr


@pytest.mark.parametrize("words", [("--port", "70000"), ("--port", "x"), ("--twice",)])
def test_wrong_use_is_told(tmp_path, words):
    assert demo(*words, cwd=tmp_path).returncode == errors.EXIT_USE


# --------------------------------------------------------------------------------------------------- its own judge


@pytest.fixture
def hub_keys(tmp_path):
    return key_making.create(tmp_path / "keys", "000.00.00.H99", "TEST")


def published(keys) -> list[str]:
    receipt = keys.sign_receipt(b"{}")
    return json.loads(proof._bytes(receipt.split(".")[0]))["x5c"]


def everything_held() -> Checks:
    checks = Checks()
    for promise in Promise:
        checks.note(promise, "điều đã thấy", holds=True)
    return checks


def test_a_true_receipt_passes(hub_keys):
    receipt = hub_keys.sign_receipt(b'{"sha256":"ab"}')

    assert proof.wrong_with(receipt, published(hub_keys), sha256="ab") == ""


def test_a_receipt_that_says_something_else_is_seen(hub_keys):
    receipt = hub_keys.sign_receipt(b'{"sha256":"cd"}')

    assert "sha256 is 'cd'" in proof.wrong_with(receipt, published(hub_keys), sha256="ab")


def test_a_changed_receipt_is_seen(hub_keys):
    head, _, signature = hub_keys.sign_receipt(b'{"sha256":"cd"}').split(".")
    other = hub_keys.sign_receipt(b'{"sha256":"ab"}').split(".")[1]

    assert "does not verify" in proof.wrong_with(f"{head}.{other}.{signature}", published(hub_keys), sha256="ab")


def test_a_receipt_of_somebody_else_is_seen(hub_keys, tmp_path):
    stranger = key_making.create(tmp_path / "stranger", "000.00.00.H99", "TEST")

    wrong = proof.wrong_with(stranger.sign_receipt(b'{"sha256":"ab"}'), published(hub_keys), sha256="ab")

    assert "not a published one" in wrong


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.e30", "..", "é.é.é"])
def test_what_is_no_receipt_is_seen(hub_keys, text):
    assert proof.wrong_with(text, published(hub_keys)) != ""


def test_one_broken_promise_makes_the_answer_no(capsys):
    checks = everything_held()
    assert play.outcome(checks) == errors.EXIT_DONE

    checks.note(Promise.RECEIPT, "biên nhận kiểm được", holds=False, seen="the signature does not verify")
    telling.Teller().summary(checks, 1.0)

    told = capsys.readouterr().out
    assert play.outcome(checks) == errors.EXIT_NO
    assert "CÓ LỜI HỨA KHÔNG GIỮ: 1" in told
    assert "biên nhận kiểm được: the signature does not verify" in told
    assert checks.as_json()["failed"] == [
        {"promise": "receipt", "claim": "biên nhận kiểm được", "seen": "the signature does not verify"}
    ]


def test_a_promise_nobody_checked_counts_as_broken():
    checks = Checks()
    for promise in list(Promise)[1:]:
        checks.note(promise, "điều đã thấy", holds=True)

    assert play.outcome(checks) == errors.EXIT_NO


async def test_a_story_that_breaks_off_is_told_and_is_a_broken_promise():
    async def breaks_off(_scene):
        raise offices.NothingCameError("Xã SM: nothing came")

    checks = Checks()
    life = await play._played(breaks_off, "Một câu chuyện", "a story", None, checks)

    assert [check.seen for check in life.checks] == ["NothingCameError: Xã SM: nothing came"]
    assert play.outcome(checks) == errors.EXIT_NO


def test_lines_of_a_life_stand_in_the_order_of_their_times(capsys):
    life = telling.Life("Một văn bản", "one document")
    event = {
        "type": "status.02",
        "actor": "system:so-tai-chinh",
        "recipient": "000.00.02.H99",
        "detail": {"text": "thiếu phụ lục"},
    }
    life.note("UBND", "gửi")
    life.journal({"events": [{**event, "seq": 1, "at": "2020-01-02T08:00:00.123456+07:00"}]})

    telling.Teller().life(life)

    told = capsys.readouterr().out
    assert "08:00:00.123  Sở TC     × báo 02 Từ chối tiếp nhận: thiếu phụ lục" in told
    assert told.index("báo 02") < told.index("gửi")
