"""The plan's words let an office system do its part and nothing else; each refusal is the broker's own."""

from __future__ import annotations

import json

import pika
import pytest
import rabbitmq
from patience import until

from connectors import amqp
from hub.cli import main

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
def other() -> str:
    """The user of another office system."""
    return rabbitmq.user()


@pytest.fixture
async def two(place, other, connect, office):
    """An office system at a broker that has the other one, too."""
    for user in (place.user, other):
        assert await connect(user).check() is None
    return await office()


def test_the_printed_commands_give_what_the_tests_below_try(place):
    for words in amqp.names.commands(amqp.names.of("snv-plan"), place.vhost, place.login):
        secret = ["nalp-vns"] if words[0] == "add_user" else []
        if words[0] != "add_vhost" and words[:2] != ["add_user", place.login]:
            place.broker.ctl(*words, *secret)

    said = place.broker.ctl("list_user_permissions", "snv-plan", "--formatter", "json")
    place.broker.ctl("delete_user", "snv-plan")

    assert json.loads(said) == [{"vhost": place.vhost, **amqp.names.of("snv-plan").permissions()}]


async def refused(office, name, *args, **more) -> str:
    """The broker's word when it refuses."""
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as closed:
        await office.do(name, *args, **more)
    await office.do("reopen")
    return closed.value.reply_text


async def test_it_cannot_read_anothers_queue_nor_its_own_way_in(two, other):
    own, other = amqp.names.of(two.user), amqp.names.of(other)
    for queue in (other.delivery, other.answers, other.submit, own.submit, own.status, own.taken):
        assert "ACCESS_REFUSED" in await refused(two, "look", queue)
    assert await two.do("look", own.delivery) is None


async def test_it_cannot_write_to_anothers_exchange_nor_to_any_queue_directly(two, other):
    own, other = amqp.names.of(two.user), amqp.names.of(other)
    assert "ACCESS_REFUSED" in await refused(two, "put", other.exchange, "edoc")
    assert "ACCESS_REFUSED" in await refused(two, "put", "", other.delivery)
    assert "ACCESS_REFUSED" in await refused(two, "put", "", own.submit)


async def test_it_cannot_write_under_anothers_name(two, other):
    assert "PRECONDITION_FAILED" in await refused(two, "send", "edoc", b"<x/>", "m1", other)


async def test_it_can_make_and_unmake_nothing(two):
    assert "ACCESS_REFUSED" in await refused(two, "declare", "mine")
    assert "ACCESS_REFUSED" in await refused(two, "delete", amqp.names.of(two.user).delivery)


async def test_what_another_put_into_its_way_in_is_not_taken_for_its_own(two, place, connect):
    """The hub's own user could write there; what it writes is not the office system's."""
    connector = connect(two.user)
    connection = pika.BlockingConnection(
        pika.ConnectionParameters(
            "127.0.0.1", place.broker.port, place.vhost, pika.PlainCredentials(place.login, place.login[::-1])
        )
    )
    properties = pika.BasicProperties(message_id="m1", user_id=place.login)
    connection.channel().basic_publish(amqp.names.of(two.user).exchange, "edoc", b"<forged/>", properties)
    connection.close()

    async def aside():
        assert [one async for one in connector.collect("edoc")] == []
        return await two.do("refused")

    ((body, headers),) = await until(aside)
    assert (body, headers["refused_code"], headers["refused_user"]) == (b"<forged/>", "sender_not_allowed", place.login)


def test_the_plan_is_printed_as_commands_and_as_definitions(capsys):
    assert main(["broker", "plan", "snv", "--vhost", "truc", "--login", "hub"]) == 0
    text = capsys.readouterr().out
    assert main(["broker", "plan", "snv", "--vhost", "truc", "--login", "hub", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)

    assert "rabbitmqctl set_permissions -p truc snv '^$' '^truc\\.snv\\.submit$'" in text
    assert {"configure": "^$"}.items() <= {one["user"]: one for one in made["permissions"]}["snv"].items()
    assert {one["name"] for one in made["queues"]} >= {"truc.snv.delivery", "truc.snv.submit", "truc.snv.answers"}
    assert all(one["arguments"]["x-queue-type"] == "quorum" for one in made["queues"])


def test_a_plan_for_a_name_that_could_meet_anothers_is_refused(capsys):
    assert main(["broker", "plan", "snv.submit"]) == 2
    assert "snv.submit" in capsys.readouterr().err
