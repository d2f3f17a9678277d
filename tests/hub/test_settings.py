"""Settings: file, environment, and what is said about a mistake in them."""

from __future__ import annotations

import pytest

from hub import settings
from hub.settings import SettingsProblem


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "hub.toml").write_text(text, encoding="utf-8")
        return tmp_path / "hub.toml"

    return write


def problems(path):
    with pytest.raises(SettingsProblem) as raised:
        settings.load(path)
    return dict(raised.value.problems)


def test_an_empty_file_gives_the_defaults(write, tmp_path):
    loaded = settings.load(write(""))

    assert loaded.hub.role == "province"
    assert loaded.limits.package_bytes == 629_145_600
    assert loaded.listen[0].address == "127.0.0.1"
    assert loaded.listen[0].doors == ("vxp", "api", "pages", "metrics")
    assert loaded.axis is None
    assert loaded.folder == tmp_path


def test_the_environment_goes_before_the_file(write, monkeypatch):
    monkeypatch.setenv("TRUC_LIMITS__RECIPIENTS", "7")
    monkeypatch.setenv("TRUC_OUTGOING__ALLOW", '["127.0.0.0/8"]')

    loaded = settings.load(write("[limits]\nrecipients = 9\nattachments = 3\n"))

    assert loaded.limits.recipients == 7
    assert loaded.limits.attachments == 3
    assert loaded.outgoing.allow == ("127.0.0.0/8",)


def test_the_clients_variables_are_not_settings(write, monkeypatch):
    """TRUC_URL and its like belong to `truc send`; they must not disturb a hub on the same machine."""
    for name in ("TRUC_URL", "TRUC_SYSTEM_ID", "TRUC_SECRET", "TRUC_KEY_FILE", "TRUC_DEBUG", "TRUC_CONFIG"):
        monkeypatch.setenv(name, "x")

    assert settings.load(write("")).hub.role == "province"


@pytest.mark.parametrize(
    ("text", "path", "nearest"),
    [
        ("[hub]\norgan = 'x'\n", "hub.organ", "organ_id"),
        ("[limit]\nattachments = 3\n", "limit", "limits"),
        ("[limits]\npackage_byte = 3000\n", "limits.package_byte", "package_bytes"),
        ("[[listen]]\nprt = 1\n", "listen.0.prt", "port"),
        ("_env_file = 'x'\n", "_env_file", "profile"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(write, text, path, nearest):
    found = problems(write(text))

    assert set(found) == {path}
    assert f"`{nearest}`" in found[path]


def test_an_unknown_key_from_the_environment_names_its_variable(write, monkeypatch):
    monkeypatch.setenv("TRUC_HUB__ORGANID", "x")

    found = problems(write(""))

    assert list(found) == ["hub.organid (TRUC_HUB__ORGANID)"]


def test_every_fault_of_a_file_is_named_at_once(write):
    found = problems(write("[limits]\nattachments = -1\nrecipients = 'many'\n[axis]\nendpoint = 'http://x'\n"))

    assert set(found) == {"limits.attachments", "limits.recipients", "axis.system_id", "axis.secret_file"}


@pytest.mark.parametrize("text", ["[hub", "x = [", "[outgoing]\nallow = ['all']\n", "[[listen]]\ndoors = ['ftp']\n"])
def test_what_makes_no_sense_is_a_settings_problem(write, text):
    assert problems(write(text))


def test_relative_paths_start_at_the_file(write, tmp_path):
    loaded = settings.load(write("[store]\nurl = 'sqlite:///data/x.db'\nblobs = '/srv/blobs'\n"))

    assert loaded.sqlite_path == tmp_path / "data/x.db"
    assert str(loaded.blobs_folder) == "/srv/blobs"
    assert loaded.keys_folder == tmp_path / "keys"


def test_settings_do_not_change(write):
    loaded = settings.load(write(""))

    with pytest.raises(ValueError, match="frozen"):
        loaded.hub.name = "x"


def test_another_port_changes_the_first_listener_only(write):
    loaded = settings.load(write("[[listen]]\nport = 1\n[[listen]]\nport = 2\n"))

    changed = settings.with_port(loaded, 9)

    assert [listen.port for listen in changed.listen] == [9, 2]
    assert changed.folder == loaded.folder
