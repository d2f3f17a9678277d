"""What every scene has: the world, the life it tells, and the claims most scenes make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.cli.demo import cast as roles
from hub.cli.demo import papers, proof
from hub.cli.demo.offices import NativeOffice, Taken
from hub.cli.demo.papers import Paper
from hub.cli.demo.proof import Checks, Promise
from hub.cli.demo.telling import VALUES, Life, size
from hub.cli.demo.world import World


@dataclass(slots=True)
class Scene:
    """One scene: the world, what it tells, what it claims."""

    world: World
    checks: Checks
    life: Life

    def claim(self, promise: Promise, claim: str, *, holds: bool, seen: object = "") -> None:
        """State and check one thing."""
        self.life.checks.append(self.checks.note(promise, claim, holds=holds, seen=seen))

    def begin(self, key: str, to: tuple[roles.Role, ...]) -> tuple[Paper, bytes]:
        """A paper and its package, announced."""
        paper = papers.paper(key)
        pdf = self.world.pdfs[key]
        data = papers.package(paper, pdf, to)
        names = ", ".join(role.short for role in to)
        self.life.about = (
            f"{paper.number}/{paper.notation} · PDF {size(len(pdf))} · ký số: {paper.signed_by} · gửi: {names}"
        )
        self.life.note(paper.author.short, f"gửi gói edXML {size(len(data))}", "·")
        return paper, data

    def accepted(self, answer: dict[str, Any], data: bytes) -> None:
        """The receipt says what was sent, and verifies."""
        digest = papers.digest(data)
        wrong = proof.wrong_with(
            answer["receipt"], self.world.certificates, event="package.accepted", package_id=answer["package_id"],
            sha256=digest,
        )  # fmt: skip
        self.claim(
            Promise.RECEIPT, "biên nhận tiếp nhận kiểm được và nói đúng mã băm đã gửi", holds=not wrong, seen=wrong
        )

    def taken(self, taken: dict[roles.Role, Taken], data: bytes) -> None:
        """Everybody has the sender's bytes; whoever got a receipt can verify it."""
        digest = papers.digest(data)
        other = [role.short for role, one in taken.items() if one.data != data]
        names = ", ".join(role.short for role in taken)
        count = f"{len(data):,}".replace(",", ".")
        claim = f"{names} có đúng {count} byte đã gửi (SHA-256 {digest[:12]}…)"
        self.claim(Promise.SAME_BYTES, claim, holds=not other, seen=f"khác ở {other}")
        for role, one in taken.items():
            if one.receipt:
                wrong = proof.wrong_with(
                    one.receipt, self.world.certificates, event="delivery.delivered", sha256=digest
                )
                self.claim(
                    Promise.RECEIPT, f"biên nhận bàn giao của {role.short} kiểm được", holds=not wrong, seen=wrong
                )

    async def journal(self, office: NativeOffice, package_id: str) -> list[dict[str, Any]]:
        """Tell the rest from the hub's journal, and give it."""
        timeline = await office.get(f"/packages/{package_id}/timeline")
        verdicts = await office.get(f"/packages/{package_id}/verdicts")
        self.life.journal(timeline, verdicts.get("sentence", ""))
        events: list[dict[str, Any]] = timeline["events"]
        return events

    async def once(self, office: NativeOffice, package_id: str, roles_: tuple[roles.Role, ...]) -> None:
        """By the sender's receipts: each of these recipients was handed the document once, and each leaf is right."""
        found = (await office.get(f"/packages/{package_id}/receipts"))["receipts"]
        for role in roles_:
            mine = [one for one in found if one["type"] == "delivery.delivered" and one["recipient"] == role.organ_id]
            self.claim(
                Promise.ONCE, f"{role.short}: một biên nhận bàn giao, không hơn", holds=len(mine) == 1, seen=len(mine)
            )
        wrong = [one["type"] for one in found if not self._proves(one)]
        self.claim(
            Promise.RECEIPT, f"cả {len(found)} biên nhận của văn bản kiểm được, lá nhật ký khớp sự kiện gốc",
            holds=bool(found) and not wrong, seen=wrong or "không có biên nhận nào",
        )  # fmt: skip

    def _proves(self, told: dict[str, Any]) -> bool:
        leaf = proof.leaf(told["canonical"], told["nonce"])
        return not proof.wrong_with(told["receipt"], self.world.certificates, leaf=leaf) and leaf == told["leaf"]

    async def comes_back(self, office: NativeOffice, document_id: str, codes: tuple[str, ...], who: roles.Role) -> None:
        """The statuses a recipient reported reach the sender's inbox."""
        for code in codes:
            back = await office.take(document_id, kind="status", code=code)
            status = back.package.status
            right = status is not None and status.sender.organ_id == who.organ_id
            claim = f"{office.role.short} nhận được {code} của {who.short}"
            self.claim(Promise.STATUS, claim, holds=right, seen=back.package.sender_id)

    def worth(self, verdicts: dict[str, Any], verdict: str, value: str) -> None:
        """The verdict on its signatures, and what it is worth by law."""
        file = verdicts["files"][0]
        signatures = file["signatures"]
        names = ", ".join(f"{one['signer']} ({one['verdict']})" for one in signatures) or "không có chữ ký"
        seen = f"{file['verdict']} {file['sub_indication']} {file.get('detail') or ''} {verdicts['legal_value']}"
        right = file["verdict"] == verdict and verdicts["legal_value"] == value
        self.claim(Promise.VERDICT, f"giá trị: {VALUES[value]}; {names}", holds=right, seen=seen)
