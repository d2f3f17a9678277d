"""The shelf of `offering`, reached by a way that does not prove who put something there."""

from __future__ import annotations

from fake_peers.offering import Settings
from fake_peers.offering import SignedConnector as Connector

__all__ = ["Connector", "Settings"]
