"""Settings that can only mean one place, and that betray no secret."""

from __future__ import annotations

import pytest
from fake_peers import receiver
from pydantic import ValidationError

from connectors import outgoing, push
from connectors.calling import addresses

TRICKS = [
    "",
    "office.example/x",
    "//office.example/x",
    "http://office.example/x",
    "http://10.0.0.1/",
    "ftp://office.example/",
    "file:///etc/passwd",
    "gopher://office.example/",
    "data:text/plain,x",
    "https://good.example@evil.example/",
    "https://user:pass@office.example/",
    "https://evil.example#@good.example/",
    "https://good.example\\@evil.example/",
    "https://good.example\\.evil.example/",
    "https://off\tice.example/",
    "https://office.example/\r\nX-Evil: 1",
    "https://office.example/a b",
    "\thttps://office.example/",
    "https://office.example/\x00",
    "https://оffice.example/",  # a Cyrillic letter
    "https://office.example℀.evil.example/",
    "https://văn-thư.example/",
    "https://ⓛocalhost/",
    "https://127.0.0.1。evil.example/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://1.2.3.4.5/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://localhost/",
    "https://a.localhost/",
    "https://metadata.google.internal/",
    "https://office.example:22/",
    "https://office.example:25/",
    "https://office.example:80/",
    "https://office.example:5432/",
    "https://office.example:0/",
    "https://office.example:65536/",
    "https://office.example:0443/",
    "https://-office.example/",
    "https://office..example/",
    "https://" + "a" * 64 + ".example/",
    "https://office.example/" + "a" * 2000,
]


@pytest.mark.parametrize("url", TRICKS)
def test_n_14_n_15_n_16_an_address_that_could_mean_another_place_is_not_saved(url):
    with pytest.raises(addresses.AddressError) as refused:
        addresses.read(url)

    assert refused.value.vietnamese


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://qlvb.example.vn/api/van-ban?k=1", "qlvb.example.vn", 443),
        ("HTTPS://QLVB.example.vn:8443", "qlvb.example.vn", 8443),
        ("https://10.1.2.3/x", "10.1.2.3", 443),
        ("https://[2606:4700::1111]:8443/x", "2606:4700::1111", 8443),
        ("https://[::1]/", "::1", 443),
        ("http://127.0.0.1:8080/x", "127.0.0.1", 8080),
        ("http://[::1]:9000/", "::1", 9000),
    ],
)
def test_an_honest_address_is_read(url, host, port):
    place = addresses.read(url)

    assert (place.host, place.port) == (host, port)


def test_only_the_host_loses_its_capitals():
    assert addresses.read("HTTPS://A.Example/Path?Q=1").url == "https://a.example/Path?Q=1"


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "127.0.0.1", "10.0.0.1", "::1", "64:ff9b:1::7f00:1", "2002:7f00:1::"]
)
def test_n_14_an_inward_address_that_was_saved_is_not_called(host):
    assert not outgoing.Guard().permits(host, 443)


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": ""},
        {"secret": "whsec_short"},
        {"secret": "whsec_" + "A" * 200},
        {"client_key": ""},
        {"client_certificate": ""},
        {"client_certificate": "no pem"},
        {"client_key": "no pem"},
        {"authorities": "no pem"},
        {"mode": "both"},
        {"unknown": 1},
    ],
)
def test_wrong_settings_are_refused_and_repeat_nothing_of_a_secret(authority, ours, changed):
    right = {
        "endpoint": "https://office.example/", "secret": receiver.SECRET, "client_certificate": ours.certificate,
        "client_key": ours.key, "authorities": authority.certificate,
    }  # fmt: skip
    assert push.Settings.model_validate(right)

    with pytest.raises(ValidationError) as refused:
        push.Settings.model_validate({**right, **changed})

    assert receiver.SECRET not in str(refused.value)
    assert "PRIVATE" not in str(refused.value)


def test_settings_show_no_secret(authority, ours):
    made = push.Settings(
        endpoint="https://office.example/", secret=receiver.SECRET, client_certificate=ours.certificate,
        client_key=ours.key,
    )  # fmt: skip

    assert receiver.SECRET not in repr(made)
    assert "PRIVATE" not in repr(made)


def test_a_key_of_another_certificate_is_refused(authority, ours):
    with pytest.raises(ValidationError):
        push.Settings(
            endpoint="https://office.example/", secret=receiver.SECRET, client_certificate=ours.certificate,
            client_key=authority.issue("x").key,
        )  # fmt: skip
