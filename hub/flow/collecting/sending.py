"""What is said of a sending beside its package, read: the names and meaning of the native API's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic
from pydantic import BeforeValidator, Field, StringConstraints

from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow.addressing.recipients import PLAIN, Sending, Wanted
from hub.states import Circulation, Mode, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$", strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$", strip_whitespace=True)]


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.VIETNAM)


Moment = Annotated[datetime, pydantic.AfterValidator(_with_zone)]


class _Recipient(pydantic.BaseModel):
    code: Code
    role: Literal["act", "check", "exchange", "know"] = "act"
    mode: Literal["electronic", "both", "paper"] = "electronic"


def _recipients(value: object) -> object:
    """One may be written without its list, and as its code alone."""
    listed = [value] if isinstance(value, str | Mapping) else value
    if not isinstance(listed, list | tuple):
        return listed
    return [{"code": one} if isinstance(one, str) else one for one in listed]


class _Said(pydantic.BaseModel):
    """What of the metadata no edXML can say; the names it says itself are another's matter and are passed over."""

    to: Annotated[list[_Recipient], BeforeValidator(_recipients), Field(max_length=5000)] = []
    reply_requested: bool = False
    request: Literal["confirmation", ""] | None = None
    circulation: Literal["internal", "return", ""] | None = None
    issued_at: Moment | None = None
    hour_at: Moment | None = None
    paper_reason: Line = ""
    paper_decided_by: Line = ""


def read(said: Mapping[str, Any]) -> Sending:
    """The sending as the flow knows it. Raises Refusal(PROFILE_INVALID) naming the fields that cannot be read."""
    if not said:
        return PLAIN
    try:
        found = _Said.model_validate(dict(said))
    except pydantic.ValidationError as wrong:
        places = ", ".join(sorted({_place(error["loc"]) for error in wrong.errors()}))
        raise Refusal(
            Fault.PROFILE_INVALID,
            f"said beside the package, not readable: {places}"[:300],
            where=places[:100],
            detail_vi=f"thông tin kèm gói tin không đọc được: {places}"[:300],
        ) from None
    request = found.request or ""
    return Sending(
        wanted=tuple(Wanted(one.code, Role(one.role), Mode(one.mode)) for one in found.to),
        paper_reason=found.paper_reason,
        paper_decided_by=found.paper_decided_by,
        reply_requested=found.reply_requested or bool(request),
        request=request,
        circulation=Circulation(found.circulation or ""),
        issued_at=found.issued_at,
        hour_at=found.hour_at,
    )


def _place(path: Iterable[int | str]) -> str:
    return ".".join(str(part) for part in path)
