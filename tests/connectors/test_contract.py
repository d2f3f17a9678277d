"""What holds for every connector: found by its file's name, quick to load, honest about what it cannot do.

Every kind in the folder is tried with the peer of `peers/<kind>.py`; a kind without one may only park.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import connectors
from connectors import base, outgoing
from connectors.testing import scenarios

FOLDER = Path(connectors.__file__).parent
KINDS = connectors.kinds()
PEERS = Path(__file__).parent / "peers"


def peer_of(kind: str):
    """The class Peer written for this kind, None where there is none."""
    path = PEERS / f"{kind}.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"peers_{kind}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Peer


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda one: one.id)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_connector_keeps_what_all_promise(kind, scenario, tmp_path):
    peer = peer_of(kind)
    if not scenario.applies(peer() if peer else None):
        return  # nothing to try with such a peer

    result = await scenarios.run_one(kind, peer, scenario, tmp_path)

    assert result.passed, f"{result.cause.en}; {result.remedy.en}"


def test_every_peer_is_that_of_a_connector():
    assert {path.stem for path in PEERS.glob("*.py")} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_a_connector_by_its_name(kind):
    found = connectors.load(kind)

    assert issubclass(found, base.Connector)
    assert issubclass(found.settings_type, base.Settings)
    assert found.__doc__
    for name, field in found.settings_type.model_fields.items():
        assert field.description, f"{kind}.{name} says what it means"


@pytest.mark.parametrize("kind", ["", "base", "outgoing", "Vxp", "../vxp", "no_such_kind", "no.such.module", "os.path"])
def test_what_is_no_connector_is_not_loaded(kind):
    with pytest.raises(connectors.UnknownKindError):
        connectors.load(kind)


def test_a_connector_may_live_outside_the_folder():
    assert connectors.load("fake_peers.office").__module__ == "fake_peers.office"


@pytest.mark.parametrize("kind", KINDS)
def test_loading_a_connector_touches_neither_the_hub_nor_the_registry(kind):
    code = (
        f"import connectors, sys; connectors.load({kind!r}); "
        "print([name for name in sys.modules if name.split('.')[0] in ('hub', 'agency_registry')])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("not an address", False),
    ],
)
def test_only_public_addresses_are_called_unless_listed(address, allowed):
    assert outgoing.Guard().permits(address, 443) is allowed


def test_a_listed_network_may_be_called_and_our_own_listeners_never():
    guard = outgoing.Guard(["10.0.0.0/8", "127.0.0.0/8"], own=[("127.0.0.1", 8080)])

    assert guard.permits("10.9.9.9", 80)
    assert guard.permits("::ffff:10.9.9.9", 80)
    assert guard.permits("127.0.0.1", 8081)
    assert not guard.permits("127.0.0.1", 8080)
    assert not guard.permits("192.168.0.1", 80)
