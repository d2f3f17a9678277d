"""The operations by which a system watches: events, alarms, its log of calls, its own sign of life, web hooks."""

from __future__ import annotations

from typing import Final

from edxml.faults import Fault
from hub.http import api_alarms, api_calls, api_directory, api_heartbeat, api_webhooks
from hub.http import api_shapes as shapes
from hub.http.api_shapes.alarms import AlarmPage, AlarmQuery
from hub.http.api_shapes.calls import CallPage, CallQuery
from hub.http.api_shapes.heartbeat import Heartbeat, HeartbeatTaken
from hub.http.api_shapes.webhooks import (
    WebhookList,
    WebhookMade,
    WebhookReplayed,
    WebhookShown,
    WebhookTried,
    WebhookWritten,
)
from hub.http.openapi import JSON, Operation, Part, Reply

PREFIX: Final = "/api/v1"
WATCHING_TAG: Final = "Theo dõi"
_WEBHOOK = f"{PREFIX}/webhooks/{{webhook_id}}"

WATCHING: tuple[Operation, ...] = (
    Operation(
        method="GET", path=f"{PREFIX}/events", id="listEvents", tag=WATCHING_TAG,
        title="Sự kiện của hệ thống mình, cũ trước", title_en="Own events, oldest first",
        text="Muốn theo dõi tiếp, gọi lại với cursor = `seq` của sự kiện cuối cùng đã thấy.",
        handler=api_directory.events, query=shapes.Paging, replies=(Reply(200, "Một trang", shapes.EventPage),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/alarms", id="listAlarms", tag=WATCHING_TAG,
        title="Báo động cho văn thư của hệ thống mình, cũ trước", title_en="Alarms of own clerks, oldest first",
        text="Văn bản đã gửi chưa được xác nhận, cần bản giấy, bị từ chối; văn bản đã nhận chưa mở, chưa tiếp nhận, "
        "quá hạn trả lời, chưa hủy. Mỗi báo động chỉ có một lần và tự đóng khi hết lý do.",
        handler=api_alarms.alarms, query=AlarmQuery, replies=(Reply(200, "Một trang", AlarmPage),),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/calls", id="listCalls", tag=WATCHING_TAG,
        title="Nhật ký các lần gọi của hệ thống mình, mới nhất trước", title_en="Own calls, newest first",
        text="Yêu cầu, mã trả lời, các lần trục thử giao và lý do; không có nội dung văn bản. Để tìm lỗi khi lập "
        "trình, không phải bằng chứng: chỉ giữ một số dòng gần nhất trong ít ngày.",
        handler=api_calls.calls, query=CallQuery, replies=(Reply(200, "Một trang", CallPage),),
    ),
    Operation(
        method="POST", path=f"{PREFIX}/heartbeat", id="heartbeat", tag=WATCHING_TAG,
        title="Báo còn hoạt động, kèm giờ của máy", title_en="Give a sign of life, with the clock's time",
        text="Phần mềm kết nối gọi đều đặn. Im lặng quá ba lần `next_seconds` thì người vận hành được "
        "báo động; gọi lại là hết. Giờ của trục là giờ quyết định.",
        handler=api_heartbeat.heartbeat, body=(Part(JSON, Heartbeat),),
        replies=(Reply(200, "Đã ghi", HeartbeatTaken),),
    ),
    Operation(
        method="POST", path=f"{PREFIX}/webhooks", id="createWebhook", tag=WATCHING_TAG,
        title="Tạo web hook: trục báo sự kiện tới địa chỉ của mình", title_en="Make a web hook: be told of own events",
        text="Theo Standard Webhooks: mỗi sự kiện của GET /events là một lần gọi POST với `webhook-id`, "
        "`webhook-timestamp`, `webhook-signature`; chỉ có mã và số hiệu, không có nội dung. Trả lời 2xx là đã nhận; "
        "chưa nhận thì trục gọi lại với cùng `webhook-id`, đúng thứ tự, không bỏ sự kiện nào. Khóa bí mật chỉ hiện "
        "trong trả lời này. Các lần gọi: GET /calls.",
        handler=api_webhooks.create, body=(Part(JSON, WebhookWritten),),
        replies=(Reply(201, "Đã tạo, kèm khóa bí mật", WebhookMade, headers={"Location": "Địa chỉ của web hook"}),),
        faults=(Fault.STATE_CONFLICT,),
    ),
    Operation(
        method="GET", path=f"{PREFIX}/webhooks", id="listWebhooks", tag=WATCHING_TAG,
        title="Các web hook của mình", title_en="Own web hooks",
        handler=api_webhooks.listed, replies=(Reply(200, "Các web hook", WebhookList),),
    ),
    Operation(
        method="GET", path=_WEBHOOK, id="getWebhook", tag=WATCHING_TAG,
        title="Một web hook và tình trạng của nó", title_en="One web hook and how it fares",
        handler=api_webhooks.show, replies=(Reply(200, "Web hook", WebhookShown),),
    ),
    Operation(
        method="DELETE", path=_WEBHOOK, id="removeWebhook", tag=WATCHING_TAG,
        title="Bỏ một web hook", title_en="Remove a web hook",
        handler=api_webhooks.remove, replies=(Reply(204, "Đã bỏ"),),
    ),
    Operation(
        method="POST", path=f"{_WEBHOOK}/rotate", id="rotateWebhook", tag=WATCHING_TAG,
        title="Cấp khóa bí mật mới cho web hook", title_en="Give a web hook a new secret",
        text="Trong thời gian chuyển đổi, mỗi lần gọi có hai chữ ký: của khóa mới và khóa cũ.",
        handler=api_webhooks.rotate, replies=(Reply(200, "Web hook, kèm khóa mới", WebhookMade),),
    ),
    Operation(
        method="POST", path=f"{_WEBHOOK}/resume", id="resumeWebhook", tag=WATCHING_TAG,
        title="Gọi lại web hook ngay, từ chỗ đã dừng", title_en="Call a web hook again at once, from where it stands",
        handler=api_webhooks.resume, replies=(Reply(200, "Web hook", WebhookShown),),
    ),
    Operation(
        method="POST", path=f"{_WEBHOOK}/ping", id="pingWebhook", tag=WATCHING_TAG,
        title="Gọi thử web hook", title_en="Try a web hook",
        text="Gọi một lần với sự kiện `webhook.ping`, cũng được ký; không đổi tình trạng của web hook.",
        handler=api_webhooks.ping, replies=(Reply(200, "Kết quả gọi thử", WebhookTried),),
    ),
    Operation(
        method="POST", path=f"{_WEBHOOK}/replay", id="replayWebhook", tag=WATCHING_TAG,
        title="Báo lại một sự kiện cho web hook", title_en="Tell a web hook one event again",
        text="Gọi ngay một lần, với `webhook-id` như lần đầu; không đổi chỗ web hook đang tới. Báo lại tất cả từ một "
        "chỗ: tạo web hook với `after`.",
        handler=api_webhooks.replay, body=(Part(JSON, WebhookReplayed),),
        replies=(Reply(200, "Kết quả gọi", WebhookTried),),
    ),
)  # fmt: skip
