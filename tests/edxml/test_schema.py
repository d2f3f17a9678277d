"""The two schemas: what they allow, and how a no is put into words."""

from __future__ import annotations

import pytest

from edxml import reader, schema

CHANGES = [
    (b"<edXML:OrganName>S", b"<edXML:X/><edXML:OrganName>S", "From/X", "không được ở vị trí này"),
    ("<edXML:OrganName>Sở Nội vụ</edXML:OrganName>".encode(), b"", "From", "thiếu phần tử OrganName"),
    (b"<edXML:Place>An", b"<edXML:Place z='1'>An", "PromulgationInfo/Place", "thuộc tính"),
    (
        b"2026/11/20</edXML:PromulgationDate>",
        b"2026-11-20</edXML:PromulgationDate>",
        "PromulgationDate",
        "không đúng dạng",
    ),
    (b"<edXML:Priority>0", b"<edXML:Priority>9", "OtherInfo/Priority", "không đúng dạng"),
    (b"<edXML:SteeringType>0</edXML:SteeringType>", b"", "MessageHeader", "thiếu phần tử"),
]


def tree(data: bytes):
    whole = reader.Reader()
    whole.feed(data)
    whole.close()
    return whole.tree


@pytest.mark.parametrize(("old", "new", "path", "reason"), CHANGES, ids=lambda value: str(value)[:40])
def test_the_strict_schema_names_path_reason_and_remedy(old, new, path, reason, package_bytes):
    assert old in package_bytes

    found = schema.faults_of(tree(package_bytes.replace(old, new, 1)), "strict")

    assert found[0].path.endswith(path)
    assert reason in found[0].reason_vi
    assert found[0].reason_en
    assert found[0].remedy_vi
    assert found[0].remedy_en
    assert len(found) <= 20


def test_both_schemas_allow_what_we_write(package_bytes):
    for profile in ("tolerant", "strict"):
        assert schema.faults_of(tree(package_bytes), profile) == ()


def test_the_value_itself_is_never_repeated(package_bytes):
    data = package_bytes.replace(b"<edXML:Priority>0", b"<edXML:Priority>7654321", 1)

    assert "7654321" not in repr(schema.faults_of(tree(data), "strict"))


def test_a_large_wrong_message_is_named_quickly(make_package):
    from edxml import model

    data = make_package(recipients=tuple(model.Organization(f"A.{n}") for n in range(4000)))

    found = schema.faults_of(tree(data), "strict")

    assert 1 <= len(found) <= 20
