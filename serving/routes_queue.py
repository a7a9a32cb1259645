"""The case queue: filters and orders, one case, and the same as a file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from ledger.case_queries import Viewer
from ledger.chain import instant_text
from ledger.keys import ApiKey
from ledger.workflow.person import Person
from serving.access import DESK, caller, roles_note
from serving.blind import shown_case
from serving.branches import LONGEST
from serving.parts import Parts
from serving.populations import Population
from serving.requests import Outcome
from serving.routes_cases import person_of, whole_case
from serving.routes_scores import PartsNow
from serving.row_files import csv_parts, json_parts

_AT_ONCE = 5_000  # cases of a file in memory
router = APIRouter(tags=["cases"])
Identifier = Annotated[str, Path(max_length=400)]
DeskKey = Annotated[ApiKey, caller(*DESK)]
Sort = Literal["grade", "due", "oldest", "newest"]
Stage = Literal["pending", "in_progress", "in_review", "completed", "terminated"]


class Filters(BaseModel):
    """What cases to show; what is left out does not filter."""

    model_config = ConfigDict(frozen=True)

    status: Literal["open", "closed"] | None = None
    stage: Stage | None = None
    grade: int | None = Field(None, ge=1, le=5)
    outcome: Outcome | None = None
    subject_id: str | None = Field(None, max_length=400)
    account_id: str | None = Field(None, max_length=400)
    assignee: str | None = Field(None, max_length=200)
    rule_id: str | None = Field(None, max_length=200)
    exchange: str | None = Field(None, max_length=40)
    branch: str | None = Field(None, max_length=LONGEST)
    branch_known: bool | None = None
    population: Population | None = None
    sample: Literal["audit", "disagreement"] | None = None
    appeal: Literal["pending", "upheld", "rejected"] | None = None
    blind: bool | None = None
    snoozed: bool | None = None
    disagreement: bool | None = None
    restricted: bool | None = None
    known_strategy: bool | None = None
    unassigned: bool | None = None
    overdue: bool | None = None
    min_age_hours: float | None = Field(None, ge=0, le=100_000, allow_inf_nan=False)

    def of_ledger(self, parts: Parts) -> tuple[dict[str, Any], str]:
        """The ledger's filters, and now as an instant text."""
        now = parts.clock()
        found = self.model_dump(include={*Filters.model_fields} - {"min_age_hours"})
        if self.min_age_hours is not None:
            found["opened_before"] = instant_text(now - timedelta(hours=self.min_age_hours))
        return found, instant_text(now)


class PageAsked(Filters):
    """Filters, an order, and a page of it."""

    sort: Sort = "grade"
    cursor: str | None = Field(None, max_length=400)
    limit: int = Field(100, ge=1, le=500)


class FileAsked(Filters):
    """Filters, an order, and the kind of file."""

    sort: Sort = "grade"
    format: Literal["csv", "json"] = "csv"


@router.get("/v1/cases", openapi_extra=roles_note(*DESK), response_model=dict[str, Any])
def get_cases(parts: PartsNow, key: DeskKey, asked: Annotated[PageAsked, Query()]) -> Response:
    """Cases, worst grade first unless ``sort`` says otherwise.

    Filters by what would tell a hidden grade leave out the cases whose grade is hidden from the caller.
    """
    person = person_of(key)
    rows, next_cursor = _rows(parts, person, asked, asked.sort, asked.cursor, asked.limit)
    # Written here: the rows are JSON values already, and the framework would walk each of them to see that.
    return JSONResponse({"items": rows, "next_cursor": next_cursor})


def _rows(
    parts: Parts, person: Person, filters: Filters, sort: Sort, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    wanted, now = filters.of_ledger(parts)
    viewer = Viewer(person.sees_blind, now)
    page = parts.ledger.cases(wanted, cursor, limit, sort=sort, viewer=viewer)
    return [shown_case(row, person, now) for row in page.rows], page.next_cursor


@router.get("/v1/branches", openapi_extra=roles_note(*DESK))
def get_branches(parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """Every branch (营业部) that an account of an alert was of when it was graded: what ``branch`` may be."""
    return {"items": parts.ledger.branches()}


@router.get("/v1/cases:export", openapi_extra=roles_note(*DESK), response_class=Response)
def get_export(parts: PartsNow, key: DeskKey, asked: Annotated[FileAsked, Query()]) -> Response:
    """The queue as a file, every case of it: CSV that a spreadsheet opens without running anything in it, or JSON."""
    pages = _pages(parts, person_of(key), asked)
    first = next(pages)  # what cannot be answered is refused before any of the file is sent
    whole = itertools.chain([first], pages)
    text = csv_parts(whole) if asked.format == "csv" else json_parts(whole)
    kind = "text/csv; charset=utf-8" if asked.format == "csv" else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="cases.{asked.format}"'}
    return StreamingResponse(text, media_type=kind, headers=headers)


def _pages(parts: Parts, person: Person, asked: FileAsked) -> Iterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        rows, cursor = _rows(parts, person, asked, asked.sort, cursor, _AT_ONCE)
        yield rows
        if cursor is None:
            return


@router.get("/v1/cases/{case_id}", openapi_extra=roles_note(*DESK))
def get_case(case_id: Identifier, parts: PartsNow, key: DeskKey) -> dict[str, Any]:
    """One case with its alerts, its disposition or proposal, the call-back form, and why it is marked."""
    return whole_case(parts, case_id, person_of(key))
