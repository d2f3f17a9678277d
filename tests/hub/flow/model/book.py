"""What ought to be: packages, their copies and what they are offered as, in plain Python, without the hub's tables.

Nothing here reads the hub. The machine (`life`) does the same things to the hub and to this book, and compares them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CODES = {name: f"000.00.{number:02}.H99" for number, name in enumerate("ABCDEFG", start=1)}
NEW_CODE_OF_G = "000.00.17.H99"
SYSTEMS = {"a": "A", "b1": "B", "cd": "CD", "f": "F", "g": "G"}
SECOND = {"B": "b2"}
HEIR_OF_F = "C"

RANK = {None: 0, "01": 1, "02": 2, "03": 3, "04": 4, "05": 5, "06": 6}
OFFERED = ("initial", "processing")
GONE_BACK = ("agreed", "destroyed")
STOPPABLE = ("available", "held", "failed", "not_connected")
LEAVES = ("available", "held", "delivered")
OPEN_TO_WISHES = ("none", "refused")
OTHERS, WRONG = "OTHER", "WRONG_RECIPIENT"


class NotAllowed(Exception):  # noqa: N818 - the hub is to refuse, nothing changes
    """What is asked for is to be refused."""


@dataclass(eq=False)
class Item:
    """What one system is offered of one package. state: as VXP has it, '' = nothing to offer."""

    sent: Sent
    system: str
    state: str = "initial"
    copies: list[Copy] = field(default_factory=list, repr=False)
    id: str | None = None

    @property
    def waits(self) -> bool:
        return any(copy.status == "available" for copy in self.copies)

    def settle(self) -> None:
        """After a move by hand: offered exactly while something waits."""
        if self.waits and self.state not in OFFERED:
            self.state = "initial"
        elif not self.waits and self.state in OFFERED:
            self.state = ""

    def close(self) -> None:
        """After a stop: what waits no more is offered no more."""
        if not self.waits and self.state in OFFERED:
            self.state = ""


@dataclass(eq=False)
class Copy:
    """One package for one agency. lease: the token that counts. receipt: the first one given for it."""

    sent: Sent
    agency: str
    status: str
    system: str | None = None
    item: Item | None = None
    part: str = ""  # '' own, second, successor, added
    id: str = ""
    exposed: bool = False
    recall: str = "none"
    kind: str | None = None
    business: str | None = None
    refusal: str | None = None
    received: bool = False
    accepted: bool = False
    corrected_by: str | None = None
    replied_by: str | None = None
    lease: str | None = None
    receipt: str | None = None
    behind: bool = False  # the hub holds it behind the document it changes

    @property
    def returned(self) -> bool:
        """Refused as sent to the wrong place."""
        return self.business == "02" and self.refusal == WRONG

    @property
    def known(self) -> bool:
        """Whether its recipient knows of it."""
        waits = self.status == "available" and self.sent.travels
        return waits or self.status == "delivered" or self.exposed

    @property
    def fetchable(self) -> bool:
        """Whether its bytes may leave to a recipient that asks for the package."""
        return self.status in ("available", "delivered") and self.recall not in GONE_BACK and not self.returned


@dataclass(eq=False)
class Sent:
    """One package. kind: 0 new, 1 recall, 2 update, 3 replacement; of statuses code and whom it speaks to."""

    by: str
    system: str
    document: str
    data: bytes = field(repr=False)
    kind: int = 0
    code: str = ""
    about: tuple[str, str] = ("", "")  # of a status or reply: agency and document spoken of
    words: str = ""
    replaces: str = ""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    held: set[str] = field(default_factory=set)
    state: str = "accepted"  # accepted (also while held), quarantined, erased
    has_content: bool = True
    frozen: bool = False
    id: str = ""
    sha256: str = ""
    receipt: str = field(default="", repr=False)
    answer: object = field(default=None, repr=False)
    to: tuple[str, ...] = ()
    copies: list[Copy] = field(default_factory=list, repr=False)

    @property
    def status(self) -> str:
        return "held" if self.state == "accepted" and self.held else self.state

    @property
    def travels(self) -> bool:
        return self.status == "accepted"

    @property
    def is_status(self) -> bool:
        return bool(self.code)

    @property
    def is_document(self) -> bool:
        return not self.code and self.kind in (0, 3)

    @property
    def waits_for_document(self) -> bool:
        return "unmatched" in self.held

    @property
    def own(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.part != "second"]


class Book:
    """Everything that was taken in, and who is who now. keeps: who handles a document need not give it back."""

    def __init__(self, *, keeps: bool = False) -> None:
        self.keeps = keeps
        self.sent: list[Sent] = []
        self.codes = {name: [code] for name, code in CODES.items()}
        self.receives: dict[str, str | None] = dict.fromkeys(CODES)
        self.receives |= {name: system for system, names in SYSTEMS.items() for name in names}
        self.speaks = {system: set(names) for system, names in SYSTEMS.items()}
        self.speaks |= {system: {name} for name, system in SECOND.items()}
        self.closed: set[str] = set()
        self.items: list[Item] = []

    # ------------------------------------------------------------------------------------------------- who is who

    def name_of(self, code: str) -> str:
        return next(name for name, codes in self.codes.items() if code in codes)

    def voices(self, name: str) -> tuple[str, ...]:
        """The agency, and whom it took over from."""
        return (name, *self.closed) if name == HEIR_OF_F else (name,)

    def systems(self) -> list[str]:
        return sorted(self.speaks)

    def born(self, name: str) -> str:
        if name in self.closed:
            return "failed"
        return "available" if self.receives[name] else "not_connected"

    # ---------------------------------------------------------------------------------------------------- threads

    def thread(self, agency: str, document: str, *, waiting: bool = False) -> list[Copy]:
        """The copies of a document and of what revises it, oldest first; what waits for it itself not."""
        voices = self.voices(agency)
        packages = [one for one in self.sent if not one.is_status and one.by in voices and one.document == document]
        return [copy for one in packages if waiting or not one.waits_for_document for copy in one.copies]

    def is_here(self, agency: str, document: str) -> bool:
        """Whether the document is known: an update alone is enough, a recall is not."""
        return any(copy.sent.kind != 1 for copy in self.thread(agency, document))

    def answered(self, agency: str, document: str, speaker: str) -> Copy | None:
        """The copy a recipient speaks of: the newest it knows of, the document before its revisions."""
        for voice in self.voices(speaker):
            mine = [
                copy
                for copy in self.thread(agency, document, waiting=True)
                if copy.agency == voice and copy.part != "second" and copy.known
            ]
            if mine:
                order = [copy for copy in mine if copy.sent.kind in (0, 3)]
                order = order or [copy for copy in mine if copy.sent.kind == 2] or mine
                return order[-1]
        return None

    def deliver(self, sent: Sent, stays: dict[str, str], *, now_to: tuple[str, ...] | None = None) -> None:
        """Write the copies of a new package."""
        items: dict[str, Item] = {}
        routes = [(name, self.receives[name], "") for name in (sent.to if now_to is None else now_to)]
        routes += [(name, SECOND[name], "second") for name, system, _ in routes if name in SECOND and system]
        for name, at, part in routes:
            status = self.born(name)
            if status == "available" and name in stays:
                status = "cancelled"
            system = at if self.born(name) == "available" else None
            copy = Copy(sent, name, status, system, part=part)
            if status == "available":
                assert system is not None
                copy.item = items.setdefault(system, Item(sent, system))
                copy.item.copies.append(copy)
            sent.copies.append(copy)
        self.items += items.values()

    # ---------------------------------------------------------------------------------------------------- order

    def arrange(self) -> None:
        """Updates wait behind the document they change while that is kept back; no others."""
        for sent in self.sent:
            if sent.is_status or sent.kind != 2:
                continue
            thread = self.thread(sent.by, sent.document, waiting=True)
            for copy in sent.copies:
                if copy.exposed:
                    continue
                before = [one for one in thread if one.sent.kind != 2 and self._is_kept_back(one)]
                waits = any(one.agency == copy.agency for one in before)
                if waits and copy.status == "available":
                    copy.status, copy.behind = "held", True
                elif not waits and copy.status == "held" and copy.behind:
                    copy.status, copy.behind = "available", False
                else:
                    continue
                if copy.item is not None:
                    copy.item.settle()

    @staticmethod
    def _is_kept_back(copy: Copy) -> bool:
        unseen = not copy.exposed and copy.status not in ("cancelled", "delivered")
        return unseen and (copy.status == "held" or copy.sent.status in ("held", "quarantined"))

    # --------------------------------------------------------------------------------------------- having it back

    def stoppable(self, copies: list[Copy]) -> list[Copy]:
        """What still can be stopped: the bytes of an item leave once for all its agencies, so it stops as a whole.

        With it goes a copy that was asked for before only because another agency of its system kept the document.
        """
        wanted = list(copies)
        for item in {copy.item for copy in copies if copy.item is not None}:
            wanted += [one for one in item.copies if one.recall == "asked" and not one.exposed and one not in wanted]
        return [one for one in wanted if not one.exposed and one.status in STOPPABLE and not self._parted(one, wanted)]

    @staticmethod
    def _parted(copy: Copy, wanted: list[Copy]) -> bool:
        beside = copy.item.copies if copy.item is not None else []
        return any(one.exposed or (one not in wanted and one.status in LEAVES) for one in beside)

    def stop(self, copies: list[Copy], **facts: str) -> list[Copy]:
        """Stop what still can be; facts: recall and kind from then on."""
        stopped = self.stoppable(copies)
        for copy in stopped:
            copy.status, copy.behind, copy.lease = "cancelled", False, None
            copy.recall, copy.kind = facts.get("recall", copy.recall), facts.get("kind", copy.kind)
        for copy in stopped:
            if copy.item is not None:
                copy.item.close()
        return stopped

    def take_away(self, copies: list[Copy], kind: str) -> dict[str, str]:
        """Stop, ask, or let those keep it who handle it; agency -> why the message about it stays here."""
        out = [copy for copy in copies if copy.status != "cancelled"]
        kept = [copy for copy in out if self.may_keep(copy) and (copy.exposed or copy.status == "delivered")]
        wanted = [copy for copy in out if copy not in kept]
        stopped = self.stop(list(wanted), recall="never_delivered", kind=kind)
        self.never_delivered(copies, kind)
        asked = [copy for copy in wanted if copy not in stopped]
        for copy in asked:
            if copy.item is not None and any(one.exposed for one in copy.item.copies):
                copy.exposed = True
        for copy in kept:
            if copy.recall in OPEN_TO_WISHES:
                copy.recall, copy.kind = "refused", kind
        for copy in asked:
            if copy.recall in OPEN_TO_WISHES:
                copy.recall, copy.kind = "asked", kind
        stays = dict.fromkeys((copy.agency for copy in copies), "never_delivered")
        stays |= dict.fromkeys((copy.agency for copy in kept), "handled")
        return {agency: why for agency, why in stays.items() if agency not in {copy.agency for copy in asked}}

    @staticmethod
    def never_delivered(copies: list[Copy], kind: str) -> None:
        """What was stopped before for another reason is told to be as it is."""
        for copy in copies:
            if copy.status == "cancelled" and copy.recall == "none":
                copy.recall, copy.kind = "never_delivered", kind

    def may_keep(self, copy: Copy) -> bool:
        return self.keeps and RANK[copy.business] >= RANK["04"]

    def given_back(self, copies: list[Copy]) -> None:
        """Nothing of these copies is offered any more; what nobody keeps is erased."""
        for copy in copies:
            if copy.status in ("available", "held"):
                copy.status, copy.lease, copy.behind = "failed", None, False
        for copy in copies:
            if copy.item is not None:
                copy.item.close()
        for sent in dict.fromkeys(copy.sent for copy in copies):
            self.erase_what_nobody_keeps(sent)

    def erase_what_nobody_keeps(self, sent: Sent) -> bool:
        given = [one for one in sent.copies if self._is_back(one)]
        if not given or not sent.has_content or sent.frozen:
            return False
        if any(one.status != "cancelled" and one not in given for one in sent.copies):
            return False
        self.erase(sent)
        return True

    @staticmethod
    def _is_back(copy: Copy) -> bool:
        return copy.recall == "destroyed" or (copy.recall == "agreed" and copy.kind == "take_back")

    def erase(self, sent: Sent) -> None:
        sent.state, sent.has_content = "erased", False
        for copy in sent.copies:
            if copy.status in ("available", "held"):
                copy.status = "failed" if copy.exposed else "cancelled"
                copy.lease, copy.behind = None, False
                if copy.item is not None:
                    copy.item.settle()
