from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from agency_registry import directory, edit
from agency_registry.edit import RegistryError, Why

OFFICE, HOME_AFFAIRS, HEALTH, WARD = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99", "001.00.02.H99"


def wrap(secret: bytes) -> bytes:
    return b"wrapped:" + secret


def test_a_new_system_receives_for_its_agencies_and_its_secret_is_stored_wrapped(province):
    system_id, secret = edit.add_system(
        province, name="000.00.00.X01", organ_ids=["h99", WARD], wrap=wrap, networks=["10.1.2.3/8", "::1"]
    )

    found = directory.load(province)
    system = found.system(system_id)
    assert system_id == "000.00.00.X01"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    assert system.secrets == (wrap(secret.encode()),)
    assert system.organ_ids == {OFFICE, WARD}
    assert system.networks == ("10.0.0.0/8", "::1/128")
    assert found.system_of(found.agency("H99")) is system
    assert found.system_of(found.agency(HEALTH)) is None
    assert secret not in str(edit.list_systems(province))
    assert "wrapped" not in repr(system)


def test_a_system_speaks_only_for_its_agencies(province):  # law: R-008 HN Đ20.2d
    system_id, _ = edit.add_system(province, name="QLVB", organ_ids=[HOME_AFFAIRS], wrap=wrap)

    found = directory.load(province)
    system = found.system(system_id)

    assert found.speaks_for(system, HOME_AFFAIRS.lower()).organ_id == HOME_AFFAIRS
    assert found.speaks_for(system, OFFICE) is None  # its parent
    assert found.speaks_for(system, WARD) is None  # its child
    assert found.speaks_for(system, "H99.404") is None


def test_ids_are_ascii_and_free(province):
    ids = [
        edit.add_system(province, name=name, organ_ids=[code], wrap=wrap)[0]
        for name, code in (("Sở Nội vụ Đắk", HOME_AFFAIRS), ("sở nội vụ đắk", HEALTH), ("中文", WARD))
    ]

    assert ids == ["So-Noi-vu-Dak", "so-noi-vu-dak-2", "system"]
    with pytest.raises(RegistryError) as raised:
        edit.add_system(province, name="x", system_id="SYSTEM", organ_ids=[OFFICE], wrap=wrap)
    assert raised.value.slug == "system_exists"


def test_two_secrets_are_valid_during_a_rotation_and_never_three(province):  # law: R-195
    start = datetime(2026, 7, 1, tzinfo=UTC)
    system_id, first = edit.add_system(province, name="QLVB", organ_ids=[OFFICE], wrap=wrap, why=Why(at=start))
    _, second = edit.rotate_system(province, system_id, wrap=wrap, keep_hours=24, why=Why(at=start))
    hour = start + timedelta(hours=1)

    during = directory.load(province, now=hour).system(system_id)
    assert during.secrets_at(hour) == (wrap(second.encode()), wrap(first.encode()))
    assert during.secrets_at(start + timedelta(hours=24)) == (wrap(second.encode()),)

    _, third = edit.rotate_system(province, system_id, wrap=wrap, keep_hours=24, why=Why(at=hour))
    assert directory.load(province, now=hour).system(system_id).secrets == (
        wrap(third.encode()),
        wrap(second.encode()),
    )

    edit.rotate_system(province, system_id, wrap=wrap, keep_hours=0, why=Why(at=hour))
    assert len(directory.load(province, now=hour).system(system_id).secrets) == 1


def test_one_system_at_a_time_receives_for_an_agency(province):  # law: R-007 QĐ28 Đ7.3
    old, _ = edit.add_system(province, name="old", organ_ids=[HEALTH, WARD], wrap=wrap)
    with pytest.raises(RegistryError) as raised:
        edit.add_system(province, name="new", organ_ids=[HEALTH], wrap=wrap)
    assert raised.value.slug == "receives_already"
    assert edit.list_systems(province)[0]["receives_for"] == [HEALTH, WARD]

    new, _ = edit.add_system(province, name="new", organ_ids=[HEALTH], wrap=wrap, replace=True)

    found = directory.load(province)
    assert found.system_of(found.agency(HEALTH)).id == new
    assert found.system_of(found.agency(WARD)).id == old
    assert found.speaks_for(found.system(old), HEALTH)


def test_a_suspended_system_gives_way_without_asking(province):
    old, _ = edit.add_system(province, name="old", organ_ids=[HEALTH], wrap=wrap)
    edit.suspend_system(province, old)

    new, _ = edit.add_system(province, name="new", organ_ids=[HEALTH], wrap=wrap)
    edit.activate_system(province, old)

    found = directory.load(province)
    assert found.system_of(found.agency(HEALTH)).id == new
    assert found.system(old).state == "active"


def test_agencies_are_attached_and_detached(province):
    system_id, _ = edit.add_system(province, name="QLVB", organ_ids=[OFFICE], wrap=wrap)

    edit.attach_agencies(province, system_id, [HEALTH], receives=False)
    shown = edit.attach_agencies(province, system_id, [WARD])
    assert shown["organ_ids"] == [OFFICE, HEALTH, WARD]
    assert shown["receives_for"] == [OFFICE, WARD]

    shown = edit.detach_agencies(province, system_id, [WARD, HEALTH])
    assert shown["organ_ids"] == [OFFICE]


def test_a_system_is_changed_as_asked(province):
    system_id, _ = edit.add_system(
        province, name="QLVB", organ_ids=[OFFICE], wrap=wrap, connector="push", settings={"url": "https://a"}
    )

    edit.change_system(province, system_id, settings={"url": "https://b"}, networks=["127.0.0.1"], item_per_agency=True)

    system = directory.load(province).system(system_id)
    assert system.connector == "push"
    assert system.settings == {"url": "https://b"}
    assert system.networks == ("127.0.0.1/32",)
    assert system.item_per_agency is True


def test_wrong_values_are_refused_before_anything_is_written(province):
    before = edit.current_version(province)
    for slug, values in (
        ("agency_unknown", {"organ_ids": [OFFICE, "H99.404"]}),
        ("network_invalid", {"networks": ["10.0.0.0/64"]}),
        ("system_speaks_for_none", {"organ_ids": []}),
        ("state_invalid", {"state": "open"}),
        ("system_id_invalid", {"system_id": "a b"}),
    ):
        with pytest.raises(RegistryError) as raised:
            edit.add_system(province, **{"name": "QLVB", "organ_ids": [OFFICE], "wrap": wrap, **values})
        assert raised.value.slug == slug

    assert edit.list_systems(province) == []
    assert edit.current_version(province) == before


def test_a_centre_may_speak_for_thousands(connection):
    codes = [f"H99.{number}" for number in range(5000)]
    from agency_registry import importer

    importer.import_agencies(connection, "organ_id,name\n" + "\n".join(f"{code},Xã {code}" for code in codes))
    system_id, _ = edit.add_system(connection, name="00.99.W00", organ_ids=codes, wrap=wrap)

    found = directory.load(connection)
    assert len(found.system(system_id).organ_ids) == 5000
    assert found.system_of(found.agency("h99.4999")).id == system_id
