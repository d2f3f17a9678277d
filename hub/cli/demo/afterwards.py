"""What happens after a document was sent: destroyed, replaced; and one sent to a saved list."""

from __future__ import annotations

from hub.cli.demo import cast as roles
from hub.cli.demo import papers
from hub.cli.demo.proof import Promise
from hub.cli.demo.scene import Scene
from hub.cli.errors import CommandError

LIST = "Sở và xã"


async def destroyed(scene: Scene) -> None:
    """A recall everybody complies with: two signed confirmations, and nothing left but the record."""
    # law: R-146 HN Đ9.2, R-151 NĐ30 PL VI
    world = scene.world
    to = (roles.FINANCE, roles.BUILDING)
    paper, data = scene.begin("destroyed", to)
    answer = await world.ubnd.send(data)
    package_id = answer["package_id"]
    finance, building = await world.finance.take(paper.document_id), await world.building.take(paper.document_id)
    scene.life.note(roles.OFFICE.short, "ban hành nhầm: thu hồi", "·")
    await world.ubnd.withdraw(package_id, "Ban hành nhầm, chưa đủ thẩm quyền", "recall")
    await world.finance.take(paper.document_id, business=1)
    await world.building.take(paper.document_id, kind="recall")
    await world.finance.say(finance, "15", "Đã hủy văn bản đã nhận")
    await world.building.say(building, "15", destroyed=True, description="Đã hủy trong phần mềm của Sở")
    after = await world.ubnd.get(f"/packages/{package_id}")
    states = {one["recipient"]: one["recall_state"] for one in after["deliveries"]}
    holds = all(states[role.organ_id] == "destroyed" for role in to)
    scene.claim(Promise.RECALL, "cả hai nơi xác nhận đã hủy, có ký số của trục", holds=holds, seen=states)
    try:
        await world.building.get(f"/packages/{package_id}/attachments/1")
    except CommandError as refusal:
        got = refusal.code
    else:
        got = "content"
    stone = (await world.building.get(f"/packages/{package_id}"))["tombstone"] or {}
    scene.claim(
        Promise.RECALL, "nội dung không còn ở đâu trên trục; còn lại: của ai, khi nào, vì sao",
        holds=got == "not_found" and stone.get("reason") == "Ban hành nhầm, chưa đủ thẩm quyền", seen=f"{got} {stone}",
    )  # fmt: skip
    await scene.journal(world.ubnd, package_id)


async def replaced(scene: Scene) -> None:
    """One recipient has the old document, the other has not fetched it yet: it gets the new one alone."""
    # law: R-162 NĐ30 Đ18.3
    world = scene.world
    paper, data = scene.begin("replaced", (roles.FINANCE, roles.COMMUNE))
    old = await world.building.send(data)
    await world.finance.take(paper.document_id)
    scene.life.note(roles.COMMUNE.short, "chưa mở máy", "○")
    newer = papers.paper("replacing")
    other = papers.package(newer, world.pdfs["replacing"], (roles.FINANCE, roles.COMMUNE), replaces=paper)
    scene.life.note(roles.BUILDING.short, f"gửi {newer.number}/{newer.notation} thay thế (loại 3)", "·")
    answer = await world.building.send(other)
    scene.accepted(answer, other)
    finance = await world.finance.take(newer.document_id, business=3)
    commune = await world.commune.take(newer.document_id, kind="replacement")
    scene.taken({roles.COMMUNE: commune}, other)
    unseen = await world.commune.listed(paper.document_id)
    scene.claim(
        Promise.REPLACED, "Xã SM chỉ nhận văn bản mới; bản cũ chưa tải thì không giao nữa",
        holds=unseen is None and finance.data == other, seen=unseen,
    )  # fmt: skip
    shown = await world.building.get(f"/packages/{old['package_id']}")
    scene.claim(
        Promise.REPLACED, "bản cũ được giữ, và chỉ tới bản thay thế",
        holds=shown["replaced_by"] == answer["package_id"], seen=shown["replaced_by"],
    )  # fmt: skip
    await scene.journal(world.building, answer["package_id"])


async def to_a_list(scene: Scene) -> None:
    """A saved list, opened into single agencies when the document is sent; one of them is merged away."""
    # law: R-108 BD Đ4.2, R-107 CB Đ7.1
    world = scene.world
    members = [role.organ_id for role in (roles.FINANCE, roles.BUILDING, roles.COMMUNE)]
    await world.ubnd.put(f"/groups/{LIST}", {"members": [*members, roles.MERGED.organ_id]})
    paper = papers.paper("listed")
    scene.life.about = f"{paper.number}/{paper.notation} · gửi: danh sách «{LIST}», và bản giấy tới TT LT"
    envelope = {
        "from": roles.OFFICE.organ_id, "to": [{"group": LIST}, {"code": roles.ARCHIVE.organ_id, "mode": "paper"}],
        "subject": paper.subject, "number": paper.number, "notation": paper.notation, "date": papers.DAY.isoformat(),
    }  # fmt: skip
    answer = await world.ubnd.send_files(envelope, [world.folder / "documents" / f"listed-{paper.file_name}"])
    states = {one["recipient"]: one["status"] for one in answer["deliveries"]}
    warned = [one for one in answer["warnings"] if roles.BUILDING.organ_id in str(one)]
    scene.claim(
        Promise.EACH_ITS_OWN, "danh sách được mở thành từng cơ quan; cơ quan đã nhập được bỏ, nêu nơi kế thừa",
        holds=set(states) == {*members, roles.ARCHIVE.organ_id} and bool(warned), seen=f"{states} {answer['warnings']}",
    )  # fmt: skip
    paper_list = await world.ubnd.get(f"/packages/{answer['package_id']}/paper")
    on_paper = [one["recipient"] for one in paper_list["items"]]
    scene.claim(
        Promise.EACH_ITS_OWN, f"{roles.ARCHIVE.short} đứng trong sổ gửi bản giấy",
        holds=on_paper == [roles.ARCHIVE.organ_id], seen=on_paper,
    )  # fmt: skip
    await world.commune.take(answer["document_id"])
    await scene.journal(world.ubnd, answer["package_id"])
    await scene.once(world.ubnd, answer["package_id"], (roles.COMMUNE,))
