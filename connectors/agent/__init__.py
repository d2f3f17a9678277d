"""The agent: stands beside an office system and carries packages between it and a hub, each exactly once.

A relay between two connectors of the same contract. What it has promised to either side lies on its own disk: a
ledger and a folder of package bytes. Each side may be away for days; a crash at any point repeats with the same ids.
"""

from __future__ import annotations
