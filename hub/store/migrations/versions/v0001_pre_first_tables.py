"""The first tables: the hub's and the registry's."""

from __future__ import annotations

from alembic import op

from agency_registry.tables import metadata as registry
from hub.store.tables import metadata as hub

revision = "0001_pre"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of this version."""
    connection = op.get_bind()
    hub.create_all(connection)
    registry.create_all(connection)
