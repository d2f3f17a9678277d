"""What the national axis would say of a package, and what its library would change on the way.

Known from its library, its samples and pairs of packages before and after; not from a published specification. What
it refuses is found by the rules and the code tables; what is not in the layout its library writes is doubtful, for no
schema of its own is published; what it rewrites are the habits of its library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from edxml import codes, kinds, names, rules, schema
from edxml.faults import Fault, Refusal
from edxml.outgoing import RAW_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from edxml import model

Effect = Literal["refuses", "doubtful", "rewrites", "loses"]

LONGEST_NAME: Final = 80
"""Characters of a file name that the axis's other clients keep."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: where, what the axis does with it, why, and what to do. code: slug of the fault, of a refusal."""

    path: str
    effect: Effect
    vi: str
    en: str
    remedy_vi: str = ""
    remedy_en: str = ""
    code: str = ""


def findings(package: model.Package, tree: _Element) -> tuple[Finding, ...]:
    """Everything, refusals first. tree: the skeleton as parsed (`Reader.tree`)."""
    return (*_rules(package), *_codes(package), *_schema(tree), *_carried(package), *_files(package))


def _schema(tree: _Element) -> Iterator[Finding]:
    for fault in schema.faults_of(tree, "strict"):
        slug, remedies = Fault.SCHEMA_INVALID.slug, (fault.remedy_vi, fault.remedy_en)
        yield Finding(fault.path, "doubtful", fault.reason_vi, fault.reason_en, *remedies, slug)


def _rules(package: model.Package) -> Iterator[Finding]:
    try:
        rules.check(package, profile="strict")
    except Refusal as refusal:
        fault = refusal.fault
        said_vi, said_en = refusal.detail_vi or fault.title_vi, refusal.detail or fault.title_en
        where = refusal.where or ""
        yield Finding(where, "refuses", said_vi, said_en, fault.remedy_vi, fault.remedy_en, fault.slug)


def _codes(package: model.Package) -> Iterator[Finding]:
    """The axis knows the codes of its own tables only."""
    if package.status is not None:
        if package.status.code not in set(codes.StatusCode):
            yield _unknown("MessageHeader/StatusCode", ", ".join(codes.StatusCode))
        return
    header = package.header
    if header is not None and codes.known_priority(header.other.priority) != header.other.priority:
        yield _unknown("MessageHeader/OtherInfo/Priority", ", ".join(str(int(one)) for one in codes.Priority))


def _unknown(path: str, known: str) -> Finding:
    return Finding(
        path,
        "refuses",
        "Mã không có trong danh mục",
        "the code is not in the table",
        f"Dùng một trong: {known}",
        f"Use one of: {known}",
        Fault.PROFILE_INVALID.slug,
    )


def _carried(package: model.Package) -> Iterator[Finding]:
    yield Finding(
        "edXMLHeader/TraceHeaderList",
        "rewrites",
        "Trục viết lại toàn bộ tệp, đổi thứ tự phần tử và thêm một TraceHeader; từng byte không còn như đã gửi",
        "the axis writes the whole file anew, in its own order, and appends a TraceHeader: the bytes are others",
        "So sánh theo mã văn bản và nội dung tệp, không theo mã băm của gói tin",
        "Compare ids and the digests of the files, not the digest of the package",
    )
    if package.signature == "xmldsig":
        yield Finding(
            "edXMLHeader/Signature",
            "loses",
            "Chữ ký của gói tin không còn kiểm tra được sau khi trục viết lại",
            "the package's signature cannot be verified once the axis has written it anew",
            "Chữ ký trong tệp PDF vẫn nguyên; chữ ký gói tin chỉ dùng trong tỉnh",
            "The signatures inside the PDF files stay whole; sign packages for the province only",
        )
    if package.extra or (package.header is not None and package.header.extra):
        yield Finding(
            "edXMLHeader",
            "loses",
            "Phần tử ngoài danh mục bị bỏ",
            "elements outside the standard are dropped",
            "Không gửi dữ liệu riêng trong gói tin tới trục quốc gia",
            "Send no data of your own in packages for the national axis",
        )


def _files(package: model.Package) -> Iterator[Finding]:
    for number, file in enumerate(package.attachments, 1):
        path = f"{names.ROOT.rpartition('}')[2]}/AttachmentEncoded/Attachment[{number}]"
        if file.extension not in RAW_EXTENSIONS and not file.zipped:
            yield Finding(
                f"{path}/ContentTransferEncoded",
                "rewrites",
                f"Tệp .{file.extension[:10] or '?'} phải nằm trong một ZIP một phần tử; trục sẽ tự gói lại",
                "a file of this kind travels in a zip of one entry; the axis wraps it",
                "Gói tệp trong ZIP một phần tử, ContentType application/zip, giữ tên gốc ở AttachmentName",
                "Zip it alone, ContentType application/zip, and keep its own name in AttachmentName",
            )
        elif file.zipped and file.declared_type != "application/zip":
            yield Finding(
                f"{path}/ContentType",
                "rewrites",
                "Nội dung là ZIP nhưng ContentType nói khác: phần mềm đọc theo nhãn sẽ không giải nén",
                "the content is a zip and ContentType says otherwise: readers that go by it do not unpack",
                "Ghi ContentType application/zip",
                "Write ContentType application/zip",
            )
        if len(file.name) > LONGEST_NAME:
            yield Finding(
                f"{path}/AttachmentName",
                "loses",
                f"Tên tệp dài {len(file.name)} ký tự; nhiều phần mềm nhận cắt còn {LONGEST_NAME}",
                f"the name has {len(file.name)} characters; many receivers cut it to {LONGEST_NAME}",
                "Đặt tên ngắn hơn",
                "Give it a shorter name",
            )
        if file.description:
            dropped = "Mô tả tệp bị bỏ", "the description of a file is dropped"
            yield Finding(f"{path}/Description", "loses", *dropped)
        if kinds.extension(file.name) == "pdf" and file.kind not in {"pdf", "zip"}:
            yield Finding(
                f"{path}/ContentTransferEncoded",
                "refuses",
                "Tên là PDF mà nội dung không phải PDF",
                "it is called a PDF and is none",
                Fault.PDF_UNREADABLE.remedy_vi,
                Fault.PDF_UNREADABLE.remedy_en,
                Fault.PDF_UNREADABLE.slug,
            )
