"""Who takes part: agencies, their codes, and the software that speaks for them.

Read in this order:

`agency`     the values: `Agency` (an organisation with an organ id and its aliases) and `System` (connected software).
`tables`     how they are stored; one MetaData of its own, no key into another package's tables.
`directory`  a frozen picture of everything, with look-ups by any form of a code; what the hub works with.
`edit`       every change: agencies, systems, proposals. Each change raises the registry's version by one and is kept.
`importer`   the list of agencies as a CSV file, in and out.

All database functions are synchronous, take an open SQLAlchemy connection, and leave commit or rollback to the caller;
they work on SQLite and PostgreSQL. A change that cannot be made raises `reasons.RegistryError`, in Vietnamese and
English, before anything is written.
"""
