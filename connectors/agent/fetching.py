"""What one side offers: what is new is put on disk; a recall stops what was never handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from connectors import base
from connectors.agent import own_words
from connectors.agent.health import Health
from connectors.agent.item import OPEN, OWED, Item, State, Way, recipients_of, thread_of
from connectors.agent.means import Means, declined
from connectors.agent.spool import SMALL_BYTES, SpoolFullError, Stored, digest_of
from connectors.agent.telling import Telling
from connectors.forms import answering
from edxml.faults import Fault, Refusal

PATIENCE = 5
"""Items in a row that cannot be fetched before the rest waits for the next turn."""


class Fetching:
    """The receiving half of one direction. stored: rung when something new lies in the spool."""

    def __init__(
        self,
        way: Way,
        source: base.Connector,
        health: Health,
        telling: Telling,
        means: Means,
        *,
        stored: Callable[[], None],
    ) -> None:
        self._way, self._source, self._health, self._telling, self._means = way, source, health, telling, means
        self._asking: list[Item] = []
        self._full = ""
        self._ring = stored

    async def turn(self) -> bool:
        """List what is offered and deal with it; whether anything changed."""
        listed: set[str] = set()
        changed = complete = False
        self._full = ""
        try:
            for message_type in ("edoc", "status"):
                changed |= await self._list(message_type, listed)
            complete = not self._full
            self._means.heard(self._health)
        except base.PeerTroubleError as trouble:
            self._means.trouble(self._health, str(trouble))
        if self._full:
            self._means.wrong("spool_full", self._full)
        elif complete:
            self._means.over("spool_full")
        changed |= await self._take_back(complete=complete)
        return await self._telling.turn(listed if complete else None) or changed

    async def _list(self, message_type: str, listed: set[str]) -> bool:
        changed, in_a_row = False, 0
        async for incoming in self._source.collect(message_type):
            listed.add(incoming.remote_id)
            self._telling.offers[incoming.remote_id] = incoming
            if self._full and not 0 < incoming.size <= SMALL_BYTES:
                continue  # there is a reserve for statuses and recalls
            try:
                changed |= await self._offered(incoming)
                in_a_row = 0
            except SpoolFullError as full:
                self._full = str(full)
            except base.PeerTroubleError as trouble:
                self._means.log.warning("not fetched", way=self._way, id=incoming.remote_id, reason=str(trouble))
                in_a_row += 1
                if in_a_row >= PATIENCE:
                    raise
        return changed

    async def _offered(self, incoming: base.Incoming) -> bool:
        ledger, remote_id = self._means.ledger, incoming.remote_id
        item = await self._means.keep(lambda: ledger.get(self._way, remote_id))
        if item is None:
            return await self._store(incoming)
        if item.state in OPEN or item.state in OWED:
            return False
        if self._way is Way.OUT and await digest_of(incoming.body()) != item.offered_sha256:
            return await self._store(incoming)  # the source gives an old name to new bytes
        self._means.log.warning("offered again although it was told", way=self._way, id=item.id, state=item.state)
        await self._telling.say(item, incoming)
        return True

    async def _store(self, incoming: base.Incoming) -> bool:
        means = self._means
        if await self._lies_here(incoming):
            return True
        used = await means.keep(means.ledger.stored_bytes)
        try:
            sign = self._way is Way.OUT and not self._source.signed_only
            stored = await means.spool.store(incoming.body(), used, incoming.size, sign=sign)
            self._require_signature(stored)
        except Refusal as refusal:
            means.log.warning("refused", way=self._way, id=incoming.remote_id, code=refusal.fault.slug)
            await incoming.reject(declined(refusal.fault, refusal.detail))
            return True
        item = self._item(incoming, stored)
        if self._way is Way.IN and item.asks_back:
            self._asking.append(item)  # after the documents of the same listing, whatever their urgency
        else:
            await self._put(item)
        return True

    async def _lies_here(self, incoming: base.Incoming) -> bool:
        """Whether the same package waits here for another agency: its bytes, fetched once, then serve for this one."""
        means = self._means
        if not (incoming.sha256 and incoming.package_id and incoming.recipients):
            return False
        alike = await means.keep(lambda: means.ledger.alike(self._way, incoming.package_id, incoming.sha256))
        if alike is None or alike.asks_back:
            return False
        await incoming.claim()
        try:
            file = await means.spool.again(alike.file)
        except OSError:  # handed over this very moment, or a file system without a second name for a file
            return False
        ids, since = incoming.delivery_ids, means.now().isoformat(timespec="seconds")
        item = replace(alike, id=incoming.remote_id, item_id=ids[0] if len(ids) == 1 else incoming.remote_id)
        item = replace(item, recipients=incoming.recipients, delivery_ids=ids, sending=dict(incoming.sending))
        await self._put(replace(item, file=file, since=since, begun=False, attempts=0, due=0.0, reason="", number=0))
        return True

    def _require_signature(self, stored: Stored) -> None:
        """Where the way itself does not prove who put a package there, its signature must. Raises Refusal."""
        if self._way is Way.OUT and self._source.signed_only and stored.package.signature == "none":
            self._means.spool.remove(stored.file)
            raise Refusal(Fault.SIG_MISSING, "this way does not prove who sends: sign the package")

    async def _put(self, item: Item) -> None:
        ledger = self._means.ledger
        await self._means.keep(lambda: ledger.put(item))
        facts = {"document": item.document_id, "type": item.message_type, "size": item.size}
        self._means.log.info("stored", way=self._way, id=item.id, **facts)
        self._ring()

    async def _take_back(self, *, complete: bool) -> bool:
        """Recalls of this listing: each stops what was never handed over, or goes on like any package."""
        asking, self._asking = self._asking, []
        for item in asking:
            if await self._stopped(item):
                continue
            if complete:
                await self._put(item)
            else:  # the document may be among what was not listed: fetched again next time
                self._means.spool.remove(item.file)
        return bool(asking)

    async def _stopped(self, asking: Item) -> bool:
        """Whether the recall came in time: what it asks for is destroyed here, and its sender hears so."""
        means, now = self._means, self._means.now()
        answers = []
        for code in asking.recipients:
            stored = await means.spool.keep(own_words.destroyed(asking.about, code, means.name_of, now))
            answers.append(means.own_status("15", asking, code, stored))
        done = replace(asking, state=State.RECALLED, reason="what it asks for was never handed over")
        stopped = await means.keep(lambda: means.ledger.recall(done, answers))
        for item in stopped:  # law: R-146 HN Đ9.2
            means.spool.remove(item.file)
            means.log.info("recalled before it was handed over", id=item.id, document=item.document_id)
        for item in (asking,) if stopped else answers:
            means.spool.remove(item.file)
        return bool(stopped)

    def _item(self, incoming: base.Incoming, stored: Stored) -> Item:
        package, means = stored.package, self._means
        ids = incoming.delivery_ids
        return Item(
            way=self._way,
            id=incoming.remote_id,
            state=State.STORED,
            item_id=ids[0] if len(ids) == 1 else incoming.remote_id,
            message_type=package.message_type,
            kind=int(package.business.type) if package.message_type == "edoc" else 0,
            status_code=package.status.code if package.status is not None else "",
            document_id=package.document_id,
            thread=thread_of(package),
            sender=package.sender.organ_id,
            recipients=incoming.recipients or recipients_of(package, means.settings.codes),
            urgency=package.priority,
            offered_sha256=stored.offered_sha256,
            sha256=stored.sha256,
            size=stored.size,
            file=stored.file,
            since=means.now().isoformat(timespec="seconds"),
            package_id=incoming.package_id,
            delivery_ids=ids,
            sending=dict(incoming.sending),
            about=asdict(answering.about(package)),
        )
