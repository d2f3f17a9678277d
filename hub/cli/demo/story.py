"""The story: which scenes, in which order, and what each is called."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from hub.cli.demo import afterwards, doors, scenes
from hub.cli.demo.scene import Scene

Play = Callable[[Scene], Coroutine[Any, Any, None]]

STORY: tuple[tuple[Play, str, str], ...] = (
    (
        scenes.everywhere,
        "Một quyết định đi khắp tỉnh",
        "one decision, five addressees: three receive it, each of the other two has its own answer",
    ),
    (scenes.again, "Gửi trùng vì mất mạng", "the same bytes three times: one delivery, the first receipt each time"),
    (
        scenes.refused_and_corrected,
        "Bị từ chối (02), sửa rồi gửi lại",
        "refused with a reason, corrected under the same number",
    ),
    (scenes.recalled, "Thu hồi văn bản đã gửi", "a recall: one copy is already out, the other never left"),
    (
        afterwards.destroyed,
        "Thu hồi, và các nơi xác nhận đã hủy",
        "a recall everybody complies with: confirmations, and nothing left but the record",
    ),
    (
        afterwards.replaced,
        "Thay thế bằng văn bản khác",
        "a replacement: who has not fetched the old document gets the new one alone",
    ),
    (afterwards.to_a_list, "Gửi theo danh sách đã lưu", "a saved list, opened into single agencies; one on paper"),
    (scenes.forged, "Tệp PDF bị sửa sau khi ký", "a PDF changed after it was signed"),
    (scenes.secret, "Văn bản có dấu mật", "a document marked secret may not travel here"),
    (scenes.for_information, "Báo cáo không ký số của xã", "unsigned: it travels, labelled as for information"),
    (scenes.held, "Người điều phối giữ rồi thả", "an operator holds a delivery and releases it"),
    (
        scenes.decided_later,
        "Tổ chức chứng thực ngừng trả lời",
        "an authority is away: undecided is said, and decided later; the receipt stays",
    ),
    (
        doors.shared_folder,
        "Phần mềm chỉ biết một thư mục",
        "an office system that cannot be changed: a shared folder, and the agent beside it",
    ),
    (doors.pushed, "Phần mềm được trục gọi tới", "an office that is called: busy at first, then it has it once"),
    (doors.hooked, "Nghe tin qua web hook", "a sender is told by web hooks; their secret is changed meanwhile"),
    (scenes.upwards, "Gửi Bộ qua trục quốc gia", "out to a ministry through the national axis, and its answers back"),
    (scenes.downwards, "Bộ gửi về tỉnh", "in from the ministry, and the commune's answer out again"),
    (doors.axis_ill, "Trục quốc gia chạy sai", "the axis answers with pages, then offers everything again and again"),
)

BESIDE = frozenset({
    scenes.decided_later, scenes.upwards, scenes.downwards, doors.shared_folder, doors.pushed, doors.axis_ill,
})  # fmt: skip
"""Scenes that wait for others most of the time and are played beside the rest."""

AFTER: dict[Play, tuple[Play, ...]] = {doors.axis_ill: (scenes.upwards, scenes.downwards)}
"""Scene -> those it must not disturb and so waits for; all of them are in BESIDE, and before it in the story."""
