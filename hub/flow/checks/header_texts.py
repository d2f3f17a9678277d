"""The texts of a document's header and the names of its files, for the checks of characters (R-043)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flow.checks.base import Subject


def of(subject: Subject) -> Iterator[tuple[str, str]]:
    """(where, text) of every text that people read, file names last; empty ones are left out."""
    return ((where, text) for where, text in _all(subject) if text)


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
