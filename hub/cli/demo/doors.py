"""The other doors: a shared folder with the agent, push, web hooks; and an axis that is ill."""

from __future__ import annotations

import asyncio
import json
import re

from hub.cli.demo import cast as roles
from hub.cli.demo import papers, proof
from hub.cli.demo.called import is_signed
from hub.cli.demo.offices import Taken
from hub.cli.demo.proof import Promise
from hub.cli.demo.scene import Scene
from hub.cli.demo.telling import size

ILL_SECONDS = 2.0
"""How long the axis answers with pages; the hub asks it once a second, and more rarely while it is ill."""

MOST_SECONDS = 2
"""How far two readings of one clock may lie apart."""


async def shared_folder(scene: Scene) -> None:
    """In through the agent into a folder, answered there; out of it, and one document that cannot go."""
    world, desk, role = scene.world, scene.world.desk, roles.HOME
    paper, data = scene.begin("into_folder", (role,))
    answer = await world.ubnd.send(data)
    form, arrived = await desk.received(paper.document_id)
    scene.life.note(role.short, f"thấy trong thư mục: {form['number']}/{form['notation']} và gói {size(len(arrived))}")
    scene.taken({role: Taken(arrived, *papers.open_package(arrived))}, data)
    await scene.comes_back(world.ubnd, paper.document_id, ("01",), role)
    register = {"arrival_number": "77", "arrival_date": papers.DAY.isoformat(), "staff": "Đỗ Thị Mai"}
    desk.answer("77-den", {"item_id": form["item_id"], "from": role.organ_id, "code": "03", **register})
    back = await world.ubnd.take(paper.document_id, kind="status", code="03")
    words = back.package.status.description if back.package.status is not None else ""
    scene.claim(
        Promise.DOORS,
        f"số đến ghi trong thư mục về tới {roles.OFFICE.short}: «{words}»",
        holds="77" in words,
        seen=words,
    )
    await scene.journal(world.ubnd, answer["package_id"])
    await scene.once(world.ubnd, answer["package_id"], (role,))
    copies = desk.copies(paper.document_id)
    scene.claim(Promise.ONCE, "trong thư mục đến chỉ có một bản", holds=copies == 1, seen=copies)
    await _out_of_the_folder(scene)
    await _alive(scene)


async def _out_of_the_folder(scene: Scene) -> None:
    """Two forms beside PDFs: a good one with its receipt afterwards, a bad one with the reason beside it."""
    world, desk, role = scene.world, scene.world.desk, roles.HOME
    paper, pdf = papers.paper("out_of_folder"), world.pdfs["out_of_folder"]
    form = {
        "from": role.organ_id, "to": [roles.OFFICE.organ_id], "subject": paper.subject, "number": paper.number,
        "notation": paper.notation, "date": papers.DAY.isoformat(),
    }  # fmt: skip
    desk.put(paper.key, form, pdf)
    desk.put("sai-ngay", {**form, "date": "31/02/2026"}, pdf)
    scene.life.note(role.short, "đặt hai văn bản vào thư mục gửi đi, một cái ghi sai ngày", "·")
    note = await desk.told("refused/sai-ngay.ly-do.txt")
    reason = " ".join(line.strip() for line in note.split("\n\n")[0].splitlines())
    scene.life.note("Đại lý", reason, "×")
    right = "date: " in note and "KHÔNG GỬI ĐƯỢC" in note
    scene.claim(Promise.DOORS, "văn bản sai nằm ở refused/, bên cạnh là lý do đọc được", holds=right, seen=note)
    receipt = await desk.told(f"sent/{paper.key}.receipt.jws")
    document_id = proof.read_receipt(receipt, world.certificates).get("document_id", "")
    taken = await world.ubnd.take(document_id)
    wrong = proof.wrong_with(receipt, world.certificates, event="package.accepted", sha256=taken.sha256)
    scene.claim(Promise.RECEIPT, "biên nhận trong sent/ nói đúng mã băm UBND nhận", holds=not wrong, seen=wrong)
    scene.claim(Promise.SAME_BYTES, "UBND có đúng tệp PDF trong thư mục", holds=taken.files == [pdf], seen=taken.sha256)


async def _alive(scene: Scene) -> None:
    """What the hub knows of the agent, and what an operator sees of it."""
    told = await scene.world.life_of(roles.HOME.system)
    clock = told["clock_seconds"]
    near = clock is not None and abs(clock) <= MOST_SECONDS
    scene.claim(Promise.ALIVE, f"trục nghe đại lý báo còn sống; đồng hồ lệch {clock} giây", holds=near, seen=told)
    page = await scene.world.console(f"/console/systems/{roles.HOME.system}")
    told_there = re.search(r"Đồng hồ so với trục</dt><dd>([+-]\d+) giây", page)
    shown = told["software"] in page and told_there is not None and abs(int(told_there[1])) <= MOST_SECONDS
    scene.claim(Promise.ALIVE, "điều phối thấy báo hiệu và đồng hồ của đại lý trên trang", holds=shown, seen=told_there)


