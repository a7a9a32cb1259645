"""Bodies of what the desk does to cases and registers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from serving.requests import Outcome


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain the character NUL")  # PostgreSQL cannot store it
    return value


def _of_our_time(value: datetime) -> datetime:
    if not _FIRST <= value <= _LAST:
        raise ValueError(f"wanted a year from {_FIRST.year} to {_LAST.year}")
    return value


_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_nul)]
Sentence = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_no_nul)]
Paragraphs = Annotated[str, Field(max_length=20_000), AfterValidator(_no_nul)]
Grade = Annotated[int, Field(ge=1, le=5)]
Volume = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
SubjectType = Literal["account", "group", "pair", "cluster"]


class Body(BaseModel):
    """A body without fields of its own; every other one forbids what it does not know, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def told(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return self.model_dump(mode="json", by_alias=True)


class ClaimRequest(Body):
    """Whose the case shall be (default: the caller's); only a reviewer gives it to another."""

    assignee: Name | None = None


class CallBack(Body):
    """回访/面谈: how and when the client was heard, and what was said; volumes are of this and the last period."""

    form: Literal["phone", "visit", "interview", "video", "written"]
    held_at: Instant
    minutes: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_no_nul)]
    place: Name | None = None
    abnormal_volume: Volume | None = None
    abnormal_volume_before: Volume | None = None
    dormant: bool | None = None
    restrictions: Paragraphs | None = None
    education: Paragraphs | None = None


class CaseDisposition(Body):
    """How a case was disposed of; ``grade_seen`` is the grade the page showed (default: the case's now)."""

    outcome: Outcome
    conclusion: Sentence
    note: Paragraphs | None = None
    grade_seen: Grade | None = None
    follow_up: Paragraphs | None = None
    call_back: CallBack | None = None


class ReviewRequest(Body):
    """Whether the proposed outcome stands; turned down, the case goes back with the reason."""

    approve: bool
    reason: Sentence | None = None


class OverrideRequest(Body):
    """A reviewer's grade in the place of the case's."""

    grade: Grade
    reason: Sentence


class ReasonRequest(Body):
    """Why."""

    reason: Sentence


class SnoozeRequest(Body):
    """Until when the case is set aside, and why."""

    until: Instant
    reason: Sentence

    def told(self) -> dict[str, Any]:
        """The instant as such: it is compared with now."""
        return self.model_dump()


class NoteRequest(Body):
    """A remark."""

    text: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_no_nul)]


class StatementRequest(Body):
    """客户说明/申诉: what the client says, how and when it came."""

    text: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_no_nul)]
    received_at: Instant
    channel: Literal["phone", "visit", "interview", "video", "written"] = "written"


class AppealDecision(Body):
    """Whether the appeal is upheld: with another outcome, or (without) by opening the case again."""

    upheld: bool
    reason: Sentence
    outcome: Outcome | None = None


class BulkRequest(Body):
    """One action on up to 500 cases; ``body`` is that action's."""

    case_ids: Annotated[list[Name], Field(min_length=1, max_length=500)]
    action: Name
    body: dict[str, Any] = Field(default_factory=dict)


class RestrictionRequest(Body):
    """限制: from a trading day until another, both included."""

    subject_type: SubjectType = "account"
    subject_id: Name
    action: Literal["restrict_opening", "restrict_withdrawal", "close_out", "enhanced_watch", "other"]
    from_: date = Field(alias="from")
    until: date
    case_id: Name | None = None
    reason: Sentence | None = None


class NoticeRequest(Body):
    """交易所告知, in the columns of the raw table; ``restricted_until`` enters the register of restrictions."""

    exchange: Name
    rule_id: Name
    subject_type: SubjectType = "account"
    subject_id: Name
    trading_day: date
    occurrence: Annotated[int, Field(ge=1, le=1_000_000)]
    received_at: Instant
    restricted_until: date | None = None
    text: Paragraphs | None = None


class Proof(Body):
    """送达证明: how the client got it and what shows that."""

    method: Literal["phone_recorded", "sms", "email", "client_terminal", "letter", "in_person", "fax", "other"]
    reference: Sentence
    recipient: Name | None = None


class DeliveryRequest(Body):
    """When the client had the notice, and the proof."""

    delivered_at: Instant
    proof: Proof


class StrategyRequest(Body):
    """已知策略: alerts of this account and rule have a known reason until a day."""

    account_id: Name
    rule_id: Name
    reason: Sentence
    until: date


class ActionRequest(Body):
    """What another system should do with the case's account, and why."""

    action: Literal["raise_aml_rating", "start_enhanced_due_diligence", "restrict_opening"]
    reason: Sentence
