"""Every code an operator may meet has a plain word in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import connectors
from edxml import codes, verdict
from hub import flow, states
from hub.flow.watch import words as watch_words
from hub.web import words

TABLES = {
    "EVENT": states.JOURNAL,
    "PACKAGE": {status.value for status in states.PackageStatus},
    "HOLD": {reason.value for reason in states.Hold},
    "DELIVERY": {status.value for status in states.DeliveryStatus},
    "DELIVERY_MEANING": {status.value for status in states.DeliveryStatus},
    "ROLE": {role.value for role in states.Role},
    "MODE": {mode.value for mode in states.Mode},
    "COPY": {copy.value for copy in states.Copy} - {""},
    "RECALL": {state.value for state in states.RecallState},
    "BUSINESS": {code.value for code in codes.StatusCode},
    "AUDIENCE": {audience.value for audience in states.Audience},
    "VERDICT": {value.value for value in verdict.Verdict},
    "LEGAL_VALUE": {value.value for value in verdict.LegalValue},
    "KIND": {*(str(kind.value) for kind in codes.BusinessType), "status"},
}


@pytest.mark.parametrize("name", TABLES)
def test_every_code_has_its_words_and_no_word_lacks_a_code(name):
    table = getattr(words, name)

    assert set(table) == set(TABLES[name])
    assert all(vietnamese.strip() and english.strip() for vietnamese, english in table.values())


def test_every_alarm_of_the_hub_has_its_words():
    hub = Path(flow.__file__).parents[1]
    text = "\n".join(path.read_text(encoding="utf-8") for path in hub.rglob("*.py"))

    raised = set(re.findall(r'(?:"alarm": |\._alarm\(|Alarm\(|raise_alarm\([\w.]+, )"([a-z_]+)"', text))
    raised |= {"intake_stopped", "intake_started", "not_collected"}

    assert raised - set(words.ALARM) == set()
    assert "not collected" not in watch_words.title("not_collected")  # at the API and the command line too


def test_every_setting_of_a_connector_that_comes_with_the_hub_has_a_name_in_both_languages():
    wanted = {name for kind in connectors.kinds() for name in connectors.load(kind).settings_type.model_fields}

    assert wanted - set(words.SETTING) == set()


def test_every_way_to_a_system_has_words():
    assert set(connectors.kinds()) - set(words.CONNECTOR) == set()
