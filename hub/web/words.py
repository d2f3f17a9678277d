"""Every state, event and verdict in plain words: (Vietnamese, English). Tests compare them with the code's lists."""

from __future__ import annotations

from hub.flow.watch import technical_words
from hub.flow.watch import words as watch_words
from hub.web import setting_words

Pair = tuple[str, str]

PACKAGE: dict[str, Pair] = {
    "accepted": ("Đã tiếp nhận", "accepted"),
    "held": ("Đang giữ", "held"),
    "quarantined": ("Cách ly", "quarantined"),
    "rejected": ("Bị từ chối", "rejected"),
    "erased": ("Đã xóa nội dung", "erased"),
}

HOLD: dict[str, Pair] = {
    "secret_stamp": (
        "Trang 1 có dấu hiệu mật. Văn thư nơi gửi khai báo không mật, hoặc thu hồi.",
        "Page 1 looks marked secret. The sender's clerk declares that it is not, or withdraws it.",
    ),
    "unread": (
        "Chưa kịp đọc trang 1. Trục tự đọc lại rồi chuyển.",
        "Page 1 could not be read in time. The hub reads it again and lets it go.",
    ),
    "scanner": (
        "Chưa quét được mã độc. Trục tự quét và chuyển khi máy quét trả lời.",
        "Not scanned yet. The hub scans it and lets it go when the scanner answers.",
    ),
    "virus": (
        "Có mã độc. Cán bộ an ninh và người thứ hai xem xét; hết hạn trục tự xóa.",
        "Infected. A security officer and a second person decide; the hub erases it when its time is over.",
    ),
    "unmatched": (
        "Chưa khớp với văn bản nào. Trục tự chuyển khi văn bản gốc đến; nếu không, người vận hành xem xét.",
        "Fits no document here. The hub lets it go when its original arrives; else an operator decides.",
    ),
    "damaged": (
        "Bản lưu trên đĩa bị hỏng. Người vận hành khôi phục tệp từ bản sao lưu; trục đọc lại rồi tự chuyển.",
        "The stored copy is damaged. Restore its file from a backup; the hub reads it again and lets it go.",
    ),
    "order": (
        "Bị dừng theo lệnh. Cán bộ an ninh và người thứ hai thả hoặc xóa.",
        "Stopped by order. A security officer and a second person release or erase it.",
    ),
    "erased": ("Nội dung đã xóa, chỉ còn chờ xóa tệp.", "The content is erased; only its file is still to go."),
}
"""Why a package is kept back, and who acts next."""

DELIVERY: dict[str, Pair] = {
    "queued": ("Chờ chuyển", "queued"),
    "sending": ("Đang chuyển", "sending"),
    "available": ("Chờ nơi nhận lấy", "waiting to be fetched"),
    "delivered": ("Đã giao", "delivered"),
    "held": ("Đang giữ", "held"),
    "failed": ("Không giao được", "failed"),
    "cancelled": ("Đã hủy", "cancelled"),
    "not_connected": ("Chưa kết nối", "not connected"),
}

DELIVERY_MEANING: dict[str, Pair] = {
    "queued": (
        "Đến hạn thì trục tự chuyển tới hệ thống của nơi nhận.", "The hub hands it to the recipient's system when due.",
    ),
    "sending": ("Trục đang chuyển cho hệ thống của nơi nhận.", "The hub is handing it over."),
    "available": ("Hệ thống của nơi nhận cần vào lấy.", "The recipient's system has to fetch it."),
    "delivered": ("Nơi nhận đã có gói tin; đã lập biên nhận.", "The recipient has it; there is a receipt."),
    "held": ("Người vận hành giữ lại; cần thả hoặc hủy.", "An operator keeps it; release or cancel it."),
    "failed": ("Đã thôi gửi hoặc bị từ chối; cần gửi lại hoặc báo nơi gửi.", "Given up or refused; an operator acts."),
    "cancelled": ("Đã dừng trước khi nội dung rời trục.", "Stopped before any content left."),
    "not_connected": ("Nơi nhận chưa có hệ thống; nơi gửi cần phát hành bản giấy.", "No system; paper is used."),
}  # fmt: skip

