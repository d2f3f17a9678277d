"""The scenes, one document each: what happens, and what must hold afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

from hub.cli.demo import cast as roles
from hub.cli.demo import papers, proof
from hub.cli.demo.proof import Promise
from hub.cli.demo.scene import Scene
from hub.cli.demo.telling import size
from hub.cli.errors import CommandError


async def everywhere(scene: Scene) -> None:
    """One decision to five addressees."""
    world = scene.world
    to = (roles.FINANCE, roles.BUILDING, roles.COMMUNE, roles.MERGED, roles.ARCHIVE)
    paper, data = scene.begin("decision", to)
    answer = await world.ubnd.send(data)
    package_id = answer["package_id"]
    scene.accepted(answer, data)
    _each_its_own(scene, answer, await world.ubnd.get("/agencies", {"q": roles.MERGED.organ_id}))
    finance, building, commune = await asyncio.gather(
        world.finance.take(paper.document_id), world.building.take(paper.document_id),
        world.commune.take(paper.document_id),
    )  # fmt: skip
    scene.taken({roles.FINANCE: finance, roles.BUILDING: building, roles.COMMUNE: commune}, data)
    await world.commune.say(commune, "01")
    await world.commune.say(commune, "03", arrival_number="318", arrival_date=papers.DAY.isoformat())
    await world.finance.say(finance, "03", "Số đến 1207")
    await world.building.say(building, "03", description="Số đến 655")
    await world.building.say(building, "05", description="Giao phòng Kế hoạch")
    await world.building.say(building, "06", description="Đã triển khai")
    await scene.comes_back(world.ubnd, paper.document_id, ("01",), roles.COMMUNE)
    await scene.comes_back(world.ubnd, paper.document_id, ("05", "06"), roles.BUILDING)
    await scene.journal(world.ubnd, package_id)
    await scene.once(world.ubnd, package_id, (roles.FINANCE, roles.BUILDING, roles.COMMUNE))
    verdicts = await world.commune.get(f"/packages/{package_id}/verdicts")
    scene.worth(verdicts, "PASSED", "original")


def _each_its_own(scene: Scene, answer: dict[str, Any], found: dict[str, Any]) -> None:
    states = {one["recipient"]: one for one in answer["deliveries"]}
    merged, archive = states[roles.MERGED.organ_id], states[roles.ARCHIVE.organ_id]
    successors: list[str] = next(
        (one["successors"] for one in found["items"] if one["organ_id"] == roles.MERGED.organ_id), []
    )
    right = merged["code"] == "org_closed" and successors == [roles.BUILDING.organ_id]
    scene.claim(
        Promise.EACH_ITS_OWN, f"{roles.MERGED.short}: «{merged['title']}», cơ quan kế thừa là {roles.BUILDING.name}",
        holds=right, seen=f"{merged} {successors}",
    )  # fmt: skip
    scene.claim(
        Promise.EACH_ITS_OWN, f"{roles.ARCHIVE.short}: «{archive['title']}», văn thư gửi bản giấy",
        holds=archive["status"] == "not_connected", seen=archive,
    )  # fmt: skip


async def again(scene: Scene) -> None:
    """The same bytes twice more."""
    world = scene.world
    paper, data = scene.begin("invitation", (roles.OFFICE,))
    first = await world.building.send(data)
    second, third = await asyncio.gather(world.building.send(data), world.building.send(data))
    scene.life.note(roles.BUILDING.short, "mất mạng, không biết đã tới chưa: gửi lại hai lần nữa", "·")
    same = first["receipt"] == second["receipt"] == third["receipt"]
    scene.claim(Promise.REPEAT, "cả ba lần cùng một biên nhận, giống từng byte", holds=same, seen="biên nhận khác nhau")
    taken = await world.ubnd.take(paper.document_id)
    scene.accepted(first, data)
    scene.taken({roles.OFFICE: taken}, data)
    left = await world.ubnd.listed(paper.document_id)
    scene.claim(Promise.ONCE, "hộp đến của UBND không còn bản thứ hai", holds=left is None, seen=left)
    await scene.journal(world.building, first["package_id"])
    await scene.once(world.building, first["package_id"], (roles.OFFICE,))
    scene.worth(await world.ubnd.get(f"/packages/{first['package_id']}/verdicts"), "PASSED", "information")


async def refused_and_corrected(scene: Scene) -> None:
    """02 with a reason, then the corrected document."""
    world = scene.world
    paper, data = scene.begin("proposal", (roles.FINANCE,))
    first = await world.building.send(data)
    taken = await world.finance.take(paper.document_id)
    await world.finance.say(taken, "02", "Thiếu phụ lục dự toán")
    await scene.comes_back(world.building, paper.document_id, ("02",), roles.FINANCE)
    await scene.journal(world.building, first["package_id"])
    better = papers.paper("corrected")
    fixed = papers.package(better, world.pdfs["corrected"], (roles.FINANCE,))
    scene.life.note(roles.BUILDING.short, f"bổ sung phụ lục, gửi lại cùng số văn bản, {size(len(fixed))}", "·")
    second = await world.building.send(fixed)
    scene.accepted(second, fixed)
    linked = (await world.building.get(f"/packages/{second['package_id']}"))["original_id"]
    warned = [warning["code"] for warning in second["warnings"]]
    scene.claim(
        Promise.STATUS, "lần gửi lại được nối với bản bị từ chối",
        holds=linked == first["package_id"] and "corrected" in warned, seen=f"{linked} {warned}",
    )  # fmt: skip
    scene.taken({roles.FINANCE: await world.finance.take(paper.document_id)}, fixed)
    await scene.journal(world.building, second["package_id"])
    await scene.once(world.building, second["package_id"], (roles.FINANCE,))


async def recalled(scene: Scene) -> None:
    """One copy already exposed, one that never left."""
    world = scene.world
    paper, data = scene.begin("withdrawn", (roles.FINANCE, roles.COMMUNE))
    answer = await world.ubnd.send(data)
    package_id = answer["package_id"]
    scene.accepted(answer, data)
    taken = await world.finance.take(paper.document_id)
    scene.life.note(roles.COMMUNE.short, "hôm nay văn thư chưa mở máy", "○")
    scene.life.note(roles.OFFICE.short, "phát hiện sai ngày: gửi yêu cầu thu hồi", "·")
    done = await world.ubnd.withdraw(package_id, "Ghi sai ngày kiểm tra", "recall")
    states = {one["recipient"]: one["recall_state"] for one in done["recipients"]}
    never = states[roles.COMMUNE.organ_id]
    scene.claim(Promise.RECALL, "bản gửi Xã SM: dừng trước khi giao, xã không thấy gì", holds=never == "never_delivered"
                and await world.commune.listed(paper.document_id) is None, seen=states)  # fmt: skip
    request = await world.finance.take(paper.document_id, business=1)
    asked = states[roles.FINANCE.organ_id]
    reason = request.package.business.reason
    scene.claim(
        Promise.RECALL, f"Sở TC đã có văn bản nên được hỏi, kèm lý do «{reason}»", holds=asked == "asked", seen=states
    )
    await world.finance.say(taken, "15", "Đã xóa bản đã nhận")
    await world.ubnd.take(paper.document_id, kind="status", code="15")
    after = await world.ubnd.get(f"/packages/{package_id}")
    agreed = {one["recipient"]: one["recall_state"] for one in after["deliveries"]}[roles.FINANCE.organ_id]
    scene.claim(Promise.RECALL, "câu trả lời 15 về tới UBND: Sở TC đồng ý", holds=agreed == "agreed", seen=agreed)
    await scene.journal(world.ubnd, package_id)
    await scene.once(world.ubnd, package_id, (roles.FINANCE,))


async def refused_at_the_door(scene: Scene, key: str, code: str, mark: str) -> None:
    """A package that must not pass."""
    world = scene.world
    paper, data = scene.begin(key, (roles.COMMUNE,))
    office = world.building if paper.author is roles.BUILDING else world.ubnd
    try:
        await office.send(data)
    except CommandError as refusal:
        scene.life.note("Trục", f"từ chối: {refusal.vietnamese}", "×")
        got = refusal.code
    else:
        got = "accepted"
    arrived = await world.commune.listed(paper.document_id)
    scene.claim(
        Promise.AT_THE_DOOR,
        f"{mark} ({got}), và không nơi nào nhận được",
        holds=got == code and arrived is None,
        seen=f"{got} {arrived}",
    )


async def forged(scene: Scene) -> None:
    """One byte changed after signing."""
    await refused_at_the_door(scene, "forged", "pdf_sig_invalid", "tệp bị sửa sau khi ký bị chặn")


async def secret(scene: Scene) -> None:
    """A document marked secret."""
    await refused_at_the_door(scene, "secret", "secret", "văn bản có dấu MẬT bị chặn")
    subject = papers.paper("secret").subject
    page = await scene.world.ubnd.get("/packages", {"limit": 200})
    kept = [one for one in page["items"] if subject in str(one)]
    scene.claim(Promise.AT_THE_DOOR, "trục không giữ cả trích yếu của văn bản mật", holds=not kept, seen=kept)


async def for_information(scene: Scene) -> None:
    """Unsigned, from files, by a clerk."""
    world = scene.world
    paper = papers.paper("report")
    pdf = world.pdfs["report"]
    scene.life.about = f"{paper.number}/{paper.notation} · PDF {size(len(pdf))} · ký số: {paper.signed_by} · gửi: Sở TC"
    scene.life.note(roles.COMMUNE.short, "văn thư chọn tệp và nơi nhận; trục lập gói edXML", "·")
    file = world.folder / "documents" / f"report-{paper.file_name}"
    envelope = {
        "from": roles.COMMUNE.organ_id, "to": [roles.FINANCE.organ_id], "subject": paper.subject,
        "number": paper.number, "notation": paper.notation, "date": papers.DAY.isoformat(),
    }  # fmt: skip
    answer = await world.commune.send_files(envelope, [file])
    taken = await world.finance.take(answer["document_id"])
    scene.claim(Promise.SAME_BYTES, "Sở TC mở gói và có đúng tệp của xã", holds=taken.files == [pdf], seen=taken.sha256)
    wrong = proof.wrong_with(answer["receipt"], world.certificates, sha256=taken.sha256)
    scene.claim(Promise.RECEIPT, "biên nhận nói đúng mã băm của gói Sở TC nhận", holds=not wrong, seen=wrong)
    verdicts = await world.commune.get(f"/packages/{answer['package_id']}/verdicts")
    scene.worth(verdicts, "UNSIGNED", "information")
    await scene.journal(world.commune, answer["package_id"])
    await scene.once(world.commune, answer["package_id"], (roles.FINANCE,))


async def held(scene: Scene) -> None:
    """An operator holds a delivery and lets it go."""
    world = scene.world
    paper, data = scene.begin("held", (roles.COMMUNE,))
    answer = await world.ubnd.send(data)
    delivery_id = answer["deliveries"][0]["delivery_id"]
    await world.operator("delivery.hold", delivery_id=delivery_id, reason="Chờ xác nhận nơi nhận")
    hidden = await world.commune.listed(paper.document_id)
    scene.claim(Promise.OPERATOR, "khi bị giữ, hộp đến của xã không có văn bản", holds=hidden is None, seen=hidden)
    await world.operator("delivery.release", delivery_id=delivery_id, reason="Đã xác nhận")
    scene.taken({roles.COMMUNE: await world.commune.take(paper.document_id)}, data)
    events = [one["type"] for one in await scene.journal(world.ubnd, answer["package_id"])]
    wanted = ("delivery.held", "delivery.released", "delivery.exposed")
    order = [events.index(one) if one in events else -1 for one in wanted]
    scene.claim(
        Promise.OPERATOR,
        "thả rồi mới giao, việc giữ và thả có trong nhật ký",
        holds=-1 < order[0] < order[1] < order[2],
        seen=events,
    )
    await scene.once(world.ubnd, answer["package_id"], (roles.COMMUNE,))


async def decided_later(scene: Scene) -> None:
    """The authority of a certificate is away while the document passes."""
    world = scene.world
    await world.spare.stop()
    scene.life.about = ""
    paper, data = scene.begin("outage", (roles.COMMUNE,))
    scene.life.note(AUTHORITY, "máy chủ ngừng trả lời, không ai biết chứng thư đã bị thu hồi chưa", "○")
    try:
        answer = await world.ubnd.send(data)
        package_id = answer["package_id"]
        scene.accepted(answer, data)
        scene.worth(await world.ubnd.get(f"/packages/{package_id}/verdicts"), "INDETERMINATE", "information")
        taken = await world.commune.take(paper.document_id)
        scene.taken({roles.COMMUNE: taken}, data)
    finally:
        await world.spare.start()
    scene.life.note(AUTHORITY, "máy chủ trả lời trở lại")
    later = await world.ubnd.wait_for_verdict(package_id, "PASSED")
    scene.claim(Promise.LATER, "trục tự kiểm lại: chữ ký hợp lệ", holds=later["verdict"] == "PASSED", seen=later)
    events = await scene.journal(world.ubnd, package_id)
    told = [one["detail"]["verdict"] for one in events if one["type"] == "verdict.recorded"]
    # a look between the two may find one signature decided and the other not yet: that is a line of its own
    kept = set(told[:-1]) == {"INDETERMINATE"} and told[-1:] == ["PASSED"]
    scene.claim(Promise.LATER, "mỗi lần kết luận đổi là một dòng nhật ký", holds=kept, seen=told)
    repeated = await world.ubnd.send(data)
    same = repeated["receipt"] == answer["receipt"] and repeated["package_id"] == package_id
    scene.claim(Promise.LATER, "biên nhận vẫn là biên nhận đầu tiên, từng byte", holds=same, seen=repeated)
    await scene.once(world.ubnd, package_id, (roles.COMMUNE,))


AUTHORITY = "CA thứ hai"


async def upwards(scene: Scene) -> None:
    """To a ministry through the axis."""
    world = scene.world
    paper, data = scene.begin("upwards", (roles.MINISTRY,))
    answer = await world.ubnd.send(data)
    scene.accepted(answer, data)
    taken = await world.ministry.take(paper.document_id)
    scene.life.note(roles.MINISTRY.short, "lấy văn bản từ trục quốc gia", "●")
    scene.taken({roles.MINISTRY: taken}, data)
    await world.ministry.say(taken, "01")
    await world.ministry.say(taken, "03", "Số đến 9011")
    await scene.comes_back(world.ubnd, paper.document_id, ("01", "03"), roles.MINISTRY)
    await scene.journal(world.ubnd, answer["package_id"])
    await scene.once(world.ubnd, answer["package_id"], (roles.MINISTRY,))


async def downwards(scene: Scene) -> None:
    """From the ministry through the axis."""
    world = scene.world
    paper, data = scene.begin("downwards", (roles.OFFICE, roles.COMMUNE))
    await world.ministry.send(data)
    scene.life.note("Trục QG", "đã nhận của Bộ; trục tỉnh sẽ tới lấy", "●")
    office, commune = await asyncio.gather(world.ubnd.take(paper.document_id), world.commune.take(paper.document_id))
    scene.taken({roles.OFFICE: office, roles.COMMUNE: commune}, data)
    await world.commune.say(commune, "03", arrival_number="319", arrival_date=papers.DAY.isoformat())
    await scene.journal(world.commune, commune.package_id)
    back = await world.ministry.take(paper.document_id, code="03")
    scene.life.note(roles.MINISTRY.short, "nhận trạng thái 03 của xã qua trục quốc gia", "●")
    status = back.package.status
    scene.claim(Promise.STATUS, "03 của Xã SM ra tới Bộ", holds=status is not None and status.sender.organ_id
                == roles.COMMUNE.organ_id, seen=back.package.sender_id)  # fmt: skip
