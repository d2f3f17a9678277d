"""Group C as data, first half: what is done to a signed package, and the code it must be refused with.

Where the attacker holds a valid key of his own, the forgery is signed again: the code must then come from the rule that
is attacked, not from a broken digest.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from .forgery import C14N, DS, NS, SHA256, Forgery, b64


@dataclass(frozen=True)
class Case:
    """One row: id of the threat list with a letter, what it is, how the bytes are spoilt, the code."""

    id: str
    what: str
    spoil: Callable[[bytes], bytes]
    code: str

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


def tree(change: Callable[[Forgery], object], *, reseal: bool = False) -> Callable[[bytes], bytes]:
    """Spoil the tree; with reseal the attacker signs again with a valid key."""

    def spoil(data: bytes) -> bytes:
        forgery = Forgery.of(data)
        change(forgery)
        return forgery.reseal().write() if reseal else forgery.write()

    return spoil


def text(old: str, new: str, count: int = 1) -> Callable[[bytes], bytes]:
    """Spoil the bytes."""

    def spoil(data: bytes) -> bytes:
        assert old.encode() in data, old
        return data.replace(old.encode(), new.encode(), count)

    return spoil


# --- C-01: there, but not a signature


def rename_namespace(data: bytes) -> bytes:
    return data.replace(b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">', b'<Signature xmlns="urn:other">')


def empty(f: Forgery) -> None:
    for child in list(f.signature):
        f.signature.remove(child)


# --- C-03: wrapping


def evil_message(f: Forgery):
    """Another sender's words in the shape of a header."""
    found = copy.deepcopy(f.message)
    found.find(f"{NS}Subject").text = "V/v chuyển tiền"
    return found


def replace_message(f: Forgery):
    """The evil header in place of the good one; gives the good one."""
    old = f.message
    old.getparent().replace(old, evil_message(f))
    return old


def in_object(f: Forgery) -> None:
    etree.SubElement(f.signature, f"{DS}Object").append(replace_message(f))


def in_the_same_object(f: Forgery) -> None:
    f.one(".//ds:Object").append(replace_message(f))


def before_it(f: Forgery) -> None:
    f.message.addprevious(evil_message(f))


def after_it(f: Forgery) -> None:
    f.message.addnext(evil_message(f))


def inside_the_evil_one(f: Forgery) -> None:
    old = replace_message(f)
    etree.SubElement(f.message, "{urn:extension}kept").append(old)


def in_an_extension(f: Forgery) -> None:
    old = replace_message(f)
    extension = etree.Element("{urn:extension}kept")
    extension.append(old)
    f.signature.addprevious(extension)


def whole_original_beside(f: Forgery) -> None:
    """An evil envelope first, the signed one whole in a wrapper."""
    original = f.one("e:edXMLEnvelope")
    evil = copy.deepcopy(original)
    f.root.replace(original, evil)
    evil[0].remove(evil[0].find(f"{DS}Signature"))
    wrapper = etree.SubElement(f.root, "{urn:extension}kept")
    wrapper.append(original)


def signature_in_an_extension(f: Forgery) -> None:
    extension = etree.SubElement(f.message, "{urn:extension}kept")
    extension.append(f.signature)


def original_in_the_object(f: Forgery) -> None:
    original = f.one("e:edXMLEnvelope")
    kept = copy.deepcopy(original)
    kept[0].remove(kept[0].find(f"{DS}Signature"))
    f.one(".//ds:Object").append(kept)


# --- C-04, C-05, C-06: names and what they name


def with_id(name: str) -> Callable[[Forgery], None]:
    return lambda f: f.message.find(f"{NS}Subject").set(name, "truc-1")


def signed_uri(uri: str | None) -> Callable[[Forgery], None]:
    def change(f: Forgery) -> None:
        reference = f.one(".//ds:SignedInfo/ds:Reference")
        del reference.attrib["URI"]
        if uri is not None:
            reference.set("URI", uri)

    return change


def manifest_uri(uri: str) -> Callable[[Forgery], None]:
    return lambda f: f.line("truc:MessageHeader").set("URI", uri)


def drop(uri: str) -> Callable[[Forgery], None]:
    return lambda f: f.manifest.remove(f.line(uri))


def thousand_references(f: Forgery) -> None:
    for number in range(1000):
        line = copy.deepcopy(f.manifest[0])
        line.set("URI", f"cid:{number}")
        f.manifest.append(line)


def swap_order(f: Forgery) -> None:
    f.manifest.insert(0, f.line("truc:TraceHeaderList"))


