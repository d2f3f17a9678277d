"""Trials for any connector: a peer that can misbehave, packages to hand over, and named scenarios.

Whoever writes a connector writes one class `Peer` (`connectors.testing.peer`) beside it: the other side, real and
small. Everything else is here: `scenarios.ALL` tries what every connector promises, and says cause and remedy in
Vietnamese and English. No test framework is needed; `truc connector check KIND --peer module:Peer` runs them, and
so does a test of three lines (see README.md, "Write a connector in fifteen minutes").
"""
