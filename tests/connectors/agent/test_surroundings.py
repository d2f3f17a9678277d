"""What an agent's connectors get of their surroundings when the command starts it."""

from __future__ import annotations

from hub.cli import connector_run


async def test_what_speaks_no_http_reaches_the_offices_own_network_and_no_further(beside):
    """A broker, a database: in the agent as in the hub, each socket asks first."""
    async with connector_run.surroundings(beside.settings) as tools_of:
        permits = tools_of("office").permits

    assert [permits(host, 5432) for host in ("127.0.0.1", "10.20.0.5", "203.162.4.190")] == [True, True, True]
    assert [permits(host, 80) for host in ("169.254.169.254", "0.0.0.0", "::ffff:169.254.169.254")] == [False] * 3