def named_twice(f: Forgery) -> None:
    f.manifest.append(copy.deepcopy(f.manifest[0]))


def extra_element(f: Forgery) -> None:
    etree.SubElement(f.one(".//e:edXMLEnvelope"), "{urn:extension}more").text = "x"


def extra_in_header(f: Forgery) -> None:
    f.signature.addprevious(etree.Element("{urn:extension}more"))


def not_last(f: Forgery) -> None:
    f.signature.addnext(etree.Element("{urn:extension}more"))


# --- C-07: the attachments


def flip_attachment(data: bytes) -> bytes:
    at = data.index(b"ContentTransferEncoded") + 200
    return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


def swap_attachments(f: Forgery) -> None:
    first, second = f.root.iter(f"{NS}ContentTransferEncoded")
    first.text, second.text = second.text, first.text


def rename_attachment(f: Forgery) -> None:
    f.one(".//e:Attachment/e:AttachmentName").text = "b.exe"


def rename_everywhere(f: Forgery) -> None:
    rename_attachment(f)
    f.one(".//e:edXMLManifest/e:Reference/e:AttachmentName").text = "b.exe"


def swap_whole_attachments(f: Forgery) -> None:
    first = f.one(".//e:Attachment")
    first.getnext().addnext(first)


def unsigned_field(f: Forgery) -> None:
    etree.SubElement(f.one(".//e:Attachment"), f"{NS}FieldName").text = "x"


def drop_attachment(f: Forgery) -> None:
    f.one(".//e:AttachmentEncoded").remove(f.one(".//e:Attachment"))
    f.one(".//e:edXMLManifest").remove(f.one(".//e:edXMLManifest/e:Reference"))


# --- C-08, C-09: signatures and values within signatures


def enveloped(f: Forgery) -> None:
    signed_uri("")(f)
    f.one(".//ds:SignedInfo//ds:Transform").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")


def nested(f: Forgery) -> None:
    f.one(".//ds:Object").append(copy.deepcopy(f.signature))


def again(path: str) -> Callable[[Forgery], None]:
    """The element doubled at its place, the false one first."""

    def change(f: Forgery) -> None:
        found = f.one(path)
        false = copy.deepcopy(found)
        for value in false.iter(f"{DS}DigestValue"):
            value.text = b64(bytes(32))
        found.addprevious(false)

    return change


def planted(parent: str, local: str) -> Callable[[Forgery], None]:
    def change(f: Forgery) -> None:
        etree.SubElement(f.one(parent), f"{DS}{local}").text = b64(bytes(32))

    return change