async def pushed(scene: Scene) -> None:
    """An office that is called; the first time it is busy."""
    world, role = scene.world, roles.HEALTH
    world.called.busy = 1
    paper, data = scene.begin("pushed", (role,))
    answer = await world.ubnd.send(data)
    call = await world.called.package(paper.document_id)
    tries = [one for one in world.called.calls if one.message_id == call.message_id]
    scene.life.note(role.short, f"bận, trả lời 503; lần gọi thứ {len(tries)} thì nhận", "○")
    facts = json.loads(call.headers["truc-parcel"])
    kept = world.called.kept[call.message_id]
    taken = Taken(kept, *papers.open_package(kept), facts["delivery_ids"][0], answer["package_id"])
    scene.taken({role: taken}, data)
    proven = len(tries) >= 2 and all(one.proven for one in tries)
    scene.claim(
        Promise.DOORS,
        f"{len(tries)} lần gọi cùng một webhook-id, lần nào cũng có chữ ký đúng",
        holds=proven,
        seen=tries,
    )
    await world.ubnd.wait_for_delivery(answer["package_id"])
    await world.health.say(taken, "03", description="Số đến 412")
    await scene.comes_back(world.ubnd, paper.document_id, ("03",), role)
    await scene.journal(world.ubnd, answer["package_id"])
    await scene.once(world.ubnd, answer["package_id"], (role,))


async def hooked(scene: Scene) -> None:
    """A sender asks to be told; the secret is changed in between."""
    world, called = scene.world, scene.world.called
    made = await world.building.post(
        "/webhooks", {"url": f"{called.url}/tin", "events": ["delivery.delivered", "status.03"]}
    )
    called.hook_secrets.append(made["secret"])
    paper, data = scene.begin("hooked", (roles.COMMUNE,))
    package_id = (await world.building.send(data))["package_id"]
    taken = await world.commune.take(paper.document_id)
    first = await called.told(package_id, "delivery.delivered")
    newer = await world.building.post(f"/webhooks/{made['id']}/rotate", {})
    called.hook_secrets.append(newer["secret"])
    await world.commune.say(taken, "03", arrival_number="320")
    second = await called.told(package_id, "status.03")
    scene.life.note(roles.BUILDING.short, "được gọi hai lần: đã giao, rồi 03; không phải hỏi lần nào", "●")
    scene.claim(Promise.NOTICE, "tin đầu có chữ ký theo Standard Webhooks", holds=first.proven, seen=first)
    both = [is_signed(second.headers, second.data, one) for one in called.hook_secrets]
    scene.claim(Promise.NOTICE, "đang đổi khóa: tin sau có chữ ký của cả khóa cũ lẫn mới", holds=all(both), seen=both)
    texts = first.data.decode() + second.data.decode()
    thin = paper.subject not in texts and json.dumps(paper.subject) not in texts
    scene.claim(Promise.NOTICE, "tin chỉ có mã và số hiệu, không có trích yếu", holds=thin, seen=texts)
    await scene.journal(world.building, package_id)
    await scene.once(world.building, package_id, (roles.COMMUNE,))


async def axis_ill(scene: Scene) -> None:
    """Pages for answers, then everything offered again and again: as `truc break axis` does it."""
    world = scene.world
    await world.break_axis("html", ILL_SECONDS)
    scene.life.note(AXIS, "trả trang HTML thay cho câu trả lời (truc break axis --mode html)", "×")
    paper, data = scene.begin("ill_up", (roles.MINISTRY,))
    answer = await world.ubnd.send(data)
    scene.accepted(answer, data)
    await asyncio.sleep(ILL_SECONDS)
    await world.break_axis("duplicate", 60)
    scene.life.note(AXIS, "đưa mọi thứ ba lần, xác nhận rồi vẫn đưa lại (--mode duplicate)", "×")
    down, down_data = papers.paper("ill_down"), world.pdfs["ill_down"]
    package = papers.package(down, down_data, (roles.OFFICE,))
    await world.ministry.send(package)
    came = await world.ubnd.take(down.document_id)
    await asyncio.sleep(ILL_SECONDS)  # it is offered again meanwhile
    await world.break_axis("off", 1)
    scene.life.note(AXIS, "chạy đúng trở lại", "●")
    scene.taken({roles.OFFICE: came}, package)
    events = (await world.ubnd.get(f"/packages/{came.package_id}/timeline"))["events"]
    given = sum(one["type"] == "delivery.delivered" for one in events)
    again = await world.ubnd.listed(down.document_id)
    claim = f"{down.number}/{down.notation} của Bộ vào tỉnh một lần, dù được đưa nhiều lần"
    scene.claim(Promise.AXIS_ILL, claim, holds=given == 1 and again is None, seen=f"{given} {again}")
    taken = await world.ministry.take(paper.document_id)
    scene.taken({roles.MINISTRY: taken}, data)
    await world.ministry.say(taken, "03", "Số đến 9012")
    await scene.comes_back(world.ubnd, paper.document_id, ("03",), roles.MINISTRY)
    more = await world.ministry.copies(paper.document_id)
    claim = f"{paper.number}/{paper.notation} của tỉnh tới Bộ một lần, dù trục đã trả lời bằng trang HTML"
    scene.claim(Promise.AXIS_ILL, claim, holds=more == 0, seen=more)
    told = [one["type"] for one in await scene.journal(world.ubnd, answer["package_id"])]
    claim = "trang HTML không được hiểu là đã nhận: trục tỉnh ghi chưa giao được, rồi gửi lại"
    scene.claim(Promise.AXIS_ILL, claim, holds="delivery.deferred" in told, seen=told)
    await scene.once(world.ubnd, answer["package_id"], (roles.MINISTRY,))


AXIS = "Trục QG"
