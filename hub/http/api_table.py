"""The table of the native API's operations: everything a programmer of an office system needs, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.forms.metadata import Beside, Metadata
from edxml.faults import Fault
from hub.http import (
    api_addressing,
    api_changes,
    api_content,
    api_directory,
    api_inbox,
    api_packages,
    api_registry,
    problems,
)
from hub.http import api_shapes as shapes
from hub.http.api_table_watching import PREFIX, WATCHING, WATCHING_TAG
from hub.http.openapi import JSON, Operation, Part, Reply

_SENDING = "Gửi văn bản"
_RECEIVING = "Nhận văn bản"
_REGISTRY = "Danh bạ cơ quan"
_PROOF = "Bằng chứng"
_INBOX_ITEM = f"{PREFIX}/inbox/{{delivery_id}}"
_PACKAGE = f"{PREFIX}/packages/{{package_id}}"
_GROUP = f"{PREFIX}/groups/{{name}}"

_FILES: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "metadata": {"$ref": "#/components/schemas/Metadata"},
        "files": {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}},
    },
    "required": ["metadata"],
}
_WRITTEN: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "package": {"type": "string", "contentMediaType": "application/xml"},
        "sending": {"$ref": "#/components/schemas/Beside"},
    },
    "required": ["package"],
}
_METADATA: Mapping[str, Any] = {"metadata": {"contentType": "application/json"}}
_ENCODING: Mapping[str, Any] = {
    **_METADATA, "sending": {"contentType": "application/json"}, "package": {"contentType": "application/xml"},
}  # fmt: skip
_MULTIPART = "multipart/form-data"
_REPLACING = Part(_MULTIPART, schema=_FILES, encoding=_METADATA, models=(Metadata,))
_SENT = (
    Part("application/xml"),
    Part(_MULTIPART, schema={"anyOf": [_FILES, _WRITTEN]}, encoding=_ENCODING, models=(Metadata, Beside)),
)
_ETAG = {"ETag": "SHA-256 của nội dung"}
_LOCATION = {"Location": "Địa chỉ của gói tin"}
_BINARY_CONDITIONS = {"If-None-Match": "Trả 304 khi nội dung vẫn là bản có ETag này"}
_PACKAGE_FAULTS = (
    Fault.XML_NOT_WELL_FORMED, Fault.PROFILE_INVALID, Fault.ATTACHMENT_MISMATCH, Fault.ORG_UNKNOWN, Fault.ORG_CLOSED,
    Fault.NOT_CONNECTED, Fault.SENDER_NOT_ALLOWED, Fault.PDF_SIG_INVALID, Fault.SECRET, Fault.DIGEST_MISMATCH,
    Fault.INTAKE_STOPPED, Fault.OVERLOADED, Fault.STORAGE_FULL,
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="POST", path=f"{PREFIX}/packages", id="send", tag=_SENDING,
        title="Gửi một gói tin", title_en="Send a package",
        text="Gửi nguyên tệp edXML; hoặc biểu mẫu multipart: phần `metadata` (JSON) và các tệp có tên, trục sẽ lập gói "
        "edXML; hoặc phần `package` (edXML, giữ nguyên từng byte) và `sending` (JSON): vai trò, hình thức, giờ phát "
        "hành, những điều edXML không có chỗ ghi. Khi trả lời thành công, văn bản đã nằm an toàn trên đĩa. Gửi lặp "
        "cùng nội dung được trả lời 200 với "
        "đúng biên nhận đầu tiên, không tạo văn bản thứ hai.",
        handler=api_packages.send, body=_SENT,
        replies=(
            Reply(201, "Đã tiếp nhận", shapes.AcceptedPackage, headers=_LOCATION),
            Reply(200, "Đã tiếp nhận từ lần gửi trước", shapes.AcceptedPackage, headers=_LOCATION),
        ),
        faults=(*_PACKAGE_FAULTS, Fault.CONFLICT),
    ),
    Operation(
        method="POST", path=f"{PREFIX}/packages/dry-run", id="dryRun", tag=_SENDING,
        title="Kiểm tra thử một gói tin, không lưu gì", title_en="Check a package, store nothing",
        text="Với `as=axis`, thêm câu trả lời của trục quốc gia theo những gì biết về trục: chỗ trục không nhận, chỗ "
        "thư viện của trục viết lại, chỗ bị mất, mỗi chỗ có đường dẫn và cách sửa.",
        handler=api_packages.dry_run, query=shapes.DryRunQuery, body=_SENT,
        replies=(Reply(200, "Kết quả kiểm tra", shapes.CheckedPackage),), faults=_PACKAGE_FAULTS,
    ),
    Operation(
        method="GET", path=f"{PREFIX}/packages", id="listSent", tag=WATCHING_TAG,
        title="Các gói tin đã gửi, mới nhất trước", title_en="Packages sent, newest first",
        handler=api_packages.sent, query=shapes.SentQuery,
        replies=(Reply(200, "Một trang", shapes.PackagePage),),
    ),
    Operation(
        method="GET", path=_PACKAGE, id="getPackage", tag=WATCHING_TAG,
        title="Một gói tin và các nơi nhận", title_en="One package and its recipients",
        text="Nơi gửi thấy mọi nơi nhận; nơi nhận chỉ thấy phần của mình; với cơ quan khác, gói tin không tồn tại.",
        handler=api_packages.show, replies=(Reply(200, "Gói tin", shapes.PackageShown),),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/content", id="getContent", tag=_RECEIVING,
        title="Nội dung gói tin, đúng từng byte của nơi gửi", title_en="The package, byte for byte as it was sent",
        handler=api_content.whole,
        headers={**_BINARY_CONDITIONS, "Range": "Một khoảng byte, ví dụ bytes=1048576-"},
        replies=(
            Reply(200, "Toàn bộ", media="application/xml", headers=_ETAG),
            Reply(206, "Một khoảng", media="application/xml", headers={**_ETAG, "Content-Range": "Khoảng được trả về"}),
            Reply(304, "Không đổi", media="application/xml"),
        ),
        kinds=(problems.RANGE_NOT_SATISFIABLE,),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/attachments/{{n}}", id="getAttachment", tag=_RECEIVING,
        title="Một tệp đính kèm, đã giải mã", title_en="One attachment, decoded",
        text="Tệp được gói trong ZIP một phần tử được trả về nguyên như khi gửi.",
        handler=api_content.attachment, headers=_BINARY_CONDITIONS,
        replies=(
            Reply(200, "Tệp", media="*/*", headers={**_ETAG, "Content-Disposition": "Tên tệp (RFC 6266)"}),
            Reply(304, "Không đổi", media="*/*"),
        ),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/timeline", id="getTimeline", tag=WATCHING_TAG,
        title="Diễn biến của gói tin", title_en="What happened to the package",
        handler=api_packages.timeline, replies=(Reply(200, "Các sự kiện, cũ trước", shapes.Timeline),),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/verdicts", id="getVerdicts", tag=_PROOF,
        title="Kết quả kiểm tra chữ ký số", title_en="Verdicts on the signatures",
        handler=api_packages.verdicts, replies=(Reply(200, "Kết quả", shapes.Verdicts),),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/receipt", id="getReceipt", tag=_PROOF,
        title="Biên nhận", title_en="The receipt",
        text="Nơi gửi: biên nhận tiếp nhận. Nơi nhận: biên nhận bàn giao cho chính mình.",
        handler=api_packages.receipt, replies=(Reply(200, "JWS rút gọn (RFC 7515)", media="application/jose"),),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/receipts", id="getReceipts", tag=_PROOF,
        title="Mọi biên nhận được xem, kèm sự kiện gốc và nonce",
        title_en="All receipts, with canonical event and nonce",
        handler=api_packages.receipts, replies=(Reply(200, "Các biên nhận", shapes.Receipts),),
    ),
    Operation(
        method="POST", path=f"{_PACKAGE}/withdraw", id="withdraw", tag=_SENDING,
        title="Lấy lại hoặc thu hồi văn bản đã gửi", title_en="Take back or recall a document sent",
        text="`auto`: bản chưa rời trục thì hủy ngay, nơi đã tiếp nhận (03) thì thu hồi (loại 1), nơi khác thì lấy lại "
        "(13). `cancel`: chỉ hủy bản chưa rời trục, hủy hết hoặc không hủy bản nào. `take_back`: lấy lại (13). "
        "`recall`: thu hồi (loại 1). Luôn phải nêu lý do. Nơi nhận được giữ bản theo quy định của tỉnh: `refused`.",
        handler=api_changes.take_back, body=(Part(JSON, shapes.Withdrawal),),
        replies=(Reply(200, "Trạng thái của từng nơi nhận", shapes.Withdrawn),),
        faults=(
            Fault.REASON_REQUIRED, Fault.RECALL_TOO_LATE, Fault.STATE_CONFLICT, Fault.ORG_UNKNOWN, Fault.INTAKE_STOPPED,
        ),
    ),
    Operation(
        method="POST", path=f"{_PACKAGE}/update", id="update", tag=_SENDING,
        title="Cập nhật văn bản đã gửi (loại 2)", title_en="Update a document sent (type 2)",
        text="Đổi dữ liệu và nơi nhận; tệp không đổi được, muốn đổi nội dung thì thay thế. Nơi nhận bị bỏ phải hủy bản "
        "đã nhận, nơi nhận thêm được giao chính văn bản gốc.",
        handler=api_changes.update, body=(Part(JSON, shapes.Updating),),
        replies=(
            Reply(201, "Bản cập nhật đã được tiếp nhận", shapes.AcceptedPackage, headers=_LOCATION),
            Reply(200, "Đã tiếp nhận từ lần trước", shapes.AcceptedPackage, headers=_LOCATION),
        ),
        faults=(Fault.REASON_REQUIRED, Fault.STATE_CONFLICT, Fault.ORG_UNKNOWN, Fault.INTAKE_STOPPED),
    ),
    Operation(
        method="POST", path=f"{_PACKAGE}/replace", id="replace", tag=_SENDING,
        title="Thay thế văn bản đã gửi (loại 3)", title_en="Replace a document sent (type 3)",
        text="Gửi văn bản mới như POST /packages (biểu mẫu multipart, `metadata.reason` bắt buộc); trục ghi nó thay "
        "thế văn bản này. Văn bản cũ được giữ và đánh dấu bị thay thế; bản cũ chưa ai tải thì không giao nữa.",
        handler=api_changes.replace, body=(_REPLACING,),
        replies=(
            Reply(201, "Đã tiếp nhận", shapes.AcceptedPackage, headers=_LOCATION),
            Reply(200, "Đã tiếp nhận từ lần gửi trước", shapes.AcceptedPackage, headers=_LOCATION),
        ),
        faults=(*_PACKAGE_FAULTS, Fault.CONFLICT, Fault.REASON_REQUIRED, Fault.STATE_CONFLICT),
    ),
    Operation(
        method="POST", path=f"{_PACKAGE}/declare", id="declare", tag=_SENDING,
        title="Khai báo văn bản bị giữ là không mật", title_en="Declare that a held document is no state secret",
        text="Khi trang 1 có dấu hiệu mật, trục giữ gói tin và chưa nơi nhận nào thấy. Văn thư nơi gửi khai "
        "`not_secret` và ghi tên mình thì trục chuyển tiếp; nếu đúng là mật thì thu hồi ngay bằng `withdraw`.",
        handler=api_packages.declare, body=(Part(JSON, shapes.Declaration),),
        replies=(Reply(200, "Gói tin đang ở đâu", shapes.Declared),),
        faults=(Fault.REASON_REQUIRED, Fault.STATE_CONFLICT),
    ),
    Operation(
        method="GET", path=f"{_PACKAGE}/paper", id="getPaper", tag=_SENDING,
        title="Nơi nhận cần bản giấy của một văn bản", title_en="Recipients of a document that get paper",
        text="Nơi nhận chỉ nhận bản giấy, nhận cả hai, chưa kết nối, hoặc trục không giao được.",
        handler=api_addressing.paper_of, replies=(Reply(200, "Danh sách", shapes.PaperList),),
    ),
    Operation(
        method="POST", path=f"{_PACKAGE}/paper", id="recordPaper", tag=_SENDING,
        title="Ghi đã phát hành bản giấy, hoặc đã nhận lại", title_en="Record that paper was issued, or came back",
        handler=api_addressing.paper_record, body=(Part(JSON, shapes.PaperSaid),),
        replies=(Reply(200, "Danh sách sau khi ghi", shapes.PaperList),),
        faults=(Fault.ORG_UNKNOWN, Fault.STATE_CONFLICT, Fault.REASON_REQUIRED),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/paper", id="listPaper", tag=_SENDING,
        title="Sổ gửi bản giấy", title_en="The register of paper sent",
        handler=api_addressing.paper_list, query=shapes.PaperQuery,
        replies=(Reply(200, "Một trang", shapes.PaperList),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/groups", id="listGroups", tag=_SENDING,
        title="Danh sách nơi nhận đã lưu", title_en="Saved lists of recipients",
        handler=api_addressing.group_list, query=shapes.GroupQuery,
        replies=(Reply(200, "Các danh sách của một cơ quan", shapes.GroupList),), faults=(Fault.NOT_FOUND,),
    ),
    Operation(
        method="GET", path=_GROUP, id="getGroup", tag=_SENDING,
        title="Một danh sách nơi nhận", title_en="One list of recipients",
        handler=api_addressing.group_show, query=shapes.GroupQuery,
        replies=(Reply(200, "Danh sách", shapes.GroupShown),),
    ),
    Operation(
        method="PUT", path=_GROUP, id="putGroup", tag=_SENDING,
        title="Lưu một danh sách nơi nhận", title_en="Save a list of recipients",
        text="Thành viên là cơ quan, không phải danh sách khác. Khi gửi, danh sách được mở thành từng cơ quan và lưu "
        "cùng văn bản; sửa danh sách sau đó không đổi văn bản đã gửi. Cơ quan ngừng hoạt động được bỏ, kèm cảnh báo.",
        handler=api_addressing.group_put, query=shapes.GroupQuery, body=(Part(JSON, shapes.GroupWritten),),
        replies=(Reply(201, "Danh sách mới", shapes.GroupShown), Reply(200, "Đã thay", shapes.GroupShown)),
        faults=(Fault.ORG_UNKNOWN, Fault.STATE_CONFLICT),
    ),
    Operation(
        method="DELETE", path=_GROUP, id="removeGroup", tag=_SENDING,
        title="Bỏ một danh sách nơi nhận", title_en="Remove a list of recipients",
        handler=api_addressing.group_remove, query=shapes.GroupQuery,
        replies=(Reply(204, "Đã bỏ"),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/inbox", id="getInbox", tag=_RECEIVING,
        title="Hộp đến: văn bản đang chờ nhận", title_en="What waits to be fetched",
        text="Khẩn trước, cũ trước. Với `wait`, trang trống sẽ chờ đến khi có văn bản (tối đa 60 giây).",
        handler=api_inbox.waiting, query=shapes.InboxQuery, replies=(Reply(200, "Một trang", shapes.InboxPage),),
    ),
    Operation(
        method="POST", path=f"{_INBOX_ITEM}/lease", id="lease", tag=_RECEIVING,
        title="Giữ một văn bản để tải về", title_en="Lease a delivery to fetch it",
        handler=api_inbox.lease, replies=(Reply(200, "Quyền nhận", shapes.Leased),), faults=(Fault.STATE_CONFLICT,),
    ),
    Operation(
        method="POST", path=f"{_INBOX_ITEM}/ack", id="acknowledge", tag=_RECEIVING,
        title="Xác nhận đã lưu văn bản", title_en="Acknowledge that the bytes are stored",
        text="Gửi SHA-256 của nội dung đã lưu; xác nhận lặp được trả đúng biên nhận đầu tiên.",
        handler=api_inbox.acknowledge, body=(Part(JSON, shapes.Ack),),
        replies=(Reply(200, "Biên nhận bàn giao", shapes.Acked),),
        faults=(Fault.LEASE_LOST, Fault.DIGEST_MISMATCH, Fault.STATE_CONFLICT),
    ),
    Operation(
        method="POST", path=f"{_INBOX_ITEM}/status", id="sendStatus", tag=_RECEIVING,
        title="Báo trạng thái xử lý cho nơi gửi", title_en="Tell the sender what became of the document",
        text="01 đã đến, 02 từ chối (phải có lý do), 03 đã tiếp nhận, 04 phân công, 05 đang xử lý, 06 hoàn thành, "
        "15 đồng ý thu hồi, 16 từ chối thu hồi.",
        handler=api_inbox.say, body=(Part(JSON, shapes.StatusSaid),),
        replies=(
            Reply(201, "Bản tin trạng thái đã được tiếp nhận", shapes.AcceptedPackage),
            Reply(200, "Đã tiếp nhận từ lần trước", shapes.AcceptedPackage),
        ),
        faults=(
            Fault.REASON_REQUIRED, Fault.STATE_CONFLICT, Fault.PROFILE_INVALID, Fault.INTAKE_STOPPED, Fault.ORG_UNKNOWN,
            Fault.SENDER_NOT_ALLOWED, Fault.XML_NOT_WELL_FORMED,
        ),
    ),
    Operation(
        method="POST", path=f"{_INBOX_ITEM}/report", id="reportError", tag=_RECEIVING,
        title="Báo sai sót hoặc sự cố của văn bản đến", title_en="Report an error or an incident",
        text="Không phải từ chối: lời báo tới nơi gửi trong một bản tin 01; sự cố còn báo cho người vận hành cùng dữ "
        "liệu kỹ thuật.",
        handler=api_inbox.report, body=(Part(JSON, shapes.ReportSaid),),
        replies=(
            Reply(201, "Đã báo cho nơi gửi", shapes.AcceptedPackage),
            Reply(200, "Đã báo từ lần trước", shapes.AcceptedPackage),
        ),
        faults=(Fault.REASON_REQUIRED, Fault.STATE_CONFLICT, Fault.INTAKE_STOPPED, Fault.ORG_UNKNOWN),
    ),
    Operation(
        method="GET", path=f"{_INBOX_ITEM}/duplicates", id="getDuplicates", tag=_RECEIVING,
        title="So sánh với văn bản đã nhận có cùng số, ký hiệu, cơ quan ban hành",
        title_en="Side by side with earlier documents of the same number, notation and issuing agency",
        handler=api_addressing.side_by_side, replies=(Reply(200, "Các văn bản cạnh nhau", shapes.Duplicates),),
    ),
    Operation(
        method="POST", path=f"{_INBOX_ITEM}/assign", id="assign", tag=_RECEIVING,
        title="Văn bản được xử lý ở hệ thống khác của cơ quan",
        title_en="The document is handled in the agency's other system",
        text="Khi cơ quan có hai hệ thống, chỉ hệ thống chính trả lời (02–06). Hệ thống đang xử lý có thể giao việc "
        "trả lời cho hệ thống kia, với riêng văn bản này.",
        handler=api_addressing.assign, body=(Part(JSON, shapes.AssignedTo),),
        replies=(Reply(200, "Hệ thống xử lý văn bản", shapes.Assigned),), faults=(Fault.STATE_CONFLICT,),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/agencies", id="listAgencies", tag=_REGISTRY,
        title="Danh bạ cơ quan", title_en="The agencies",
        handler=api_directory.agencies, query=shapes.AgencyQuery, replies=(Reply(200, "Một trang", shapes.AgencyPage),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/agencies/changes", id="listAgencyChanges", tag=_REGISTRY,
        title="Thay đổi của danh bạ từ một phiên bản", title_en="Changes of the registry after a version",
        handler=api_directory.changes, query=shapes.ChangesQuery,
        replies=(Reply(200, "Một trang", shapes.AgencyChanges),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/agencies/{{code}}", id="getAgency", tag=_REGISTRY,
        title="Một cơ quan, như vào một ngày", title_en="One agency, as it stood on a day",
        text="Theo mọi mã cơ quan từng mang. Khi mã không còn dùng, `successors` nêu cơ quan kế thừa và quyết định.",
        handler=api_registry.agency, query=shapes.DayQuery, replies=(Reply(200, "Cơ quan", shapes.AgencyAsOf),),
    ),
    *WATCHING,
    Operation(
        method="GET", path="/.well-known/truc.json", id="getOrigin", tag=_PROOF,
        title="Khóa và chứng thư để kiểm tra biên nhận", title_en="Keys and certificates that verify receipts",
        handler=api_directory.origin, replies=(Reply(200, "Khóa công khai", shapes.Origin),), public=True,
    ),
)  # fmt: skip
