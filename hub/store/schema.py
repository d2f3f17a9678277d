"""Brings the tables up to this version with Alembic; a database of a newer version is left alone and refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0004_pre"
"""The revision this code works with; tests compare it with the last file in migrations/versions."""


class UnknownSchemaError(Exception):
    """The database was written by a newer version of the software."""


def revision(connection: Connection) -> str | None:
    """The revision of the tables, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection) -> None:
    """Run the missing steps inside the caller's transaction. Raises UnknownSchemaError."""
    if revision(connection) == HEAD:
        return  # Alembic takes most of a second to import
    from alembic import command  # noqa: PLC0415 - only where there is work for it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnknownSchemaError(str(error)) from error
