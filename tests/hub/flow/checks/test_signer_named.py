"""Who signed a document is named with position; a recall names nobody."""

from __future__ import annotations

import pytest

from edxml import model, writer
from edxml.codes import BusinessType

from .conftest import NOTATION, NUMBER, SUBJECT, A, B
from .test_texts import FILES

NAMED = model.Signer("KT. GIÁM ĐỐC", "Phó Giám đốc", "Nguyễn Văn An")


def document(signer, kind=BusinessType.NEW) -> bytes:
    ident = f"{A},2026/11/20,{NUMBER}/{NOTATION}"
    header = model.MessageHeader(
        sender=model.Organization(A, "Sở Nội vụ"),
        recipients=(model.Organization(B, "Sở Tài chính"),),
        document_id=ident,
        code=model.Code(NUMBER, NOTATION),
        document_type=model.DocumentType(2, None, "Báo cáo"),
        subject=SUBJECT,
        signer=signer,
    )
    files = [writer.OutgoingAttachment(name, data) for name, data in FILES]
    return writer.write_edoc(header, model.Business(ident, kind, "Ban hành nhầm"), (), files)


@pytest.mark.parametrize(
    ("signer", "outcome"),
    [
        (NAMED, None),
        (None, "warn"),
        (model.Signer("TM. ỦY BAN NHÂN DÂN", "", "Nguyễn Văn An"), "warn"),
        (model.Signer("", "Chủ tịch", " "), "warn"),
        (model.Signer("", "Chủ tịch", "Nguyễn Văn An"), None),
    ],
    ids=str,
)
async def test_a_signer_has_a_name_and_a_position(ask, signer, outcome):
    """law: R-039 NĐ30 PL I.II.7b"""
    assert (await ask("page", data=document(signer))).outcome("signer_named") == outcome


async def test_systems_are_not_troubled_with_it(ask):
    assert (await ask("vxp", data=document(None))).outcome("signer_named") == "record"


async def test_a_recall_is_not_asked_who_signed(ask):
    assert (await ask("page", data=document(None, BusinessType.RECALL))).outcome("signer_named") is None
