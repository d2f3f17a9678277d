"""Rows and bytes: the only place with SQL and with the sealed files."""
