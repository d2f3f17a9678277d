"""Agencies at the VXP door: the three lists, whole in one reply, and the requests to add or remove one.

The national list has some 120,000 agencies and the protocol has no paging, so each list is encoded once for each
version of the registry, kept compressed, and streamed.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from agency_registry.edit import RegistryError, Why, last_changes, propose_agency, propose_delete
from hub.flow import registry
from hub.http import vxp_replies as replies
from hub.http.vxp_replies import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import Agency
    from agency_registry.directory import Directory
    from hub.context import Hub
    from hub.http.vxp_auth import Call

BATCH = 2000
"""Agencies encoded in one hop to a worker thread, so that others get their turn."""

SMALL_BYTES = 1 << 20
"""Up to this size a list is sent as it is, compressed or not asked for."""

BODY_BYTES = 1 << 16
_PIECE_BYTES = 1 << 18
_QCVN_102 = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}")

Item = dict[str, Any]
Changes = dict[str, "tuple[int, datetime]"]


def agency(directory: Directory, one: Agency) -> Item | None:
    """One line of getAgenciesList; agencies that take no part now are left out."""
    if one.state != "active":
        return None
    former = directory.former_codes(one.organ_id)
    return {
        "id": str(one.id),
        "pid": _parent_id(directory, one),
        "code": one.organ_id,
        "name": one.name,
        "mail": one.email,
        "oldCode": former[0] if former else one.legacy_code or "",  # law: R-023 CB Đ4: the table others follow
    }


def agency_qd20(_directory: Directory, one: Agency) -> Item | None:
    """One line of getAgenciesListQD20: the code of Decision 20/2020 and its code of QCVN 102."""
    if one.state != "active":
        return None
    older = one.legacy_code or (one.organ_id if _QCVN_102.fullmatch(one.organ_id) else "")
    return {"id": str(one.id), "code": one.organ_id, "name": one.name, "mail": one.email, "code102": older}


def unit(changes: Changes, directory: Directory, one: Agency) -> Item:
    """One line of getSynchronizeUnit: all agencies, those that ended as deleted, each with its last change."""
    system = directory.system_of(one)
    version, at = changes.get(one.organ_id, (directory.version, None))
    item = {
        "id": str(one.id),
        "pid": _parent_id(directory, one),
        "code": one.organ_id,
        "name": one.name,
        "mail": one.email,
        "version": version,
        "centerCode": system.id if system is not None else "",
        "deleted": one.state == "closed",
        "isAgency": True,
    }
    return item if at is None else {**item, "modifyDate": replies.time_text(at)}


def _parent_id(directory: Directory, one: Agency) -> str:
    parent = directory.agency(one.parent) if one.parent else None
    return str(parent.id) if parent is not None else ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One list, ready to leave. data: gzip when `size` (the plain bytes) is above SMALL_BYTES, else plain."""

    size: int
    data: bytes

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL_BYTES

    def plain(self) -> Iterator[bytes]:
        """The JSON in pieces."""
        if self.is_small:
            yield self.data
            return
        opened = zlib.decompressobj(wbits=31)
        rest = self.data
        while rest:
            yield opened.decompress(rest, _PIECE_BYTES)
            rest = opened.unconsumed_tail


