"""Every word a verdict can need, in Vietnamese and in English; a test compares them with what the code can say."""

from __future__ import annotations

from enum import IntEnum

from edxml.verdict_words import Integrity, LegalValue, Role, SubIndication


class Language(IntEnum):
    """For whom; also the place in a pair."""

    VIETNAMESE = 0
    ENGLISH = 1


Pair = tuple[str, str]

REASONS: dict[SubIndication, Pair] = {
    SubIndication.FORMAT_FAILURE: (
        "chữ ký hoặc tệp không đúng định dạng nên không đọc được trọn vẹn",
        "the signature or the file is not well formed and cannot be read whole",
    ),
    SubIndication.HASH_FAILURE: (
        "nội dung đã ký không còn nguyên vẹn", "what was signed is no longer what it was",
    ),
    SubIndication.SIG_CRYPTO_FAILURE: (
        "giá trị chữ ký không khớp với chứng thư số", "the signature value does not fit the certificate",
    ),
    SubIndication.REVOKED: (
        "chứng thư số đã bị thu hồi trước khi ký", "the certificate was revoked before the signature was made",
    ),
    SubIndication.NOT_YET_VALID: (
        "chứng thư số chưa có hiệu lực tại thời điểm ký", "the certificate was not yet valid at the time of signing",
    ),
    SubIndication.EXPIRED: (
        "chứng thư số đã hết hạn tại thời điểm ký", "the certificate had expired at the time of signing",
    ),
    SubIndication.SIG_CONSTRAINTS_FAILURE: (
        "tệp có thay đổi sau chữ ký này và có chữ ký khác xác nhận sau đó",
        "the file was changed after this signature, and another signature followed",
    ),
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: (
        "chứng thư số không được cấp để ký văn bản", "the certificate was not issued for signing documents",
    ),
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: (
        "không kiểm tra được đường dẫn chứng thực", "the certification path cannot be checked",
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: (
        "thuật toán ký hoặc băm không còn được chấp nhận", "the algorithm is no longer accepted",
    ),
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: (
        "không tìm thấy chứng thư số của người ký", "the signer's certificate is not there",
    ),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: (
        "chứng thư số không nối được tới tổ chức chứng thực đã tin cậy tại đây",
        "the certificate leads to no authority that is trusted here",
    ),
    SubIndication.REVOKED_NO_POE: (
        "chứng thư số đã bị thu hồi, không chứng minh được là ký trước hay sau khi thu hồi",
        "the certificate was revoked, and nothing proves whether the signature was made before or after",
    ),
    SubIndication.REVOKED_CA_NO_POE: (
        "chứng thư của tổ chức chứng thực đã bị thu hồi", "the authority's certificate was revoked",
    ),
    SubIndication.OUT_OF_BOUNDS_NO_POE: (
        "chứng thư số ngoài thời hạn, thiếu dấu thời gian chứng minh lúc ký còn hạn",
        "the certificate is outside its period, and no time-stamp proves that it was valid when it signed",
    ),
    SubIndication.TRY_LATER: (
        "chưa có thông tin thu hồi chứng thư số còn hiệu lực, cần kiểm tra lại sau",
        "there is no current answer on revocation; to be checked again later",
    ),
    SubIndication.GENERIC: ("việc kiểm tra gặp trục trặc", "the verification met trouble"),
    SubIndication.NO_SIGNATURE: ("không có chữ ký số", "there is no digital signature"),
}  # fmt: skip

NOTES: dict[str, Pair] = {
    "orphan_signature": (
        "tệp chỉ còn dấu vết của chữ ký số cũ, không phải chữ ký", "it holds the remainder of a signature, not one",
    ),
    "empty_fields": ("tệp có ô chữ ký để trống", "its signature fields are empty"),
    "not_a_pdf": ("tệp không phải là PDF đọc được", "it is no readable PDF"),
    "encrypted": ("tệp PDF bị mã hóa nên không kiểm tra được", "it is encrypted and cannot be checked"),
    "other_format": (
        "tệp không phải PDF nên không kiểm tra chữ ký số trong tệp", "it is no PDF, signatures inside are not checked",
    ),
    "signature_removed": (
        "chữ ký của bản trước đã bị gỡ khỏi tệp", "a signature of an earlier revision was taken away",
    ),
    "out_of_time": ("chưa kịp kiểm tra xong, trục tự kiểm tra lại", "there was no time to finish; it is tried again"),
    "unreadable": ("không đọc được tệp", "it cannot be read"),
    "only_timestamps": (
        "tệp chỉ có dấu thời gian, không có chữ ký của ai",
        "it has time-stamps only, nobody's signature",
    ),
}  # fmt: skip

WARNINGS: dict[str, Pair] = {
    "no_timestamp": ("không có dấu thời gian", "no time-stamp"),
    "timestamp_not_trusted": ("dấu thời gian chưa tin cậy được", "the time-stamp is not trusted"),
    "timestamp_revocation_unknown": (
        "chưa biết chứng thư của máy chủ dấu thời gian có bị thu hồi hay không",
        "whether the time-stamping certificate was revoked is not known",
    ),
    "clock_differs": (
        "giờ máy người ký lệch với dấu thời gian", "the signer's clock differs from the time-stamp",
    ),
    "other_trust_domain": (
        "chứng thư do tổ chức chứng thực công cộng cấp", "the certificate comes from a public authority",
    ),
    "sha1_in_path": ("đường dẫn chứng thực dùng SHA-1", "SHA-1 in the certification path"),
    "sha1_in_timestamp": ("dấu thời gian dùng SHA-1", "SHA-1 in the time-stamp"),
    "revocation_stale": (
        "danh sách thu hồi đã quá hạn cập nhật", "the revocation list is past its time",
    ),
    "signed_in_future": (
        "thời điểm ký ghi trong chữ ký còn ở tương lai", "the signature claims a time in the future",
    ),
    "organisation_before_person": (
        "cơ quan ký trước người có thẩm quyền", "the organisation signed before the person",
    ),
    "signature_removed": (
        "chữ ký của bản trước đã bị gỡ khỏi tệp",
        "a signature of an earlier revision was taken away",
    ),
    "document_timestamp_broken": (
        "có dấu thời gian không khớp với tệp", "a time-stamp over the document does not fit it",
    ),
    "read_forgivingly": (
        "tệp có lỗi cấu trúc, phần mềm khác có thể hiển thị khác",
        "the file is malformed and may look different elsewhere",
    ),
    "two_headers": ("tệp có hai phần đầu PDF", "the file has two PDF headers"),
}  # fmt: skip

ACTIVE: dict[str, Pair] = {
    "javascript": ("mã lệnh JavaScript", "JavaScript"),
    "launch": ("lệnh chạy chương trình", "a command that starts a program"),
    "submit_form": ("lệnh gửi biểu mẫu", "a form that sends itself"),
    "import_data": ("lệnh nạp dữ liệu", "an import of data"),
    "reset_form": ("lệnh xóa biểu mẫu", "a form that empties itself"),
    "go_to_remote": ("liên kết tới tệp khác", "a link to another file"),
    "go_to_embedded": ("liên kết tới tệp nhúng", "a link to an embedded file"),
    "uri": ("liên kết tự mở địa chỉ mạng", "an address that opens by itself"),
    "hide": ("lệnh ẩn nội dung", "a command that hides content"),
    "set_layers": ("lệnh đổi lớp hiển thị", "a command that changes layers"),
    "rich_media": ("phim, âm thanh hoặc nội dung 3D", "film, sound or 3D content"),
    "embedded_file": ("tệp nhúng", "an embedded file"),
    "xfa": ("biểu mẫu XFA", "an XFA form"),
    "external_stream": ("dữ liệu lấy từ ngoài tệp", "data from outside the file"),
    "automatic_action": ("thao tác tự chạy", "an action that runs by itself"),
}

INTEGRITY: dict[Integrity, Pair] = {
    Integrity.FINAL: ("nội dung nguyên vẹn", "the content is whole"),
    Integrity.EXTENDED: (
        "nội dung nguyên vẹn, sau đó chỉ có thêm chữ ký", "the content is whole, only signatures followed",
    ),
    Integrity.UNEXPLAINED: (
        "tệp được ghi thêm sau khi ký theo cách không giải thích được, tuy nội dung các trang không đổi",
        "the file was extended after signing in a way that is not explained, although its pages are the same",
    ),
    Integrity.CHANGED: ("nội dung tệp đã bị thay đổi sau khi ký", "the content was changed after signing"),
    Integrity.BROKEN: ("nội dung không còn nguyên vẹn", "the content is not whole"),
    Integrity.UNKNOWN: (
        "không đọc được chữ ký nên không rõ nội dung có nguyên vẹn",
        "whether the content is whole is not known",
    ),
}  # fmt: skip

ROLES: dict[Role, Pair] = {
    Role.PERSON: ("cá nhân", "person"),
    Role.ORGANISATION: ("cơ quan", "organisation"),
    Role.UNKNOWN: ("chưa rõ là cá nhân hay cơ quan", "person or organisation unknown"),
}

WORTH: dict[LegalValue, Pair] = {
    LegalValue.ORIGINAL: ("văn bản có giá trị như bản gốc", "the document has the value of an original"),
    LegalValue.COPY: ("văn bản có giá trị như bản sao", "the document has the value of a copy"),
    LegalValue.INFORMATION: ("văn bản chỉ để biết, tham khảo", "the document is for information only"),
}

# law: R-064 NĐ30 Đ25, R-065 NĐ30 Đ25.1c
COPY_KINDS: dict[str, Pair] = {
    "SAO Y": ("bản sao y", "full copy"),
    "SAO LỤC": ("bản sao lục", "copy of a copy"),
    "TRÍCH SAO": ("bản trích sao", "copy of an extract"),
}

PHRASES: dict[str, Pair] = {
    "somebody": ("một người ký không rõ", "an unknown signer"),
    "by_authority": ("chứng thư do {issuer} cấp", "certificate of {issuer}"),
    "several": ("{count} chữ ký", "{count} signatures"),
    "at_stamp": ("lúc {time} theo dấu thời gian", "at {time} by time-stamp"),
    "at_claimed": ("lúc {time} theo máy người ký", "at {time} by the signer's clock"),
    "at_unknown": ("(không rõ thời điểm)", "(time unknown)"),
    "valid_then": ("chứng thư số còn hiệu lực lúc ký", "the certificate was valid then"),
    "expired_then": ("chứng thư số đã hết hạn lúc ký", "the certificate had expired then"),
    "early_then": ("chứng thư số chưa có hiệu lực lúc ký", "the certificate was not yet valid then"),
    "period_unknown": ("không xét được hạn chứng thư số lúc ký", "whether the certificate was valid then is not known"),
    "stale": (
        "đã kiểm tra theo danh sách thu hồi lưu cách đây {age}, chờ danh sách mới để kết luận",
        "checked against a revocation list kept {age} ago; a new one will decide",
    ),
    "fresh": ("chưa bị thu hồi theo dữ liệu cách lúc kiểm tra {age}", "not revoked by an answer {age} old"),
    "minutes": ("{count} phút", "{count} min"),
    "hours": ("{count} giờ", "{count} h"),
    "days": ("{count} ngày", "{count} days"),
    "notice": ("lưu ý: {items}", "note: {items}"),
    "signature_passed": (
        "Chữ ký số của {who} hợp lệ: {facts}.",
        "The signature of {who} is valid: {facts}.",
    ),
    "signature_failed": (
        "Chữ ký số của {who} KHÔNG hợp lệ: {facts}.", "The signature of {who} is NOT valid: {facts}.",
    ),
    "signature_undecided": (
        "Chữ ký số của {who} chưa kết luận được: {facts}.",
        "The signature of {who} is undecided: {facts}.",
    ),
    "file_unsigned": ("Tệp {name} không có chữ ký số{why}.", "File {name} has no digital signature{why}."),
    "file_passed": (
        "Tệp {name} có {count} chữ ký số, tất cả hợp lệ, nội dung nguyên vẹn{why}.",
        "File {name} has {count} signatures, all valid, content whole{why}.",
    ),
    "file_failed": (
        "Tệp {name} có chữ ký số KHÔNG hợp lệ{why}.",
        "File {name} has a signature that is NOT valid{why}.",
    ),
    "file_undecided": (
        "Tệp {name} chưa kết luận được về chữ ký số{why}.", "The signatures of file {name} are undecided{why}.",
    ),
    "active": ("tệp chứa {items}", "the file contains {items}"),
    "unsigned": (
        "Văn bản không có chữ ký số, chỉ để biết, tham khảo, không thay bản giấy.",
        "The document has no digital signature; it is for information only and does not replace paper.",
    ),
    "main_unsigned": (
        "Tệp chính của văn bản không có chữ ký số, chỉ để biết, tham khảo, không thay bản giấy.",
        "The main file has no digital signature; the document is for information only and does not replace paper.",
    ),
    "signed_by": ("{who} ký {when}", "signed by {who} {when}"),
    "document_passed": (
        "Chữ ký số hợp lệ: {signers}; {integrity}; {period}{notice}; {worth} vì {because}.",
        "The signatures are valid: {signers}; {integrity}; {period}{notice}; {worth}, because {because}.",
    ),
    "document_failed": (
        "Chữ ký số KHÔNG hợp lệ ({file}): {reason}{signers}; văn bản không được tiếp nhận.",
        "A signature is NOT valid ({file}): {reason}{signers}; the document is not to be accepted.",
    ),
    "document_undecided": (
        "Chưa kết luận được chữ ký số ({file}): {reason}{facts}; {worth} cho đến khi kết luận được.",
        "The signatures are undecided ({file}): {reason}{facts}; {worth} until they are decided.",
    ),
    "because_both": (
        "có đủ chữ ký số của người có thẩm quyền và của cơ quan",
        "the authorised person and the organisation have both signed",
    ),
    "because_mark": ("được cơ quan ký số với dấu {mark} ({kind})", "the organisation signed it as {mark} ({kind})"),
    "because_profile": (
        "theo quy định của tỉnh, chữ ký số của cơ quan là đủ",
        "by the province's rule the organisation's signature is enough",
    ),
    "because_no_person": ("chưa có chữ ký số của người có thẩm quyền", "the authorised person has not signed"),
    "because_no_organisation": ("chưa có chữ ký số của cơ quan", "the organisation has not signed"),
    "because_no_roles": (
        "chưa xác định được chữ ký nào là của người có thẩm quyền, của cơ quan",
        "which signature is the authorised person's or the organisation's is not known",
    ),
}  # fmt: skip
