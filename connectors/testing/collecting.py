"""Scenarios of fetching: the same ids, whole packages, nothing acknowledged too early, trouble told as such."""

from __future__ import annotations

import hashlib

from connectors import base
from connectors.testing import parcels
from connectors.testing.bench import Bench
from connectors.testing.peer import OfferState, Peer
from connectors.testing.scenario import Failed, Scenario, Words

NO = base.Declined(
    "org_unknown",
    "Không có cơ quan nhận này",
    "no such recipient",
    "Kiểm tra mã định danh của nơi nhận",
    "check the recipient's code",
    "000.99.99.H99",
)
"""A refusal as a hub gives it."""


async def collects_alike(bench: Bench) -> None:
    """Connector and peer say alike whether packages are fetched; otherwise the scenarios of fetching pass by."""
    if (said := bench.connector_type.collects) != bench.there().collects:
        raise Failed(
            Words(
                f"collects là {said} ở đầu nối, {not said} ở Peer: việc lấy về không được thử",
                f"collects is {said} in the connector, {not said} in the peer: fetching is not tried",
            ),
            Words(
                "có collect() thì collects = True ở cả hai, Peer có offer() và offers()",
                "with collect(): collects = True in both, and offer() and offers() in the peer",
            ),
        )


async def fetches(bench: Bench) -> None:
    """Documents and statuses come whole, in the order of offering."""
    peer = bench.there()
    waiting: list[bytes] = []
    for kind, offered in (
        ("edoc", [parcels.small(), parcels.medium(), parcels.vietnamese("NFD")]),
        ("status", [parcels.status()]),
    ):
        for data in offered:
            await peer.offer(data, kind)
        waiting = offered if peer.typed else [*waiting, *offered]
        async with bench.connector() as connector:
            listed = await bench.collected(connector, kind if peer.typed else "edoc")
            found = [await bench.body(one) for one in listed]
        if sorted(found) != sorted(waiting):
            raise Failed(
                Words(
                    f"đưa ra {len(waiting)} gói {kind}, lấy về {len(found)} hoặc sai nội dung",
                    f"{len(waiting)} of {kind} offered, {len(found)} fetched or other bytes",
                ),
                Words(
                    "collect() đưa mọi gói đang chờ, nguyên từng byte; bên kia không phân biệt trạng thái với văn bản: "
                    "đưa hết khi được hỏi edoc, và typed = False ở Peer",
                    "collect() gives all that waits, byte for byte; where the other side does not tell statuses from "
                    "documents, give all when asked for edoc, and say typed = False in the peer",
                ),
            )
        if peer.ordered and found != waiting:
            raise Failed(
                Words("thứ tự khác với bên kia đưa ra", "the order is not the peer's"),
                Words("giữ thứ tự của bên kia", "keep the peer's order"),
            )


async def same_id(bench: Bench) -> None:
    """The same offer has the same id each time, after a restart too; different offers have different ones."""
    for data in (parcels.small(), parcels.small(), parcels.medium()):
        await bench.there().offer(data)
    seen: list[dict[str, str]] = []
    for _ in range(2):
        async with bench.connector() as connector:
            for _ in range(2):
                listed = await bench.collected(connector)
                seen.append({one.remote_id: hashlib.sha256(await bench.body(one)).hexdigest() for one in listed})
    if len(seen[0]) != 3 or any(one != seen[0] for one in seen[1:]):
        raise Failed(
            Words("remote_id thay đổi giữa các lần lấy", "remote_id changes from one time to the next"),
            Words(
                "lấy remote_id từ chính bên kia (tên tệp, khóa), không tạo mới mỗi lần",
                "take remote_id from the peer itself (name of the file, key), never make a new one",
            ),
        )
    if any(not name or len(name) > 100 for name in seen[0]):
        raise Failed(
            Words("remote_id trống hoặc dài quá 100 ký tự", "remote_id is empty or longer than 100 characters"),
            Words("rút gọn bằng mã băm", "shorten it with a digest"),
        )


async def nothing_before_confirm(bench: Bench) -> None:
    """Reading acknowledges nothing: what was not confirmed is offered again."""
    await bench.there().offer(parcels.small())
    async with bench.connector() as connector:
        for one in await bench.collected(connector):
            await bench.body(one)
    async with bench.connector() as connector:
        again = await bench.collected(connector)
    if len(again) != 1 or len(await bench.offers(OfferState.WAITING)) != 1:
        raise Failed(
            Words("gói được xác nhận trước khi có confirm()", "the offer was acknowledged before confirm()"),
            Words("chỉ báo đã nhận trong confirm()", "acknowledge in confirm() only"),
        )


