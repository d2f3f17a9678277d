"""The page of each connected system: how it is, what waits, its calls; and its connector's settings as a form."""

from __future__ import annotations

from typing import Literal

import pydantic
import pytest
from pydantic import Field, SecretStr

import connectors
from connectors import base
from edxml.testing import make_package
from hub import admin
from hub.flow import connector_settings
from hub.store.calls import Call

PLACE = "/console/systems/kho"


class _Settings(base.Settings):
    endpoint: str = Field(min_length=8, description="Address <b>")
    secret: SecretStr = Field(description="The secret")
    pin: SecretStr = Field(SecretStr(""), description="Another")
    mode: Literal["package", "notice"] = Field("package", description="How")
    poll_seconds: int = Field(30, ge=5, le=3600, description="How often")
    patience: float = Field(1.5, ge=0, description="How long")
    download: bool = Field(True, description="Whether")
    codes: tuple[str, ...] = Field((), description="Which")
    certificate: str = Field("", description="PEM certificate")
    table: dict[str, str] = Field(default_factory=dict, description="Names")
    other: int | None = Field(None, ge=1, description="Perhaps")

    @pydantic.field_validator("endpoint")
    @classmethod
    def _http(cls, text: str) -> str:
        if not text.startswith("https://"):
            message = "must be an https address"
            raise ValueError(message)
        return text


class _Connector(base.Connector):
    settings_type = _Settings

    async def deliver(self, _parcel):
        return base.Parked()


GIVEN = {"endpoint": "https://kho.example", "secret": "rất kín"}


@pytest.fixture
def connector(monkeypatch):
    monkeypatch.setattr(connectors, "load", lambda _kind: _Connector)


@pytest.fixture
async def system(connector, province, hub):
    await province.agencies("000.00.01.H99")
    answer = await admin.answer(
        hub,
        "system.add",
        {"name": "kho", "for": ["000.00.01.H99"], "connector": "store", "settings": GIVEN, "state": "active"},
    )
    assert answer["result"]["system_id"] == "kho"
    return hub.directory.system("kho")


async def test_secrets_are_sealed_wherever_settings_are_given(hub, system):
    assert system.settings["endpoint"] == "https://kho.example"
    assert set(system.settings["secret"]) == {"wrapped"}
    again = await admin.answer(hub, "system.set", {"system_id": "kho", "settings": {"poll_seconds": "60"}})

    assert "result" in again
    now = hub.directory.system("kho").settings
    assert now == {**system.settings, "poll_seconds": "60"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"endpoint": "ftp://kho.example"}, "endpoint"), ({"poll_seconds": "1"}, "poll_seconds"),
        ({"colour": "red"}, "colour"), ({"mode": "other"}, "mode"), ({"secret": None}, "secret"),
    ],
)  # fmt: skip
async def test_settings_the_connector_cannot_use_are_refused_by_name_and_without_value(hub, system, settings, said):
    answer = await admin.answer(hub, "system.set", {"system_id": "kho", "settings": settings})

    assert said in answer["error"]["detail"] + answer["error"]["title"]
    assert "rất kín" not in str(answer)
    assert hub.directory.system("kho").settings == system.settings


async def test_the_form_draws_every_kind_of_field_and_no_secret(operator, system):
    page = await operator.get(PLACE)

    assert page.status == 200
    assert "Address <b>" in page.words
    assert "<b>" not in page.text.split("Address ")[1][:8]
    assert 'type="number" value="" spellcheck="false" placeholder="30" min="5" max="3600"' in page.text
    assert '<option value="notice"' in page.text
    assert '<textarea id="s-codes"' in page.text
    assert '<textarea id="s-certificate"' in page.text
    assert 'value="https://kho.example"' in page.text
    assert "rất kín" not in page.text
    assert "đã có, để trống là giữ nguyên" in page.text
    assert system.settings["secret"]["wrapped"] not in page.text


