"""The documents of the demo: real PDFs, signed with certificates of a made-up authority, and their edXML packages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from edxml import dates, document_id, model, reader, writer
from edxml.codes import BusinessType
from edxml.testing import TestCA, flip_byte, plain_pdf, signed_pdf
from hub.cli.demo import cast as roles

KB = 1000
DAY = datetime.now(dates.VIETNAM).date()
"""The day of this run: every paper is of it, also when the demo runs past midnight."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document to be made.

    size: bytes of its PDF. person: who signs for the agency, '' = nobody; seal: the agency signs as well.
    spare: its certificates are of the second authority, whose server is away for a while.
    """

    key: str
    author: roles.Role
    number: str
    notation: str
    subject: str
    size: int
    person: str = "Nguyễn Văn An"
    seal: bool = True
    tampered: bool = False
    type_name: str = "Công văn"
    spare: bool = False

    @property
    def file_name(self) -> str:
        """The name of its PDF."""
        return f"{self.number}-{self.notation}.pdf"

    @property
    def document_id(self) -> str:
        """Its DocumentId, in the form of the national axis."""
        return document_id.build(self.author.organ_id, DAY, self.number, self.notation)

    @property
    def signed_by(self) -> str:
        """The signatures in words."""
        people = [f"cá nhân ({self.person})" if self.person else "", "cơ quan" if self.seal else ""]
        return " + ".join(filter(None, people)) or "không ký"

    def pdf(self, ca: TestCA) -> bytes:
        """The file, signed now."""
        signers = [("person", self.person)] if self.person else []
        signers += [("organisation", self.author.name)] if self.seal else []
        text = f"Số: {self.number}/{self.notation} {self.author.name}: {self.subject}"
        if not signers:
            return plain_pdf(self.size, text)
        made = signed_pdf(ca, signers, self.size, text=text, pages=1 + self.size // (400 * KB))
        return flip_byte(made) if self.tampered else made


PAPERS = (
    Paper("decision", roles.OFFICE, "101", "QĐ-UBND", "Quyết định giao dự toán ngân sách năm 2027", 1200 * KB,
          type_name="Quyết định"),
    Paper("proposal", roles.BUILDING, "215", "SXD-QLN", "V/v thẩm định kinh phí sửa chữa trường học", 180 * KB,
          "Lê Thị Hoa"),
    Paper("corrected", roles.BUILDING, "215", "SXD-QLN", "V/v thẩm định kinh phí sửa chữa trường học", 310 * KB,
          "Lê Thị Hoa"),
    Paper("withdrawn", roles.OFFICE, "102", "UBND-TH", "V/v lịch kiểm tra công tác cải cách hành chính", 420 * KB),
    Paper("forged", roles.BUILDING, "216", "SXD-VP", "V/v điều chỉnh đơn giá xây dựng", 256 * KB, "Lê Thị Hoa",
          tampered=True),
    Paper("secret", roles.OFFICE, "05", "UBND-NC", "[MẬT] Phương án bảo vệ mục tiêu quan trọng", 90 * KB),
    Paper("invitation", roles.BUILDING, "33", "GM-SXD", "Giấy mời họp giao ban tuần", 64 * KB, "",
          type_name="Giấy mời"),
    Paper("report", roles.COMMUNE, "47", "BC-UBND", "Báo cáo nhanh tình hình thu ngân sách tháng", 40 * KB, "",
          seal=False, type_name="Báo cáo"),
    Paper("upwards", roles.OFFICE, "103", "UBND-KT", "V/v đề nghị hướng dẫn phân cấp đầu tư", 3000 * KB),
    Paper("downwards", roles.MINISTRY, "880", "BTN-KHTC", "V/v triển khai kế hoạch chuyển đổi số năm 2027", 800 * KB,
          "Trần Quang Minh"),
    Paper("held", roles.OFFICE, "104", "UBND-VX", "V/v chuẩn bị kỳ thi tốt nghiệp", 150 * KB),
    Paper("destroyed", roles.OFFICE, "106", "UBND-TH", "V/v điều chỉnh phân công lãnh đạo phụ trách địa bàn", 90 * KB),
    Paper("replaced", roles.BUILDING, "217", "SXD-QLN", "V/v công bố giá vật liệu xây dựng tháng 11", 110 * KB,
          "Lê Thị Hoa"),
    Paper("replacing", roles.BUILDING, "218", "SXD-QLN", "V/v công bố giá vật liệu xây dựng tháng 11 (thay thế)",
          120 * KB, "Lê Thị Hoa"),
    Paper("listed", roles.OFFICE, "34", "GM-UBND", "Giấy mời họp trực tuyến toàn tỉnh về cải cách hành chính", 60 * KB,
          type_name="Giấy mời"),
    Paper("outage", roles.OFFICE, "105", "UBND-TH", "V/v phân công trực ban phòng, chống bão", 120 * KB,
          "Phạm Văn Bảo", spare=True),
    Paper("into_folder", roles.OFFICE, "107", "UBND-NC", "V/v rà soát vị trí việc làm", 130 * KB),
    Paper("out_of_folder", roles.HOME, "58", "SNV-TCBC", "V/v báo cáo rà soát vị trí việc làm", 80 * KB,
          "Đỗ Thị Mai"),
    Paper("pushed", roles.OFFICE, "108", "UBND-VX", "V/v phòng, chống dịch mùa đông xuân", 260 * KB),
    Paper("hooked", roles.BUILDING, "219", "SXD-VP", "V/v tổng hợp nhu cầu nhà ở xã hội", 70 * KB, "Lê Thị Hoa"),
    Paper("ill_up", roles.OFFICE, "109", "UBND-TH", "V/v báo cáo chuyên đề quý IV", 90 * KB),
    Paper("ill_down", roles.MINISTRY, "881", "BTN-VP", "V/v nhắc báo cáo chuyên đề quý IV", 60 * KB,
          "Trần Quang Minh"),
)  # fmt: skip


def make_all(ca: TestCA, spare: TestCA, folder: Path) -> dict[str, bytes]:
    """The PDF of every paper by its key; also as files, for whoever wants to open them."""
    made = {}
    folder.mkdir(exist_ok=True)
    for paper in PAPERS:
        made[paper.key] = paper.pdf(spare if paper.spare else ca)
        (folder / f"{paper.key}-{paper.file_name}").write_bytes(made[paper.key])
    return made


def paper(key: str) -> Paper:
    """The paper of that key."""
    return next(one for one in PAPERS if one.key == key)


def package(paper: Paper, pdf: bytes, to: Sequence[roles.Role], replaces: Paper | None = None) -> bytes:
    """Its edXML message: a new document, or one that replaces an earlier one."""
    header = model.MessageHeader(
        sender=organisation(paper.author),
        recipients=tuple(map(organisation, to)),
        document_id=paper.document_id,
        code=model.Code(paper.number, paper.notation),
        promulgation=model.Promulgation("Thử Nghiệm", DAY, dates.write_day(DAY)),
        document_type=model.DocumentType(2, None, paper.type_name),
        subject=paper.subject,
        signer=model.Signer("", "Lãnh đạo", paper.person),
    )
    business = model.Business(paper.document_id, BusinessType.NEW, paper=0)
    if replaces is not None:
        old = model.Replacement(replaces.document_id, tuple(role.organ_id for role in to))
        reason = f"Thay thế {replaces.number}/{replaces.notation} có sai sót"
        business = model.Business(paper.document_id, BusinessType.REPLACEMENT, reason, paper=0, replacements=(old,))
    trace = (model.TraceHop(paper.author.organ_id, dates.write_time(datetime.now(dates.VIETNAM))),)
    return writer.write_edoc(header, business, trace, [writer.OutgoingAttachment(paper.file_name, pdf)])


def status(sender: roles.Role, about: model.Package, code: str, text: str) -> bytes:
    """What an agency without the native API says of a document: a status message of its own making."""
    header = about.header
    assert header is not None, "a status speaks of a document"
    promulgated = header.promulgation.text if header.promulgation else ""
    number = f"{about.number}/{about.notation}"
    return writer.write_status(
        model.StatusMessage(
            sender=organisation(sender),
            response_for=model.ResponseFor(about.sender_id, number, about.document_id, promulgated),
            staff=model.Staff(department="Văn thư", name="Văn thư", email="vanthu@h99.example"),
            code=code,
            description=text,
            timestamp=dates.write_time(datetime.now(dates.VIETNAM)),
        )
    )


def organisation(role: roles.Role) -> model.Organization:
    """A role as a message names it."""
    return model.Organization(role.organ_id, role.name)


def open_package(data: bytes) -> tuple[model.Package, list[bytes]]:
    """A package and its files, as an office system reads it."""
    files: dict[int, _Kept] = {}

    def sink(number: int) -> BinaryIO:
        files[number] = _Kept()
        return cast("BinaryIO", files[number])

    opened = reader.Reader(sink)
    opened.feed(data)
    read = opened.close()
    return read, [files[number].getvalue() for number in sorted(files)]


class _Kept(io.BytesIO):
    """A file in memory that survives being closed."""

    def close(self) -> None:
        """Stay readable."""


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
