"""Why the registry says no: one exception, with the reason in both languages."""

from __future__ import annotations


class RegistryError(Exception):
    """A change the registry refuses. Nothing was written.

    slug: for programs, as in `REASONS`. reason: for people, "Vietnamese / English".
    """

    def __init__(self, slug: str, **values: object) -> None:
        """Take the words of `REASONS[slug]`, with these values filled in."""
        self.slug = slug
        self.reason = explain(slug, **values)
        super().__init__(self.reason)


def explain(slug: str, **values: object) -> str:
    """The words of one reason, Vietnamese first, the two parted by " / "."""
    shown = {name: str(value)[:80] for name, value in values.items()}
    vietnamese, english = REASONS[slug]
    return f"{vietnamese.format(**shown)} / {english.format(**shown)}"


REASONS = {
    "code_missing": ("thiếu mã định danh (organ_id)", "organ_id is missing"),
    "code_invalid": (
        "mã không hợp lệ: {code} (chỉ gồm A-Z, 0-9 và dấu chấm, tối đa 35 ký tự)",
        "not a valid code: {code} (A-Z, 0-9 and dots, at most 35 characters)",
    ),
    "alias_taken": (
        "mã {code} đang thuộc về {owner}; một mã chỉ thuộc một cơ quan",
        "code {code} already belongs to {owner}; a code belongs to one agency at a time",
    ),
    "agency_exists": ("cơ quan {code} đã có trong danh mục", "agency {code} is already registered"),
    "agency_unknown": ("không có cơ quan nào mang mã {code}", "no agency has the code {code}"),
    "agency_closed": (
        "cơ quan {code} đã ngừng hoạt động; kế thừa: {successors}",
        "agency {code} is closed; successors: {successors}",
    ),
    "state_conflict": (
        "cơ quan {code} đã được {actor} sửa (phiên bản {version}) sau khi bạn xem; xem lại rồi làm tiếp",
        "{actor} changed agency {code} (version {version}) after you looked; look again first",
    ),
    "agency_self": ("cơ quan {code} không thể kế thừa chính mình", "agency {code} cannot succeed itself"),
    "name_missing": ("thiếu tên cơ quan", "the name is missing"),
    "name_too_long": ("tên dài quá {limit} ký tự", "the name is longer than {limit} characters"),
    "formula": (
        "cột {column} bắt đầu bằng =, +, - hoặc @ (có thể là công thức)",
        "column {column} starts with =, +, - or @ (could be a formula)",
    ),
    "characters": ("cột {column} có ký tự điều khiển", "column {column} holds control characters"),
    "look_alike": (
        "tên {name} có chữ cái giống chữ khác nhưng không phải chữ Việt (ví dụ Ð thay cho Đ)",
        "the name {name} holds letters that look like others (an Icelandic Ð for a Đ, Cyrillic letters)",
    ),
    "too_long": ("cột {column} dài quá {limit} ký tự", "column {column} is longer than {limit} characters"),
    "email_invalid": ("địa chỉ thư điện tử không hợp lệ: {value}", "not an e-mail address: {value}"),
    "phone_invalid": ("số điện thoại không hợp lệ: {value}", "not a telephone number: {value}"),
    "date_invalid": (
        "cột {column}: ngày không hợp lệ: {value} (viết yyyy-mm-dd hoặc dd/mm/yyyy)",
        "column {column}: not a date: {value} (write yyyy-mm-dd or dd/mm/yyyy)",
    ),
    "dates_reversed": ("valid_to trước valid_from", "valid_to is before valid_from"),
    "state_invalid": ("trạng thái không hợp lệ: {value}", "not a state: {value}"),
    "scope_invalid": ("phạm vi không hợp lệ: {value}", "not a scope: {value}"),
    "parent_unknown": ("không tìm thấy cơ quan cấp trên {code}", "parent {code} is not known"),
    "parent_cycle": ("quan hệ cấp trên tạo thành vòng: {codes}", "the parents form a circle: {codes}"),
    "successor_unknown": ("không tìm thấy cơ quan kế thừa {code}", "successor {code} is not known"),
    "code_repeated": ("mã {code} đã có ở dòng {row}", "code {code} is already on row {row}"),
    "cells": (
        "dòng có {found} ô, tiêu đề có {wanted} cột",
        "the row has {found} cells, the header has {wanted} columns",
    ),
    "host_invalid": ("không phải tên máy chủ: {value}", "not the name of a host: {value}"),
    "code_unusual": (
        "mã {code} không theo dạng 13 ký tự (QĐ 28) hay dạng bắt đầu bằng mã cấp 1 (QĐ 20)",
        "code {code} has neither the form of 13 characters (Decision 28) nor begins with a level-1 code (Decision 20)",
    ),
    "legacy_unusual": (
        "mã cũ {code} không có dạng 13 ký tự, bốn nhóm",
        "the earlier code {code} has not the form of 13 characters in four groups",
    ),
    "level_unknown": ("không có cấp hành chính {level}", "there is no level {level}"),
    "level_ended": (
        "cấp {level} không còn từ sau ngày {day}",
        "there is no level {level} after {day}",
    ),
    "level_invalid": ("tên cấp phải gồm a-z, 0-9, gạch nối: {value}", "a level is named by a-z, 0-9, hyphens: {value}"),
    "day_too_early": (
        "cơ quan {code} chỉ tham gia từ ngày {day}",
        "agency {code} takes part only from {day}",
    ),
    "succession_circle": (
        "kế thừa tạo thành vòng: {codes}",
        "the successions form a circle: {codes}",
    ),
    "succession_invalid": (
        "cách kế thừa không hợp lệ: {value} (merged_into, split_into hoặc closed)",
        "not a kind of succession: {value} (merged_into, split_into or closed)",
    ),
    "split_one": ("chia tách phải có ít nhất hai cơ quan kế thừa", "a split needs two successors at least"),
    "agency_open": ("cơ quan {code} đang hoạt động", "agency {code} takes part"),
    "code_same": ("mã mới giống mã hiện tại {code}", "the new code is the present one, {code}"),
    "code_pending": (
        "cơ quan {code} đã có mã mới chờ hiệu lực: {after}",
        "agency {code} has a new code that is still to hold: {after}",
    ),
    "file_empty": ("tệp trống", "the file is empty"),
    "file_encoding": (
        "tệp không phải UTF-8; hãy lưu lại dạng CSV UTF-8",
        "the file is not UTF-8; save it as CSV UTF-8",
    ),
    "file_quotes": ("dấu nháy kép không đúng chỗ: {detail}", "quotation marks are misplaced: {detail}"),
    "header_missing": ("tiêu đề thiếu cột {column}", "the header lacks the column {column}"),
    "header_repeated": ("tiêu đề có hai cột {column}", "the header has the column {column} twice"),
    "closed_kept": (
        "cơ quan đã ngừng hoạt động, không mở lại khi nhập danh sách",
        "the agency is closed and an import does not reopen it",
    ),
    "name_equal": ("tên trùng với {owner}", "same name as {owner}"),
    "name_equal_more": ("còn {count} tên trùng nữa", "{count} more equal names"),
    "reason_missing": ("phải nêu lý do", "a reason is required"),
    "system_unknown": ("không có hệ thống {code}", "no system {code}"),
    "system_exists": ("đã có hệ thống {code}", "system {code} exists already"),
    "system_id_invalid": (
        "mã hệ thống không hợp lệ: {code} (A-Z, a-z, 0-9, dấu chấm, gạch nối, tối đa 64 ký tự)",
        "not a valid system id: {code} (letters, digits, dots, hyphens, at most 64)",
    ),
    "system_speaks_for_none": (
        "hệ thống phải phục vụ ít nhất một cơ quan",
        "a system must speak for at least one agency",
    ),
    "receives_already": (
        "hệ thống {owner} đang nhận văn bản cho {code}; hãy yêu cầu thay thế",
        "system {owner} already receives for {code}; ask to replace it",
    ),
    "part_invalid": (
        "vai trò của hệ thống thứ hai không hợp lệ: {value} (second hoặc standby)",
        "not a part of an agency's other system: {value} (second or standby)",
    ),
    "not_spoken_for": (
        "hệ thống {owner} không được phát ngôn cho cơ quan {code}",
        "system {owner} does not speak for agency {code}",
    ),
    "network_invalid": ("địa chỉ mạng không hợp lệ: {value}", "not a network address: {value}"),
    "role_invalid": (
        "vai trò không hợp lệ: {value} (organisation hoặc person)",
        "not a role: {value} (organisation or person)",
    ),
    "certificate_invalid": ("tệp không phải chứng thư số (PEM hoặc DER)", "not a certificate (PEM or DER)"),
    "certificate_taken": (
        "chứng thư này đang thuộc về {owner}; hãy gỡ ở đó trước",
        "this certificate is registered for {owner}; remove it there first",
    ),
    "certificate_unknown": (
        "{code} không có đúng một chứng thư bắt đầu bằng {value} (ít nhất 8 ký tự)",
        "{code} has not exactly one certificate that starts with {value} (8 digits at least)",
    ),
    "key_invalid": (
        "tệp không phải khóa công khai (PEM, JWK) hay chứng thư (PEM, DER)",
        "not a public key (PEM, JWK) or certificate (PEM, DER)",
    ),
    "key_private": (
        "tệp chứa khóa bí mật; khóa bí mật không được rời hệ thống: tạo cặp khóa khác, chỉ gửi khóa công khai",
        "the file holds a private key, which must never leave its system: make another pair, hand in the public key",
    ),
    "key_weak": (
        "chỉ nhận khóa P-256, Ed25519 hoặc RSA từ 2048 bit",
        "only keys of P-256, Ed25519, or RSA of 2048 bits and more are taken",
    ),
    "key_taken": ("khóa này đang thuộc về hệ thống {owner}", "this key belongs to system {owner}"),
    "key_unknown": (
        "{code} không có đúng một khóa bắt đầu bằng {value} (ít nhất 8 ký tự)",
        "{code} has not exactly one key that starts with {value} (8 digits at least)",
    ),
    "quota_invalid": (
        "hạn mức không hợp lệ: {value} (tên: {known}; giá trị: số nguyên dương)",
        "not a quota: {value} (names: {known}; values: whole numbers above zero)",
    ),
    "paper_invalid": (
        "giấy tờ không hợp lệ: {value} (tên: {known})",
        "not a paper of a system: {value} (names: {known})",
    ),
    "conformance_low": (
        "{code} đạt mức tuân thủ {value}, cần {wanted}: truc connector check --live, truc system activate --report TỆP",
        "{code} shows conformity level {value}, not {wanted}: truc connector check --live, system activate --report",
    ),
    "report_invalid": (
        "báo cáo không dùng được: {value}; lấy tệp mà truc connector check --report đã ghi",
        "the report does not count: {value}; give the file that truc connector check --report wrote",
    ),
    "report_other": (
        "báo cáo này nói về {value}, không phải hệ thống {code}: chạy lại với --live --name {code}",
        "this report is about {value}, not the system {code}: check it with --live --name {code}",
    ),
    "national_only": (
        "{code} là cơ quan của tỉnh; danh sách quốc gia không sửa cơ quan của tỉnh",
        "{code} is an agency of the province, which the national list does not change",
    ),
    "proposal_unknown": ("không có đề nghị số {code}", "no proposal {code}"),
    "proposal_done": ("đề nghị số {code} đã được xử lý ({state})", "proposal {code} is already {state}"),
    "proposal_same_person": ("cần hai người khác nhau duyệt", "two different persons must approve"),
    "proposal_person": ("phải ghi tên người duyệt", "the person who approves must be named"),
}
"""slug -> (Vietnamese, English); words in braces are filled in."""
