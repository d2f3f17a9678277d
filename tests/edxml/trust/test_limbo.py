"""The x509-limbo suite through our own path validation and revocation: agreement, or a deviation with its reason."""

from __future__ import annotations

import json
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem

from edxml.trust import issued, path_building, path_rules, revocation_check
from edxml.trust.revocation_sources import Given, Sources

SUITE = Path(__file__).parents[4] / "shared" / "corpora" / "x509-limbo.json"
PUBLISHED = (208, 44, 2)  # cases, what we accept and limbo does not, the reverse; the last two may only shrink
SLOWEST = timedelta(seconds=1)
DEVIATIONS = tomllib.loads(Path(__file__).with_name("limbo_deviations.toml").read_text())
USAGES = {"SERVER": path_rules.SERVER, "CLIENT": path_rules.CLIENT}

pytestmark = pytest.mark.skipif(not SUITE.is_file(), reason="x509-limbo.json is not beside the project")


def cases():
    return json.loads(SUITE.read_text())["testcases"] if SUITE.is_file() else []


def is_accepted(case):
    """Whether a path of the case is good for its usage at its time, by its lists if it has any."""
    at = datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else datetime.now(UTC)
    purpose = path_rules.Purpose(frozenset({USAGES[case["validation_kind"]]}))
    roots, others = (certificates(case[key]) for key in ("trusted_certs", "untrusted_intermediates"))
    for leaf in certificates([case["peer_certificate"]]):
        for path in path_building.paths(leaf, path_building.Known.of(roots, ()), others):
            if path_rules.flaw(path, at, purpose) is None and is_acquitted(path[0], path[1:], case["crls"], at):
                return True
    return False


def is_acquitted(leaf, above, crls, at):
    """Whether the lists of a case acquit its leaf; a case without lists asks nothing."""
    if not crls or not above:
        return True
    sources = Sources(Given.of([der(crl) for crl in crls], (), None))
    found = revocation_check.status(leaf, above[0], sources, revocation_check.Times(at, at))
    return found.word == revocation_check.GOOD


def certificates(texts):
    found = []
    for text in texts:
        try:
            found.append(issued.load(der(text)))
        except ValueError:
            continue
    return found


def der(text):
    return pem.unarmor(text.encode())[2]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_path_is_judged_as_limbo_says_or_for_a_reason(case):  # E-11
    begun = time.process_time()
    accepted = is_accepted(case)
    spent = time.process_time() - begun

    assert spent < SLOWEST.total_seconds()
    if case["expected_result"] == "SUCCESS":
        assert accepted is (case["id"] not in DEVIATIONS["refused"])
    else:
        assert accepted is (case["id"] in DEVIATIONS["accepted"])


def test_every_deviation_has_a_reason_and_a_case():
    listed = {**DEVIATIONS["accepted"], **DEVIATIONS["refused"]}

    assert set(listed) <= {case["id"] for case in cases()}
    assert set(listed.values()) == set(DEVIATIONS["reasons"])


def test_the_counts_are_those_that_are_published():
    total, accepted, refused = len(cases()), len(DEVIATIONS["accepted"]), len(DEVIATIONS["refused"])

    assert (total, accepted, refused) == PUBLISHED
