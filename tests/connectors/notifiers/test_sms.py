"""The gateway of text messages: a POST with a secret header, and nothing but plain short text."""

from __future__ import annotations

import pytest
from fake_peers import receiver
from fake_peers.receiver import said
from pydantic import ValidationError

import connectors
from connectors import base, outgoing
from hub import log
from hub.clock import Clock

KEY = "Bearer bí-mật-thì-không".encode("ascii", "replace").decode()
NOTICE = base.Notice("m-1", "+84912345678", "Truc lien thong: van ban KHAN so 12/UBND-VP chua duoc mo.")


@pytest.fixture
async def gateway(tmp_path):
    authority = receiver.Authority()
    tls = receiver.server_tls(tmp_path, authority, authority.issue("SMS"), clients=False)
    made = await receiver.Receiver(tls, script=[said(200, {"id": "g-7"})]).start()
    made.authority = authority
    yield made
    await made.stop()


@pytest.fixture
async def notifier(gateway):
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        cls = connectors.load_notifier("sms")
        settings = {
            "endpoint": gateway.url + "/sms", "secret": KEY, "header": "X-Key",
            "authorities": gateway.authority.certificate,
        }  # fmt: skip
        tools = base.Tools(http, Clock().now, log.get(), 1)
        yield cls(cls.settings_type.model_validate(settings), tools)


async def test_a_message_goes_to_the_gateway_with_the_secret_header(gateway, notifier):
    assert await notifier.notify(NOTICE) == base.Delivered("g-7")
    assert gateway.last.headers["x-key"] == KEY
    assert gateway.last.json == {"id": "m-1", "to": NOTICE.to, "text": NOTICE.text}
    assert KEY not in repr(notifier.settings)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said(204), base.Delivered),
        (said(200, "<html>"), base.Delivered),
        (said(400, {"code": "no_such_number"}), base.Refused),
        (said(422), base.Refused),
        (said(401), base.Deferred),
        (said(429, Retry_After="60"), base.Deferred),
        (said(302, Location="http://127.0.0.1/"), base.Deferred),
        (said(503), base.Deferred),
        (receiver.cut, base.Deferred),
        (receiver.silent, base.Deferred),
        (receiver.endless, base.Deferred),
    ],
)
async def test_trouble_of_the_gateway_is_no_end_and_a_no_is_one(gateway, notifier, answer, kind):
    gateway.script = [answer]

    assert isinstance(await notifier.notify(NOTICE), kind)


@pytest.mark.parametrize("text", ["", "a" * 161, "Văn bản", "a\nb", "a\x00b"])
def test_what_is_long_or_has_accents_is_no_message(text):
    """law: R-060 CB Đ10.5"""
    with pytest.raises(ValueError, match="160"):
        base.Notice("m", "+84912345678", text)


@pytest.mark.parametrize(
    "changed",
    [{"endpoint": "http://gateway.example/"}, {"secret": "a\r\nX: y"}, {"header": "X: y"}, {"authorities": "x"}],
)
def test_wrong_settings_are_refused(changed):
    cls = connectors.load_notifier("sms").settings_type
    with pytest.raises(ValidationError):
        cls.model_validate({"endpoint": "https://gateway.example/", "secret": "k", **changed})


@pytest.mark.parametrize("kind", ["", "push", "../sms", "no_such", "os.path"])
def test_what_is_no_notifier_is_not_loaded(kind):
    with pytest.raises(connectors.UnknownKindError):
        connectors.load_notifier(kind)


def test_a_notifier_is_no_connector():
    assert "sms" not in connectors.kinds()
    assert "notifiers" not in connectors.kinds()
    with pytest.raises(connectors.UnknownKindError):
        connectors.load("sms")
