"""What authorities said of certificates, and which packages it decided.

The bytes lie in files named by their digest; a row here says what they are. law: R-071 TT15/2025 Đ5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, func, insert, select

from hub.states import PackageStatus
from hub.store import tables
from hub.store.prepared import Prepared
from hub.store.tables import columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection, Row

_A = tables.revocation_answers
_N = tables.package_answers
_P = tables.packages


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """A row of `revocation_answers` before it is written; the fields are the columns. url: '' = from the operator."""

    sha256: str
    kind: str
    url: str
    as_of: str
    next_at: str | None
    fetched_at: str
    size: int


_ADD = Prepared(insert(_A))
_KNOWN = Prepared(select(_A.c.sha256).where(_A.c.sha256 == bindparam("sha256_")))
_NAMED = Prepared(
    select(_N.c.sha256).where(_N.c.package_id == bindparam("package_id_"), _N.c.sha256 == bindparam("sha256_"))
)
_NAME = Prepared(insert(_N))


def add(connection: Connection, answer: NewAnswer) -> None:
    """Write an answer down unless it is known."""
    if _KNOWN.first(connection, sha256_=answer.sha256) is None:
        _ADD.insert(connection, [columns(answer)])


def name(connection: Connection, package_id: str, digests: Iterable[str]) -> None:
    """Say that these answers decided a package; answers that came within the document itself have no row and need none.

    law: R-071 TT15/2025 Đ5
    """
    for digest in dict.fromkeys(digests):
        values = {"package_id_": package_id, "sha256_": digest}
        if _KNOWN.first(connection, sha256_=digest) is not None and _NAMED.first(connection, **values) is None:
            _NAME.insert(connection, [{"package_id": package_id, "sha256": digest}])


def of_package(connection: Connection, package_id: str) -> Sequence[Row[Any]]:
    """The answers that decided a package, oldest first."""
    query = select(_A).join_from(_N, _A, _A.c.sha256 == _N.c.sha256).where(_N.c.package_id == package_id)
    return connection.execute(query.order_by(_A.c.as_of, _A.c.sha256)).all()


def newest_lists(connection: Connection) -> Sequence[Row[Any]]:
    """Of every address that gave a revocation list, the newest one."""
    newest = (
        select(_A.c.url, func.max(_A.c.as_of).label("as_of"))
        .where(_A.c.kind == "crl", _A.c.url != "")
        .group_by(_A.c.url)
    ).subquery()
    joined = (_A.c.url == newest.c.url) & (_A.c.as_of == newest.c.as_of)
    return connection.execute(select(_A).join(newest, joined).where(_A.c.kind == "crl")).all()


def forget_unnamed(connection: Connection, keep: Collection[str], before: str) -> list[str]:
    """Drop the rows no package names, except `keep` and those fetched since `before`; their digests.

    What named them is dropped first where the package's content is gone. The operator's own answers stay.
    """
    gone = select(_P.c.id).where(_P.c.status == PackageStatus.ERASED.value)
    connection.execute(delete(_N).where(_N.c.package_id.in_(gone)))  # law: R-071 TT15/2025 Đ5
    unnamed = select(_A.c.sha256).where(
        ~exists().where(_N.c.sha256 == _A.c.sha256), _A.c.fetched_at < before, _A.c.url != ""
    )
    digests = [digest for digest in connection.execute(unnamed).scalars() if digest not in keep]
    for digest in digests:
        connection.execute(delete(_A).where(_A.c.sha256 == digest))
    return digests
