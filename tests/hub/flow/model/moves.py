"""What happens to one copy by hand: fetched, acknowledged, marked, held, released, sent again; and who moves where."""

from __future__ import annotations

from .book import GONE_BACK, HEIR_OF_F, NEW_CODE_OF_G, Book, Copy, Item, NotAllowed, Sent


def require(condition: bool) -> None:
    if not condition:
        raise NotAllowed


def lease(copy: Copy, system: str) -> None:
    require(copy.system == system and copy.status == "available" and copy.sent.travels and not copy.returned)
    copy.exposed = True


def acknowledge(copy: Copy, system: str, *, token: str, right: bool) -> None:
    """A repeat is answered by the first receipt; a receipt beats that it was given up."""
    require(copy.system == system and copy.known and copy.status not in ("held", "cancelled") and right)
    if copy.status == "delivered":
        return
    require(copy.lease == token and copy.status in ("available", "failed"))
    hand_over(copy)


def hand_over(copy: Copy) -> None:
    copy.status = "delivered"
    copy.received = copy.received or not copy.sent.is_status
    if copy.item is not None and not copy.item.waits:
        copy.item.state = "done"


def read(sent: Sent, system: str) -> None:
    """Its content, for its sender or for a recipient that knows of it."""
    if sent.system == system:
        require(sent.status in ("accepted", "held") and sent.has_content)
        return
    mine = [copy for copy in sent.copies if copy.system == system and copy.fetchable]
    require(any(copy.known for copy in sent.copies if copy.system == system))
    require(sent.travels and bool(mine) and sent.has_content)
    for copy in mine:
        copy.exposed = True


def fetch(item: Item, system: str) -> None:
    """getEdoc."""
    sent = item.sent
    require(item.system == system and item.state != "" and sent.travels and sent.has_content)
    there = [copy for copy in item.copies if copy.status in ("available", "delivered", "failed")]
    shown = [copy for copy in there if copy.recall not in GONE_BACK and not copy.returned]
    require(bool(shown))
    for copy in shown:
        copy.exposed = True


def update(item: Item, system: str, word: str) -> None:
    """updateStatus of VXP."""
    sent = item.sent
    require(item.system == system and item.state != "")
    require(sent.travels or any(copy.exposed for copy in item.copies))
    if item.state in ("done", word) or (word == "processing" and item.state != "initial"):
        return
    item.state = word
    for copy in item.copies:
        if word == "done" and copy.status in ("available", "failed"):
            hand_over(copy)
        elif word == "fail" and copy.status == "available":
            copy.status = "failed"


def operate(book: Book, copy: Copy, act: str) -> None:
    if act == "hold":
        require(copy.status == "available")
        copy.status, copy.behind = "held", False
    elif act == "release":
        require(copy.status == "held" and copy.recall not in GONE_BACK)
        copy.status, copy.behind = "available", False
    elif act == "resend":
        require(copy.status in ("failed", "not_connected") and copy.recall not in GONE_BACK)
        require(book.born(copy.agency) == "available" and copy.sent.has_content)
        system = copy.system if copy.part == "second" else book.receives[copy.agency]
        if copy.item is None or copy.system != system:
            assert system is not None
            copy.item, copy.system = Item(copy.sent, system, "", [copy]), system
            book.items.append(copy.item)
        copy.status = "available"
    else:
        require(copy in book.stop([copy]))
    if copy.item is not None:
        copy.item.settle()
    book.arrange()


def close_f(book: Book) -> None:
    """What waits unseen goes to who took over, unless that has its own copy."""
    book.closed.add("F")
    for sent in book.sent:
        there = any(
            one.agency == HEIR_OF_F and one.status in ("available", "held", "delivered") and one.part != "second"
            for one in sent.copies
        )
        for copy in sent.copies:
            if copy.agency != "F" or copy.exposed or copy.status not in ("available", "held"):
                continue
            if there:
                copy.status, copy.behind = "cancelled", False
                if copy.item is not None:
                    copy.item.settle()
            else:
                copy.agency, copy.part = HEIR_OF_F, "successor"
                go_to(book, copy, book.receives[HEIR_OF_F] or "")


def move_d(book: Book) -> None:
    """What waits unseen goes to the agency's new system."""
    book.receives["D"] = "d"
    book.speaks["d"] = {"D"}
    for sent in book.sent:
        for copy in sent.copies:
            if copy.agency == "D" and not copy.exposed and copy.status in ("available", "held"):
                go_to(book, copy, "d")


def go_to(book: Book, copy: Copy, system: str) -> None:
    """Into the item the system is offered of the package while nobody has seen that, or into one of its own."""
    old = copy.item
    seen = {one.item for one in copy.sent.copies if one.exposed}
    there = [
        one
        for one in book.items
        if one.sent is copy.sent and one.system == system and one.state in ("initial", "") and one not in seen
    ]
    item = there[-1] if there else Item(copy.sent, system, "")
    if not there:
        book.items.append(item)
    if old is not None:
        old.copies.remove(copy)
    item.copies.append(copy)
    copy.item, copy.system = item, system
    for one in (old, item):
        if one is not None:
            one.settle()


def recode_g(book: Book) -> None:
    book.codes["G"].append(NEW_CODE_OF_G)


def connect_e(book: Book) -> None:
    book.receives["E"] = "e"
    book.speaks["e"] = {"E"}


CHANGES = {"close_f": close_f, "recode_g": recode_g, "move_d": move_d, "connect_e": connect_e}
"""Changes of the registry, each once in a life."""