async def test_a_form_saves_what_it_shows_and_keeps_secrets_that_were_left_empty(hub, operator, system):
    page = await operator.get(PLACE)
    sent = {
        "endpoint": "https://moi.example", "secret": "", "pin": "1234", "mode": "notice", "poll_seconds": "60",
        "patience": "", "download": "false", "codes": "a\r\nb", "certificate": "x\r\ny", "table": '{"a": "b"}',
        "other": "", "reason": "Đổi máy chủ",
    }  # fmt: skip

    answer = await operator.post(PLACE, form_token=page.form_token, **sent)

    assert (answer.status, answer.headers["Location"]) == (303, f"{PLACE}?done=settings#settings")
    now = hub.directory.system("kho").settings
    assert now["secret"] == system.settings["secret"]
    assert set(now["pin"]) == {"wrapped"}
    assert {name: value for name, value in now.items() if name not in {"secret", "pin"}} == {
        "endpoint": "https://moi.example", "mode": "notice", "poll_seconds": "60", "download": "false",
        "codes": ["a", "b"], "certificate": "x\ny", "table": {"a": "b"},
    }  # fmt: skip
    page = await operator.get(PLACE)
    cleared = await operator.post(PLACE, form_token=page.form_token, **{**sent, "pin": "", "clear.pin": "1"})
    assert cleared.status == 303
    assert "pin" not in hub.directory.system("kho").settings


async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(hub, operator, system):
    page = await operator.get(PLACE)

    answer = await operator.post(
        PLACE, form_token=page.form_token, endpoint="ftp://x.example", poll_seconds="1", table="{", secret="mới"
    )

    assert answer.status == 422
    assert "must be an https address" in answer.words
    assert "Không nhỏ hơn 5" in answer.words
    assert answer.text.count('aria-invalid="true"') == 3
    assert 'value="ftp://x.example"' in answer.text
    assert "mới" not in answer.text
    english = await operator.post(f"{PLACE}?lang=en", form_token=page.form_token, **GIVEN)
    assert english.status == 422
    assert "Not saved" in english.words
    assert hub.directory.system("kho").settings == system.settings


async def test_the_page_tells_how_a_system_is_and_shows_no_content(hub, province, operator, snv, stc):
    data = make_package("000.00.01.H99", "000.00.02.H99", subject="Chuyện kín")
    package = (await snv.do("sendEdoc", data, "000.00.01.H99")).json["DocId"]
    hub.calls.note(Call("stc", hub.clock.now(), "connector", "push.deliver", code="deferred", package_id=package))

    listed = await operator.get("/console/systems")
    page = await operator.get("/console/systems/stc")
    log = await operator.get(f"/console/systems/stc/calls?package={package}")
    nothing = await operator.get("/console/systems/stc/calls?delivery=x&before=y")

    assert "/console/systems/stc" in listed.text
    assert "Chờ nơi nhận lấy 1" in page.words
    assert "push.deliver" in page.words
    assert "push.deliver" in log.words
    assert "push.deliver" not in nothing.words
    assert "Chuyện kín" not in page.text + log.text + listed.text


@pytest.mark.parametrize("name", ["none", "a%00b", "x" * 100, "..%2f"])
async def test_a_system_that_is_not_there_is_not_found(operator, name):
    assert (await operator.get(f"/console/systems/{name}")).status == 404


@pytest.mark.parametrize("kind", connectors.kinds())
def test_every_connector_of_the_folder_can_be_drawn(kind):
    for field in connector_settings.fields(kind):
        assert field.description, field.name


async def test_where_two_persons_are_needed_the_form_asks_the_second_one(connector, province, operator, system, hub):
    """law: R-193 CB Đ5.4"""
    object.__setattr__(hub.settings.hub, "test_mode", False)
    page = await operator.get(PLACE)

    answer = await operator.post(
        PLACE, form_token=page.form_token, endpoint="https://moi.example", secret="khóa mới", reason="Đổi máy chủ"
    )

    assert answer.status == 303
    place = answer.headers["Location"]
    assert place.startswith("/console/confirmations/")
    shown = await operator.get(place)
    assert "endpoint=https://moi.example" in shown.words
    assert "khóa mới" not in shown.text
    assert "van-hanh" in shown.words
    assert hub.directory.system("kho").settings == system.settings
    own = await operator.post(f"{place}/approve", form_token=shown.form_token)
    assert own.status == 403