RECALL: dict[str, Pair] = {
    "none": ("Không", "none"),
    "asked": ("Đã xin lại, chờ trả lời", "asked, no answer yet"),
    "agreed": ("Nơi nhận đồng ý", "agreed"),
    "refused": ("Nơi nhận từ chối", "refused"),
    "destroyed": ("Nơi nhận xác nhận đã hủy", "destroyed, confirmed"),
    "never_delivered": ("Đã dừng trước khi giao", "stopped before it left"),
}

ROLE: dict[str, Pair] = {
    "act": ("để thực hiện", "to act"),
    "check": ("để kiểm tra, báo cáo", "to check"),
    "exchange": ("để trao đổi", "to exchange"),
    "know": ("để biết", "to know"),
}
MODE: dict[str, Pair] = {
    "electronic": ("điện tử", "electronic"),
    "both": ("điện tử và bản giấy", "electronic and paper"),
    "paper": ("chỉ bản giấy", "paper only"),
}
COPY: dict[str, Pair] = {
    "second": ("hệ thống thứ hai của cơ quan, chỉ lưu", "the agency's second system, stored only"),
    "assigned": ("hệ thống thứ hai, văn bản được xử lý ở đó", "the agency's second system, handled there"),
    "rule": ("gửi thêm theo quy định", "copied by a rule"),
    "successor": ("cơ quan kế thừa", "the successor"),
    "added": ("thêm khi cập nhật", "added by an update"),
}
BUSINESS: dict[str, Pair] = {
    "01": ("01 Đã đến", "01 arrived"),
    "02": ("02 Từ chối tiếp nhận", "02 refused"),
    "03": ("03 Đã tiếp nhận", "03 accepted"),
    "04": ("04 Phân công", "04 assigned"),
    "05": ("05 Đang xử lý", "05 in progress"),
    "06": ("06 Hoàn thành", "06 finished"),
    "13": ("13 Lấy lại", "13 take back"),
    "15": ("15 Đồng ý cập nhật/lấy lại", "15 change agreed"),
    "16": ("16 Từ chối cập nhật/lấy lại", "16 change refused"),
}

VERDICT: dict[str, Pair] = {
    "PASSED": ("Hợp lệ", "valid"),
    "INDETERMINATE": ("Chưa kết luận", "not decided"),
    "FAILED": ("Không hợp lệ", "not valid"),
    "UNSIGNED": ("Không ký số", "not signed"),
}

OUTCOME: dict[str, Pair] = {
    "enforce": ("Không cho qua", "not let through"),
    "warn": ("Lưu ý", "warned"),
    "record": ("Ghi sổ", "recorded"),
}
"""What a finding of a content check did."""

LEGAL_VALUE: dict[str, Pair] = {
    "original": ("Bản gốc", "original"),
    "copy": ("Bản sao", "copy"),
    "information": ("Để biết, tham khảo", "for information"),
}

KIND: dict[str, Pair] = {
    "0": ("Văn bản mới", "new document"),
    "1": ("Thu hồi", "recall"),
    "2": ("Cập nhật", "update"),
    "3": ("Thay thế", "replacement"),
    "status": ("Trạng thái", "status"),
}

ACTION: dict[str, Pair] = {
    "hold": ("Giữ lại", "Hold"),
    "release": ("Thả ra", "Release"),
    "resend": ("Gửi lại", "Send again"),
    "cancel": ("Hủy bản gửi", "Cancel"),
}

DONE: dict[str, Pair] = {
    "hold": ("Đã giữ bản gửi lại.", "The delivery is held."),
    "release": ("Đã thả bản gửi.", "The delivery goes on."),
    "resend": ("Đã cho gửi lại.", "The delivery is tried again."),
    "cancel": ("Đã hủy bản gửi.", "The delivery is cancelled."),
    "stop": ("Đã ngừng tiếp nhận. Văn bản đang có vẫn được chuyển.", "Intake is stopped. Deliveries go on."),
    "start": ("Đã mở lại tiếp nhận.", "Intake is open again."),
}

DOOR: dict[str, Pair] = {
    "api": ("API của trục", "native API"),
    "vxp": ("giao thức trục quốc gia", "national protocol"),
    "page": ("trang của trục", "pages"),
    "axis": ("trục quốc gia", "national axis"),
    "collect": ("trục tự lấy từ hệ thống", "fetched by the hub"),
    "hub": ("chính trục", "the hub itself"),
}
"""Where a package came in."""

