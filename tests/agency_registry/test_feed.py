"""Whoever follows the changes of the registry has the same list as whoever reads it whole."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from agency_registry import edit, tables
from agency_registry.directory import load
from agency_registry.edit import Why

CODES = [f"G{number:02}" for number in range(6)]
WHY = Why("An", "lý do", "1/QĐ")


class Follower:
    """A client that applies the feed, page by page; agencies by the registry's own number, which never changes."""

    def __init__(self) -> None:
        self.version = 0
        self.known: dict[int, dict] = {}

    def follow(self, connection, limit: int) -> None:
        while page := edit.changes_since(connection, self.version, limit=limit):
            for change in page:
                self.known[change["agency"]["id"]] = change["agency"]
            assert page[-1]["version"] > self.version
            self.version = page[-1]["version"]


def act(connection, action: str, one: str, other: str, day: int) -> None:
    on = WHY.today + timedelta(days=day)
    steps = {
        "add": lambda: edit.add_agency(connection, one, f"Bộ {one}", parent=other, why=WHY),
        "rename": lambda: edit.rename_agency(connection, one, f"Tên {other}", why=WHY, on=on),
        "recode": lambda: edit.recode_agency(connection, one, f"{one}.{other}", why=WHY),
        "move": lambda: edit.move_agency(connection, one, other, why=WHY),
        "merge": lambda: edit.merge_agencies(connection, [one], other, why=WHY),
        "close": lambda: edit.close_agency(connection, one, why=WHY, successors=[other]),
        "reopen": lambda: edit.reopen_agency(connection, one, why=WHY),
        "suspend": lambda: edit.suspend_agency(connection, one, why=WHY),
        "resume": lambda: edit.resume_agency(connection, one, why=WHY),
        "alias": lambda: edit.add_alias(connection, one, f"A{other}", why=WHY),
        "change": lambda: edit.change_agency(connection, one, email=f"{one}@example.gov.vn", why=WHY),
    }
    steps[action]()


actions = st.tuples(
    st.sampled_from(
        ["add", "rename", "recode", "move", "merge", "close", "reopen", "suspend", "resume", "alias", "change"]
    ),
    st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from([-3, 0]), st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(actions, min_size=5, max_size=25), st.integers(1, 3))
def test_a_client_that_applies_the_feed_ends_with_the_list(done, limit):
    """law: R-026 QĐ28 Đ16.1: through new names and codes, mergers, closings, suspensions."""
    engine = create_engine("sqlite://")
    client = Follower()
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        for code in CODES[:4]:
            edit.add_agency(connection, code, f"Bộ {code}")
        picture = load(connection)
        for action, one, other, day, look in done:
            try:
                with connection.begin_nested():
                    act(connection, action, one, other, day)
            except edit.RegistryError:
                continue
            if look:
                client.follow(connection, limit)
                picture = load(connection, previous=picture)
        client.follow(connection, limit)

        whole = edit.list_agencies(connection)
        assert sorted(client.known.values(), key=lambda one: one["organ_id"]) == whole
        picture = load(connection, previous=picture)
        assert [one.as_json() for one in picture.agencies()] == [one.as_json() for one in load(connection).agencies()]
    engine.dispose()


def test_those_below_a_recoded_agency_are_told():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        edit.add_agency(connection, "G01", "Bộ")
        edit.add_agency(connection, "G01.1", "Cục", parent="G01")
        before = load(connection)
        edit.recode_agency(connection, "G01", "G11", why=WHY)

        told = {one["organ_id"]: one["agency"]["parent"] for one in edit.changes_since(connection, before.version)}
        assert told == {"G11": None, "G01.1": "G11"}
        assert load(connection, previous=before).agency("G01.1").parent == "G11"
    engine.dispose()