async def confirms(bench: Bench) -> None:
    """Confirmed twice, and by a new connector, is confirmed once; then it is not offered any more."""
    data = parcels.small()
    await bench.there().offer(data)
    await bench.there().offer(parcels.medium())
    async with bench.connector() as connector:
        first = (await bench.collected(connector))[:1]
        await bench.body(first[0])
    taken = base.Taken("p-1", "000.00.01.H99,2026/01/02,1/SNV-VP", hashlib.sha256(data).hexdigest(), "e30.e30.e30")
    async with bench.connector() as connector:  # the process was started anew in between
        same = [one for one in await bench.collected(connector) if one.remote_id == first[0].remote_id]
        for one in same:
            await bench.told(one.confirm(taken), "confirm()")
            await bench.told(one.confirm(taken), "confirm()")
        left = await bench.collected(connector)
    states = [one.state for one in await bench.there().offers()]
    if len(same) != 1 or len(left) != 1 or states.count(OfferState.TAKEN) != 1:
        raise Failed(
            Words("confirm() không có tác dụng hoặc tác dụng quá rộng", "confirm() has no effect, or too much"),
            Words(
                "confirm() đánh dấu đúng một gói, lặp lại không sao", "confirm() marks one offer; a repeat does no harm"
            ),
        )


async def rejects(bench: Bench) -> None:
    """What can never be taken stays with the peer, with a reason that its people can read."""
    await bench.there().offer(parcels.small())
    async with bench.connector() as connector:
        for one in await bench.collected(connector):
            await bench.body(one)
            await bench.told(one.reject(NO), "reject()")
            await bench.told(one.reject(NO), "reject()")
        left = await bench.collected(connector)
    found = await bench.offers(OfferState.REJECTED)
    if left or len(found) != 1:
        raise Failed(
            Words("gói bị từ chối vẫn được đưa ra lại", "what was rejected is offered again"),
            Words("reject() để gói sang một bên ở phía bên kia", "reject() puts the offer aside at the peer"),
        )
    if NO.code not in found[0].text and NO.title_vi not in found[0].text:
        raise Failed(
            Words("bên kia không thấy lý do từ chối", "nobody at the peer can read why"),
            Words("ghi mã và lời của Declined bên cạnh gói", "write Declined's code and words beside the offer"),
        )


async def leaves_incomplete(bench: Bench) -> None:
    """What is still being written is not offered; once it is whole it is."""
    data, peer = parcels.medium(), bench.there()
    await peer.offer_incomplete(data)
    async with bench.connector() as connector:
        for _ in range(2):
            for one in await bench.collected(connector):
                try:
                    await bench.body(one)
                except base.PeerTroubleError:
                    continue
                raise Failed(
                    Words("lấy gói đang được ghi dở", "it fetched what was still being written"),
                    Words("chờ dấu hiệu đã ghi xong của bên kia", "wait for the peer's sign that it is whole"),
                )
        await peer.complete()
    async with bench.connector() as connector:
        found = [await bench.body(one) for one in await bench.collected(connector)]
    if found != [data]:
        raise Failed(
            Words("gói đã ghi xong mà không được lấy về", "it is whole and was not fetched"),
            Words("đưa ra khi bên kia đã ghi xong", "offer it once the peer is done"),
        )


async def tells_trouble(bench: Bench) -> None:
    """Trouble of the peer is PeerTroubleError, never "nothing new"; afterwards all is still there."""
    peer = bench.there()
    data = parcels.small()
    await peer.offer(data)
    for mode in sorted(peer.collect_modes):
        async with bench.connector() as connector:
            await bench.misbehave(mode)
            try:
                for one in await bench.collected(connector):
                    await bench.body(one)
            except base.PeerTroubleError:
                pass
            else:
                raise Failed(
                    Words(f"{mode}: không báo sự cố của bên kia", f"{mode}: trouble of the peer is not told"),
                    Words("phát sinh PeerTroubleError", "raise PeerTroubleError"),
                )
            finally:
                await bench.misbehave(None)
            found = [await bench.body(one) for one in await bench.collected(connector)]
        if found != [data]:
            raise Failed(
                Words(f"sau sự cố {mode} gói không còn được lấy về", f"after {mode} the offer is not fetched any more"),
                Words("không đánh dấu gì khi chưa đọc xong", "mark nothing before it was read whole"),
            )


def _collects(peer: Peer | None) -> bool:
    return peer is not None and peer.collects


SCENARIOS = (
    Scenario("collects_alike", Words("Đầu nối và bên kia cùng nói có lấy về hay không", "both say whether it fetches"),
             lambda peer: peer is not None, collects_alike),
    Scenario("fetches", Words("Lấy về nguyên vẹn và đúng thứ tự", "fetches whole and in order"), _collects, fetches),
    Scenario("same_id", Words("remote_id không đổi", "the same offer has the same remote_id"), _collects, same_id),
    Scenario("nothing_before_confirm", Words("Không xác nhận trước confirm()", "acknowledges nothing before confirm()"),
             _collects, nothing_before_confirm),
    Scenario("confirms", Words("confirm() hai lần, sau khởi động lại", "confirm() twice and after a restart"),
             _collects, confirms),
    Scenario("rejects", Words("reject() để lại lý do đọc được", "reject() leaves a readable reason"),
             _collects, rejects),
    Scenario("leaves_incomplete", Words("Không lấy gói đang ghi dở", "leaves alone what is still being written"),
             lambda peer: peer is not None and peer.collects and peer.incomplete, leaves_incomplete),
    Scenario("tells_trouble", Words("Sự cố của bên kia được báo là sự cố", "trouble of the peer is told as trouble"),
             lambda peer: peer is not None and peer.collects and bool(peer.collect_modes), tells_trouble),
)  # fmt: skip
"""In the order in which they are worth reading."""