CONNECTOR: dict[str, Pair] = {
    "pull": ("tự vào lấy", "fetches itself"),
    "vxp": ("gửi sang trục khác", "handed to another axis"),
    "push": ("trục gọi tới", "called by the hub"),
    "amqp": ("qua RabbitMQ", "through RabbitMQ"),
    "folder": ("thư mục chung", "a shared folder"),
    "database": ("bảng trung gian", "staging tables"),
    "truc": ("gửi sang Truc khác", "handed to another Truc"),
}
"""How a copy gets to its system."""

CALL: dict[str, Pair] = {
    "deferred": ("chưa xong, sẽ thử lại", "not yet, tried again"),
    "refused": ("bị từ chối", "refused"),
}
"""What came of an attempt to hand over, where it was no delivery."""

AUDIENCE: dict[str, Pair] = {audience.value: pair for audience, pair in watch_words.AUDIENCES.items()}

CONFIRMATION: dict[str, Pair] = {
    "open": ("Đang chờ", "open"),
    "done": ("Đã thực hiện", "done"),
    "refused": ("Bị từ chối", "refused"),
    "failed": ("Không thực hiện được", "failed"),
    "expired": ("Quá hạn", "expired"),
}

CHANGED: dict[str, Pair] = {
    "agency": ("Cơ quan", "agency"),
    "system": ("Hệ thống", "system"),
    "certificate": ("Chứng thư của cơ quan", "certificate of an agency"),
    "key": ("Khóa của hệ thống", "key of a system"),
    "registry": ("Danh bạ", "registry"),
    "trust": ("Chứng thư được tin", "trusted certificate"),
    "user": ("Tài khoản", "account"),
    "calendar": ("Lịch làm việc", "working calendar"),
    "copy_rule": ("Quy định gửi thêm bản", "rule of copies"),
}
"""What a change that needs two persons is about."""

STATE: dict[str, Pair] = {
    "active": ("đang hoạt động", "active"),
    "suspended": ("tạm ngừng", "suspended"),
    "closed": ("đã đóng", "closed"),
    "proposed": ("đang đề nghị", "proposed"),
}
"""States of agencies and systems."""

FIELD: dict[str, Pair] = {
    "name": ("tên", "name"),
    "short_name": ("tên viết tắt", "short name"),
    "kind": ("loại", "kind"),
    "level": ("cấp", "level"),
    "parent": ("cấp trên", "agency above"),
    "status": ("trạng thái", "state"),
    "state": ("trạng thái", "state"),
    "organ_ids": ("các cơ quan", "agencies"),
    "agencies": ("các cơ quan", "agencies"),
    "successors": ("cơ quan kế thừa", "successors"),
    "valid_from": ("hiệu lực từ", "valid from"),
    "valid_to": ("hiệu lực đến", "valid to"),
    "connector": ("cách giao nhận", "how it is reached"),
    "networks": ("mạng được gọi đến", "networks it calls from"),
    "quotas": ("hạn mức", "quotas"),
    "contact": ("đầu mối", "contact"),
    "organ_id": ("mã định danh", "code"),
    "legacy_code": ("mã cũ", "older code"),
    "aliases": ("mã khác", "other codes"),
    "scope": ("phạm vi", "scope"),
    "host": ("máy chủ", "host"),
    "phone": ("điện thoại", "telephone"),
    "email": ("thư điện tử", "e-mail"),
    "address": ("địa chỉ", "address"),
    "change": ("thay đổi", "change"),
}
"""Facts of the registry on the page of a change; one without a word stands as it is."""

SETTING: dict[str, Pair] = setting_words.SETTING

ALARM: dict[str, Pair] = {
    **{kind.value: pair for kind, pair in watch_words.TITLES.items()},
    **technical_words.TITLES,
}

