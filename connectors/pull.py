"""A system that fetches: nothing is called, the package waits in its inbox."""

from __future__ import annotations

from connectors import base


class Settings(base.Settings):
    """Nothing to set."""


class Connector(base.Connector):
    """Parks everything."""

    settings_type = Settings

    async def deliver(self, parcel: base.Parcel) -> base.Outcome:  # noqa: ARG002 - the contract
        """Parked, always."""
        return base.Parked()
