"""What commands print for people: words in both languages, times as they are read, no codes alone."""

from __future__ import annotations

import pytest

from hub.cli import alarm, client, line, main, review
from hub.web import words

AT = "2026-11-22T04:56:58.283145+07:00"


def test_a_moment_is_read_in_the_order_of_the_country():
    assert (line.moment(AT), line.moment(None)) == ("22/11/2026 04:56", "-")


def test_a_withdrawal_tells_of_each_recipient_in_words():
    row = {"recipient": "000.00.02.H99", "recall_state": "refused", "business_status": "03", "kept": "handled",
           "replied_by": "p-2"}  # fmt: skip

    told = "  ".join(client._asked_back(row))

    assert words.RECALL["refused"][0] in told
    assert "03 Đã tiếp nhận" in told
    assert "it keeps its copy" in told
    assert "p-2" in told


def test_a_package_is_told_with_what_its_clerk_has_to_do():
    deliveries = [
        {"recipient": "A", "status": "not_connected", "business_status": None, "recall_state": "none"},
        {"recipient": "B", "status": "delivered", "business_status": "03", "recall_state": "asked"},
    ]

    told = client._looked_at({"status": "accepted", "deliveries": deliveries, "replaced_by": "p-3"})

    assert "cần bản giấy" in told
    assert "B  Đã giao / delivered" in told
    assert words.RECALL["asked"][0] in told
    assert told.endswith("replaced by p-3")


def test_an_alarm_and_a_waiting_message_are_told_in_words():
    one = {"number": 3, "raised_at": AT, "due_at": AT, "kind": "closing", "recipient": "A", "package_id": "p",
           "detail": {}, "title_vi": "Sắp hết ngày", "title_en": "The day ends"}  # fmt: skip
    message = {"package_id": "p", "since": AT, "from": "A", "code": None, "kind": 1, "document_id": "d"}

    assert "hạn / due 22/11/2026 04:56" in alarm._row(one)
    assert "Thu hồi / recall" in review._row(message)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_update_that_changes_nothing_is_wrong_use(monkeypatch, capsys, more):
    for name in ("URL", "SYSTEM_ID", "SECRET"):
        monkeypatch.setenv(f"TRUC_{name}", "http://127.0.0.1:1")

    code = main(["update", "p", "--reason", "x", *more])

    assert code == 2
    assert "--subject" in capsys.readouterr().err