class Lists:
    """The encoded lists of the present registry."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._kept: dict[str, tuple[object, Encoded]] = {}
        self._turn = asyncio.Lock()

    async def agencies(self, request: web.Request, _call: Call) -> web.StreamResponse:
        """All agencies (getAgenciesList)."""
        return await self._send(request, "agencies")

    async def agencies_qd20(self, request: web.Request, _call: Call) -> web.StreamResponse:
        """getAgenciesListQD20. What `level` means is written nowhere, so it narrows nothing."""
        return await self._send(request, "qd20")

    async def units(self, request: web.Request, _call: Call) -> web.StreamResponse:
        """All units, ended ones too (getSynchronizeUnit)."""
        return await self._send(request, "units")

    async def _send(self, request: web.Request, name: str) -> web.StreamResponse:
        encoded = await self._encoded(name)
        if encoded.is_small:
            return web.Response(body=encoded.data, headers={"Content-Type": replies.JSON_TYPE})
        packed = "gzip" in request.headers.get("Accept-Encoding", "").lower()
        response = web.StreamResponse(headers={"Content-Type": replies.JSON_TYPE, "Vary": "Accept-Encoding"})
        response.content_length = len(encoded.data) if packed else encoded.size
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return await replies.stream(request, response, self._pieces(encoded, packed=packed))

    async def _pieces(self, encoded: Encoded, *, packed: bool) -> AsyncIterator[bytes]:
        if packed:
            for start in range(0, len(encoded.data), _PIECE_BYTES):
                yield encoded.data[start : start + _PIECE_BYTES]
            return
        source = encoded.plain()
        while (piece := await self._hub.in_thread(lambda: next(source, None))) is not None:
            yield piece

    async def _shape(self, name: str) -> Callable[[Directory, Agency], Item | None]:
        if name == "units":
            return partial(unit, await self._hub.db.read(last_changes))
        return agency if name == "agencies" else agency_qd20

    async def _encoded(self, name: str) -> Encoded:
        directory = self._hub.directory
        stamp = (directory.version, directory.good_until)
        async with self._turn:
            kept = self._kept.get(name)
            if kept is None or kept[0] != stamp:
                kept = (stamp, await self._encode(directory, await self._shape(name)))
                self._kept[name] = kept
            return kept[1]

    async def _encode(self, directory: Directory, shape: Callable[[Directory, Agency], Item | None]) -> Encoded:
        packer = zlib.compressobj(6, wbits=31)
        all_agencies = directory.agencies()
        plain: list[bytes] = []
        packed: list[bytes] = []
        size = 0
        first = True

        def take(text: bytes) -> None:
            nonlocal size
            size += len(text)
            packed.append(packer.compress(text))
            if size <= SMALL_BYTES:
                plain.append(text)
            else:
                plain.clear()

        def batch(start: int) -> None:
            nonlocal first
            shaped = (shape(directory, one) for one in all_agencies[start : start + BATCH])
            text = replies.text([item for item in shaped if item is not None])[1:-1]
            if text:
                take(text if first else b"," + text)
                first = False

        take(replies.text(replies.OK)[:-1] + b',"data":[')
        for start in range(0, len(all_agencies), BATCH):
            await self._hub.in_thread(lambda start=start: batch(start))  # type: ignore[misc]
        take(b"]}")
        packed.append(packer.flush())
        return Encoded(size, b"".join(plain if size <= SMALL_BYTES else packed))


async def register(hub: Hub, request: web.Request, call: Call) -> web.Response:
    """registerAgency: its JSON is signed by nobody, so it is only a proposal for two persons."""
    payload = _object(await _body(request))
    at_once = hub.settings.hub.demo
    why = _why(hub, call)

    def work(connection: Connection) -> object:
        # law: R-025 R-193 HN Đ8.2
        return propose_agency(connection, call.system.id, payload, apply_at_once=at_once, why=why)

    return await _file(hub, work)


async def delete(hub: Hub, _request: web.Request, call: Call) -> web.Response:
    """deleteAgency: a proposal too."""
    code = call.get("AgencyCode")
    at_once = hub.settings.hub.demo
    why = _why(hub, call)

    def work(connection: Connection) -> object:
        # law: R-025 R-193 HN Đ8.2
        return propose_delete(connection, call.system.id, code, apply_at_once=at_once, why=why)

    return await _file(hub, work)


def _why(hub: Hub, call: Call) -> Why:
    return Why(actor=f"system:{call.system.id}", at=hub.clock.now())


async def _file(hub: Hub, work: Callable[[Connection], object]) -> web.Response:
    try:
        await registry.change(hub, work)
    except RegistryError as error:
        raise Failure("19" if error.slug == "not_spoken_for" else "21", error.reason) from error
    return replies.success()


async def _body(request: web.Request) -> bytes:
    """A small body, bounded."""
    data = b""
    async for piece in request.content.iter_any():
        data += piece
        if len(data) > BODY_BYTES:
            raise Failure("10", f"Nội dung yêu cầu dài quá {BODY_BYTES} byte.")
    return data


def _object(body: bytes) -> Mapping[str, object]:
    """The flat JSON object of registerAgency; null counts as absent."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Failure("10", "Nội dung yêu cầu phải là một đối tượng JSON: {id, pcode, code, name, mail, mobile, fax}.")
    for name, value in found.items():
        if not isinstance(value, str | int | None) or isinstance(value, bool):
            raise Failure("21", f"Trường {name[:40]} phải là chuỗi.")
    return found