EVENT: dict[str, Pair] = {
    "package.accepted": ("Trục tiếp nhận gói tin, đã lập biên nhận", "Package accepted, receipt made"),
    "package.rejected": ("Trục từ chối gói tin", "Package refused"),
    "package.held": ("Gói tin bị giữ lại", "Package held"),
    "package.released": ("Gói tin được thả ra", "Package released"),
    "package.quarantined": ("Gói tin bị cách ly", "Package quarantined"),
    "package.erased": ("Nội dung gói tin đã bị xóa", "Content erased"),
    "package.linked": ("Nối với văn bản khác: trả lời, hoặc gửi lại sau từ chối", "Linked: a reply, or a correction"),
    "delivery.attempted": ("Bắt đầu chuyển tới nơi nhận", "Hand-over began"),
    "delivery.deferred": ("Chưa chuyển được, sẽ thử lại, hoặc chờ nơi nhận lấy", "Put off, or waits to be fetched"),
    "delivery.exposed": ("Nội dung bắt đầu rời trục tới nơi nhận", "Content began to leave for the recipient"),
    "delivery.delivered": ("Nơi nhận đã có gói tin, đã lập biên nhận", "Delivered, receipt made"),
    "delivery.failed": ("Không giao được, đã lập xác nhận không giao", "Not delivered, proof made"),
    "delivery.cancelled": ("Bản gửi bị hủy trước khi giao", "Delivery cancelled before it left"),
    "delivery.assigned": ("Cơ quan giao xử lý ở hệ thống khác", "The agency handles it in another system"),
    "delivery.held": ("Người vận hành giữ bản gửi lại", "Delivery held by an operator"),
    "delivery.released": ("Người vận hành thả bản gửi", "Delivery released by an operator"),
    "delivery.rerouted": (
        "Bản đang chờ chuyển sang hệ thống khác, hoặc cơ quan kế thừa", "Goes to another system or successor",
    ),
    "delivery.resent": ("Người vận hành cho gửi lại", "Delivery sent again by an operator"),
    "relay.accepted": ("Trục quốc gia đã nhận", "The national axis took it"),
    "relay.rejected": ("Trục quốc gia từ chối", "The national axis refused it"),
    "relay.failed": ("Không chuyển được lên trục quốc gia", "The national axis could not be reached"),
    "status.01": ("Nơi nhận báo: đã đến", "Recipient: arrived"),
    "status.02": ("Nơi nhận báo: từ chối tiếp nhận", "Recipient: refused"),
    "status.03": ("Nơi nhận báo: đã tiếp nhận", "Recipient: accepted"),
    "status.04": ("Nơi nhận báo: đã phân công", "Recipient: assigned"),
    "status.05": ("Nơi nhận báo: đang xử lý", "Recipient: in progress"),
    "status.06": ("Nơi nhận báo: hoàn thành", "Recipient: finished"),
    "takeback.asked": ("Nơi gửi xin lấy lại", "Sender asks to take it back"),
    "takeback.agreed": ("Nơi nhận đồng ý cho lấy lại", "Recipient agrees to give it back"),
    "takeback.refused": ("Nơi nhận không đồng ý cho lấy lại", "Recipient refuses to give it back"),
    "recall.asked": ("Nơi gửi xin thu hồi", "Sender recalls it"),
    "recall.agreed": ("Nơi nhận đồng ý thu hồi", "Recipient agrees to the recall"),
    "recall.refused": ("Nơi nhận từ chối thu hồi", "Recipient refuses the recall"),
    "recall.destroyed": ("Nơi nhận xác nhận đã hủy văn bản bị thu hồi", "Recipient confirms destruction"),
    "update.received": ("Là bản cập nhật của văn bản đã gửi", "Updates an earlier document"),
    "update.agreed": ("Nơi nhận đồng ý cập nhật", "Recipient agrees to the update"),
    "update.refused": ("Nơi nhận không đồng ý cập nhật", "Recipient refuses the update"),
    "replace.linked": ("Bản mới thay bản cũ, cả hai được giữ", "One replaces the other; both are kept"),
    "verdict.recorded": ("Ghi kết quả kiểm tra chữ ký số", "Verdict on signatures recorded"),
    "legal_hold.set": ("Đặt lưu giữ theo yêu cầu pháp lý", "Legal hold set"),
    "legal_hold.cleared": ("Bỏ lưu giữ theo yêu cầu pháp lý", "Legal hold cleared"),
    "alarm.raised": ("Báo động", "Alarm"),
    "content.opened": ("Nội dung được người có quyền mở xem", "Content opened by an authorised person"),
    "registry.changed": ("Danh bạ cơ quan thay đổi", "Registry changed"),
}  # fmt: skip
