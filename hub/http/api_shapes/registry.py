"""One agency as it stood on a day, and who took over from whom."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from hub.http.api_shapes.base import FIRST_DAY, LAST_DAY, Answer, Asked


class DayQuery(Asked):
    """Which day."""

    on: date | None = Field(
        None, ge=FIRST_DAY, le=LAST_DAY, description="Ngày cần xem, yyyy-mm-dd; bỏ trống là hôm nay"
    )


class LinkShown(Answer):
    """One step of a succession, with the decision behind it."""

    kind: str = Field(description="renamed | merged_into | split_into | moved | recoded | closed")
    organ_id: str
    successor: str | None
    first_day: date
    decision: str
    decided_on: date | None


class SuccessorShown(Answer):
    """An agency that carries on, and the way to it."""

    organ_id: str
    name: str
    path: list[LinkShown]


class AgencyAsOf(Answer):
    """An agency as it stood on a day, under the code and name it had then."""

    on: date
    organ_id: str
    name: str
    kind: str
    level: str
    parent: str | None
    state: str = Field(description="active | suspended | closed")
    scope: str
    first_day: date | None = Field(description="Từ ngày nào cơ quan như vậy; null = từ trước đến nay")
    last_day: date | None
    successors: list[SuccessorShown] = Field(description="Khi mã không còn dùng: các cơ quan kế thừa vào ngày đó")
    predecessors: list[LinkShown]
