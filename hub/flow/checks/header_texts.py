"""The texts of a document's header and the names of its files, for the checks of characters (R-043)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.context import Hub
    from hub.flow.checks.base import Subject

T = TypeVar("T")

LONG: Final = 65_536
"""Characters above which texts are searched beside the event loop; ordinary headers have a thousand."""


async def search(hub: Hub, subject: Subject, look: Callable[[str], T | None]) -> list[tuple[str, T]]:
    """(where, what `look` found) of every text that people read, file names last."""
    texts = [(where, text) for where, text in _all(subject) if text]
    work = partial(_search, texts, look)
    return await hub.in_thread(work) if sum(len(text) for _, text in texts) > LONG else work()


def _search(texts: list[tuple[str, str]], look: Callable[[str], T | None]) -> list[tuple[str, T]]:
    return [(where, found) for where, text in texts if (found := look(text)) is not None]


def _all(subject: Subject) -> Iterator[tuple[str, str]]:
    header = subject.header
    yield "Subject", header.subject
    yield "Content", header.content
    yield "From/OrganName", header.sender.name
    for recipient in header.recipients:
        if recipient.name:
            yield "To/OrganName", recipient.name
    if header.code is not None:
        yield "Code/CodeNumber", header.code.number
        yield "Code/CodeNotation", header.code.notation
    if header.document_type is not None:
        yield "DocumentType/TypeName", header.document_type.name
    if header.promulgation is not None:
        yield "PromulgationInfo/Place", header.promulgation.place
    if header.signer is not None:
        yield "SignerInfo/Position", header.signer.position
        yield "SignerInfo/FullName", header.signer.full_name
    for place in header.to_places:
        yield "ToPlaces/Place", place
    yield "DocumentId", header.document_id
    for attachment in subject.package.attachments:
        yield attachment.name, attachment.name