CASES = [
    Case("C-01a", "moved to another namespace", rename_namespace, "sig_missing"),
    Case("C-01b", "empty", tree(empty), "sig_invalid"),
    Case("C-01c", "an opaque one that speaks of the profile", text(' xmlns="http://www.w3.org/2000/09/xmldsig#"', ""),
         "sig_missing"),
    Case("C-02a", "an entity in the organ id", text(">000.00.01.H99<", ">000.00.01.H&#57;9<"), "sig_invalid"),
    Case("C-02b", "CDATA in the organ id", text(">000.00.01.H99<", "><![CDATA[000.00.01.H99]]><"), "sig_invalid"),
    Case("C-02c", "an attribute twice", text('Id="truc-1"', 'Id="truc-1" Id="truc-1"'), "xml_not_well_formed"),
    Case("C-02d", "a namespace declared again", text("<edXML:From>",
         '<edXML:From xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">'), "sig_invalid"),
    Case("C-02e", "an unused namespace", text("<edXML:From>", '<edXML:From xmlns:x="urn:x">'), "sig_invalid"),
    Case("C-02f", "other quotes", text('URI="#truc-1"', "URI='#truc-1'"), "sig_invalid"),
    Case("C-02g", "no XML declaration", text('<?xml version="1.0" encoding="UTF-8"?>\n', ""), "sig_invalid"),
    Case("C-02h", "another declaration", text('version="1.0"', 'version="1.1"'), "sig_invalid"),
    Case("C-03 XSW1", "the signed header in a second Object", tree(in_object), "sig_invalid"),
    Case("C-03 XSW2", "an evil header before the signed one", tree(before_it), "schema_invalid"),
    Case("C-03 XSW3", "an evil header after the signed one", tree(after_it), "schema_invalid"),
    Case("C-03 XSW4", "the signed header inside the evil one", tree(inside_the_evil_one), "sig_invalid"),
    Case("C-03 XSW5", "the signed header in an extension", tree(in_an_extension), "sig_coverage"),
    Case("C-03 XSW6", "the signed envelope beside an evil one", tree(whole_original_beside), "sig_coverage"),
    Case("C-03 XSW7", "the Signature in an extension", tree(signature_in_an_extension), "sig_coverage"),
    Case("C-03 XSW8", "the signed envelope in the Object", tree(original_in_the_object), "sig_coverage"),
    Case("C-03i", "the signed header in the Manifest's Object", tree(in_the_same_object), "sig_coverage"),
    *(Case(f"C-04{letter}", f"{name} on a second element", tree(with_id(name), reseal=True), "sig_coverage")
      for letter, name in zip("abcd", ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id"), strict=True)),
    Case("C-04e", "Id by DTD default",
         text("<edXML ", '<!DOCTYPE edXML [<!ATTLIST edXML Id CDATA "truc-1">]>\n<edXML '), "xml_dtd_forbidden"),
    *(Case(f"C-05{letter}", f"SignedInfo names {uri!r}", tree(signed_uri(uri), reseal=True), "sig_coverage")
      for letter, uri in zip("abcdefg", ("", "#x", "#xpointer(/)", "http://attacker.example/a", "file:///etc/passwd",
                                         None, "#truc-1#"), strict=True)),
    *(Case(f"C-05{letter}", f"the Manifest names {uri!r}", tree(manifest_uri(uri), reseal=True), "sig_coverage")
      for letter, uri in zip("hijk", ("", "#MessageHeader", "http://attacker.example/a", "truc:messageheader"),
                             strict=True)),
    Case("C-05l", "1,000 references", tree(thousand_references, reseal=True), "sig_coverage"),
    Case("C-05m", "a part named twice", tree(named_twice, reseal=True), "sig_coverage"),
    Case("C-05n", "parts in another order", tree(swap_order, reseal=True), "sig_coverage"),
    *(Case(f"C-06{letter}", f"{uri} is not signed", tree(drop(uri), reseal=True), "sig_coverage")
      for letter, uri in zip("abcde", ("truc:MessageHeader", "truc:TraceHeaderList", "truc:edXMLBody", "truc:KeyInfo",
                                       "cid:"), strict=True)),
    Case("C-06f", "an element in the envelope", tree(extra_element), "sig_coverage"),
    Case("C-06g", "an element in the header", tree(extra_in_header), "sig_coverage"),
    Case("C-06h", "an element after the Signature", tree(not_last), "sig_coverage"),
    Case("C-07a", "a bit of an attachment", flip_attachment, "sig_invalid"),
    Case("C-07b", "attachments of equal length swapped", tree(swap_attachments), "sig_invalid"),
    Case("C-07c", "an attachment renamed", tree(rename_attachment), "sig_coverage"),
    Case("C-07d", "an attachment renamed in both places", tree(rename_everywhere), "sig_invalid"),
    Case("C-07e", "attachments in another order", tree(swap_whole_attachments), "sig_coverage"),
    Case("C-07f", "a field of an attachment nobody signs", tree(unsigned_field), "sig_coverage"),
    Case("C-07g", "an attachment taken out", tree(drop_attachment), "sig_coverage"),
    Case("C-08a", "enveloped, over the whole", tree(enveloped, reseal=True), "sig_coverage"),
    Case("C-08b", "a signature inside the signature", tree(nested), "sig_multiple"),
    Case("C-09a", "SignedInfo twice", tree(again(".//ds:SignedInfo")), "sig_invalid"),
    Case("C-09b", "SignatureValue twice", tree(again(".//ds:SignatureValue")), "sig_invalid"),
    Case("C-09c", "DigestValue twice", tree(again(".//ds:SignedInfo/ds:Reference/ds:DigestValue")), "sig_invalid"),
    Case("C-09d", "DigestValue twice in the Manifest", tree(again(".//ds:Manifest/ds:Reference/ds:DigestValue"),
         reseal=True), "sig_invalid"),
    Case("C-09e", "DigestValue in the Object", tree(planted(".//ds:Object", "DigestValue")), "sig_coverage"),
    Case("C-09f", "DigestValue in KeyInfo", tree(planted(".//ds:KeyInfo", "DigestValue"), reseal=True), "sig_invalid"),
    Case("C-09g", "SignedInfo in the Manifest", tree(planted(".//ds:Manifest", "SignedInfo"), reseal=True),
         "sig_invalid"),
]  # fmt: skip
__all__ = ["C14N", "CASES", "SHA256", "Case", "text", "tree"]
