"""What alarms about the hub and its surroundings say to people, by the kind that stands in the journal."""

from __future__ import annotations

from typing import Final

TITLES: Final[dict[str, tuple[str, str]]] = {
    "watch_late": ("việc theo dõi thời hạn đã bị gián đoạn", "nobody watched the deadlines for a while"),
    "clock_moved": ("đồng hồ máy chủ bị chỉnh", "somebody moved the hands of the server's clock"),
    "seen_to": ("một báo động đã được xử lý", "an alarm was seen to"),
    "national_list": ("Danh sách quốc gia có thay đổi, chờ hai người", "the national list differs; two persons decide"),
    "national_list_unlikely": ("Danh sách quốc gia đáng ngờ, không nhận", "a national list nobody should believe"),
    "confirmation_asked": ("Có thay đổi cần hai người", "a change that needs two persons"),
    "confirmation_done": ("Hai người đã đồng ý thay đổi", "two persons agreed to a change"),
    "confirmation_refused": ("Một thay đổi bị từ chối", "a change was turned down"),
    "confirmation_expired": ("Một đề nghị thay đổi đã hết hạn", "what was asked for waited too long"),
    "intake_stopped": ("ngừng tiếp nhận", "intake stopped"),
    "intake_started": ("mở lại tiếp nhận", "intake opened"),
    "package_quarantined": (
        "gói tin bị cách ly: không mở, không chuyển tiếp", "quarantined: do not open it, do not pass it on",
    ),
    "other_content_same_id": ("mã văn bản đã dùng cho nội dung khác", "one DocumentId, two different contents"),
    "package_damaged": ("bản lưu của gói tin bị hỏng", "the stored copy of a package is damaged"),
    "verdict_failed": ("chữ ký được xác định là không hợp lệ sau khi đã nhận", "a signature was found not valid later"),
    "trust_changed": ("danh sách tin cậy thay đổi", "the trust list was changed"),
    "endpoint_down": ("hệ thống của nơi nhận không trả lời", "a system does not answer"),
    "listed_without_fetch": ("nơi nhận xem danh sách nhiều lần mà không lấy", "listed again and again, never fetched"),
    "vxp_locked_out": ("hệ thống bị khóa tạm vì sai khóa nhiều lần", "a system is locked out after wrong secrets"),
    "vxp_timestamp_from_other_address": (
        "chữ ký của hệ thống bị dùng lại từ địa chỉ khác", "a system's signature was used again from another address",
    ),
    "clock_differs": ("đồng hồ của hệ thống lệch với đồng hồ của trục", "a system's clock differs from the hub's"),
    "locked_out": ("hệ thống bị khóa tạm vì chứng minh sai nhiều lần", "a system is locked out after wrong proofs"),
    "foreign_network": ("khóa của hệ thống được dùng từ mạng không đăng ký", "a credential was used from elsewhere"),
    "certificate_of_another_system": (
        "khóa của hệ thống đi cùng chứng thư của hệ thống khác", "a credential came with another system's certificate",
    ),
    "assertion_replayed": ("lời chứng minh đã dùng bị gửi lại", "a signed assertion was sent again"),
    "refusals_not_recorded": (
        "quá nhiều gói tin bị từ chối, chỉ đếm", "so many packages were refused that they were only counted",
    ),
    "user_added": ("thêm người dùng", "a person was added"),
    "user_suspended": ("khóa tài khoản", "an account was locked"),
    "user_activated": ("mở lại tài khoản", "an account was opened again"),
    "user_password": ("cấp mật khẩu mới", "a new password was given"),
    "incident_reported": ("nơi nhận báo sự cố của một văn bản", "a recipient reports an incident about a document"),
    "refused_after_acceptance": (
        "nơi nhận từ chối sau khi đã tiếp nhận; không áp dụng", "a refusal after the acceptance; it does not count",
    ),
    "axis_package_refused": ("gói tin từ trục quốc gia bị từ chối", "a package of the national axis was refused"),
    "axis_could_not_hand_on": ("trục quốc gia chưa chuyển được tới nơi nhận", "the national axis could not hand it on"),
    "focal_mailbox": ("văn bản gửi tới mã cơ quan không còn dùng", "a document for a code nobody bears any more"),
    "offered_item_stuck": ("gói tin của hệ thống chưa lấy về được", "an item of a system cannot be fetched"),
    "not_collected": ("chưa hỏi được hệ thống có gì gửi đi", "a system cannot be asked for what it offers"),
    "axis_no_answer": (
        "văn bản qua trục quốc gia chưa có phản hồi của nơi nhận", "nobody beyond the national axis has answered",
    ),
    "axis_forgot": ("trục quốc gia làm mất gói tin, đã gửi lại", "the national axis lost a package; it was sent again"),
    "axis_keeps_forgetting": (
        "trục quốc gia nhiều lần làm mất cùng một gói tin", "the national axis lost the same package again and again",
    ),
    "axis_item_stuck": ("gói tin của trục quốc gia chưa lấy về được", "an item of the national axis cannot be fetched"),
    "webhook_stopped": ("web hook của một hệ thống đã ngừng gọi", "a web hook of a system was stopped"),
    "text_message_failed": ("tin nhắn SMS không gửi được", "a text message could not be sent"),
    "text_messages_not_set_up": ("chưa thiết lập được tin nhắn SMS", "text messages are not set up rightly"),
}  # fmt: skip
