"""What a message means for what was there before: the same rules as the law has them, in plain Python."""

from __future__ import annotations

from .book import GONE_BACK, LEAVES, OFFERED, OTHERS, RANK, WRONG, Book, Copy, Item, NotAllowed, Sent

DESTROYED = "Đã hủy"


def admit(book: Book, sent: Sent, *, answering: bool = True) -> None:
    """Take a new package in. Raises NotAllowed, and then nothing has changed."""
    if sent.by in book.closed or all(book.born(name) != "available" for name in sent.to):
        raise NotAllowed
    stays = settle(book, sent, answering=answering)
    if stays is None:
        sent.held.add("unmatched")
    book.deliver(sent, stays or {})
    book.sent.append(sent)
    if stays is not None:
        came(book, sent)
    book.arrange()


def came(book: Book, sent: Sent) -> None:
    """A document is here: what waited for it takes its effect, oldest first."""
    if sent.is_status:
        return
    for one in list(book.sent):
        names_it = one.about == (sent.by, sent.document) if one.is_status else (one.document == sent.document)
        if one is not sent and one.waits_for_document and one.status == "held" and names_it:
            resettle(book, one)


def resettle(book: Book, one: Sent) -> bool:
    """Carry out what waited; whether it waits no more."""
    stays = settle(book, one, answering=False)
    if stays is None:
        return False
    for copy in one.copies:
        if (
            copy.agency in stays
            and not copy.exposed
            and copy.status in ("available", "held", "failed", "not_connected")
        ):
            copy.status = "cancelled"
        if copy.item is not None:
            copy.item.settle()
    one.held.discard("unmatched")
    book.sent.remove(one)
    book.sent.append(one)  # behind the document it waited for
    book.arrange()
    return True


def settle(book: Book, sent: Sent, *, answering: bool) -> dict[str, str] | None:
    """agency -> why nothing goes to it; None when the message speaks of what nobody knows here."""
    if sent.is_status:
        return _status(book, sent, answering=answering)
    if sent.kind == 1:
        return _recall(book, sent)
    if sent.kind == 2:
        return _update(book, sent)
    _document(book, sent)
    return {}


def _recall(book: Book, sent: Sent) -> dict[str, str] | None:
    originals = [copy for copy in book.thread(sent.by, sent.document) if copy.sent.kind != 1]
    stays = book.take_away([copy for copy in originals if copy.agency in sent.to], "recall")
    return stays if originals else None


def _update(book: Book, sent: Sent) -> dict[str, str] | None:
    thread = book.thread(sent.by, sent.document)
    documents = [copy for copy in thread if copy.sent.kind in (0, 3)]
    if not documents:
        return {} if thread else None
    base = documents[-1].sent
    stays = book.take_away([copy for copy in thread if copy.agency in sent.removed], "update")
    gone = (*GONE_BACK, "never_delivered")
    has = {copy.agency for copy in documents if copy.status != "cancelled"}
    has -= {copy.agency for copy in documents if copy.recall in gone}
    more = tuple(name for name in sent.added if name not in has)
    if more and base.has_content:
        known = len(base.copies)
        book.deliver(base, {}, now_to=more)
        for copy in base.copies[known:]:
            copy.part = copy.part or "added"
    return stays


def _document(book: Book, sent: Sent) -> None:
    wanted = {name for name in sent.to if book.born(name) == "available"}
    corrected = []
    for copy in book.thread(sent.by, sent.document):
        if copy.agency not in wanted or copy.sent.sha256 == sent.sha256 or copy.sent.kind not in (0, 3):
            continue
        if copy.business == "02":
            corrected.append(copy)
        elif copy.status in LEAVES and copy.recall not in GONE_BACK:
            raise NotAllowed
    for copy in corrected:
        copy.corrected_by = copy.corrected_by or sent.id
    answered = book.answered(*sent.about, sent.by) if sent.about[1] else None
    if answered is not None and sent.about[0] in sent.to:
        answered.replied_by = answered.replied_by or sent.id
    if sent.replaces and not sent.held:
        replace(book, sent)


def replace(book: Book, sent: Sent) -> None:
    """What the new one replaces is offered to nobody who gets the new one."""
    wanted = {name for name in sent.to if book.born(name) == "available"}
    book.stop([copy for copy in book.thread(sent.by, sent.replaces) if copy.agency in wanted])


def _status(book: Book, sent: Sent, *, answering: bool) -> dict[str, str] | None:
    asker, document = sent.about
    if sent.code == "13":
        asked = sent.to[0]
        mine = [copy for copy in book.thread(sent.by, document) if copy.agency == asked and copy.sent.kind != 1]
        stays = book.take_away(mine, "take_back")
        return stays if mine else None
    copy = book.answered(asker, document, sent.by)
    if copy is None:
        if answering and book.is_here(asker, document):
            thread = book.thread(asker, document, waiting=True)
            voices = book.voices(sent.by)
            travels = any(one.sent.travels for one in thread)
            if travels and not any(one.agency in voices for one in thread):
                raise NotAllowed
        return None
    if sent.system != copy.system and sent.code in RANK:
        second = next((one for one in copy.sent.copies if one.system == sent.system and one.part == "second"), None)
        if second is not None and second.agency == copy.agency:
            if sent.code == "01" and second.business is None:
                second.business = "01"
            return dict.fromkeys(sent.to, "stored_only")
    if not _answer(book, copy, sent) and sent.code in RANK:
        _business(copy, sent, answering=answering)
    return {}


def _answer(book: Book, copy: Copy, sent: Sent) -> bool:
    """Whether it answers a wish to have the copy back, or an update."""
    if sent.code not in ("15", "03", "16", "02"):
        return False
    thread = [one for one in book.thread(*sent.about, waiting=True) if one.agency == copy.agency]
    stores = any(one.part == "second" and one.system == sent.system for one in thread)
    mine = [one for one in thread if (one.system == sent.system if stores else one.part != "second")]
    wished = [one for one in mine if one.recall in ("asked", "agreed")]
    asked = [one for one in wished if one.recall == "asked"]
    if sent.code in ("02", "03"):
        told = any(one.sent.kind in (1, 2) and one.exposed for one in thread)
        asked = [one for one in asked if one.kind in ("recall", "update")] if told else []
        wished = asked
    if sent.code in ("16", "02"):
        for one in asked:
            one.recall = "refused"
        if asked:
            return True
    else:
        for one in asked:
            one.recall = "agreed"
        gone = asked
        if sent.words.startswith(DESTROYED):
            gone = wished
            for one in wished:
                one.recall = "destroyed"
        book.given_back(gone)
        if gone:
            return True
    updates = [one for one in thread if one.sent.kind == 2 and one.exposed]
    if sent.code in ("15", "16") and updates:
        updates[-1].business = sent.code
        return True
    return False


def _business(copy: Copy, sent: Sent, *, answering: bool) -> None:
    """The highest one said counts; a refusal after the acceptance is refused where its caller hears it."""
    code, known = sent.code, RANK.get(copy.business, 0)
    if code == "02" and known >= RANK["03"] and answering:
        raise NotAllowed
    copy.received = True
    if RANK[code] >= RANK["03"]:
        copy.refusal, copy.accepted = None, True
    if RANK[code] <= known:
        return
    copy.business = code
    if code == "02":
        copy.refusal = WRONG if sent.words.startswith(WRONG) else OTHERS
        if copy.returned and copy.item is not None:
            returned(copy.item)


def returned(item: Item) -> None:
    """What everybody it waits for has sent back is offered no more."""
    if item.state in OFFERED and all(one.returned for one in item.copies if one.status == "available"):
        item.state = "fail"
