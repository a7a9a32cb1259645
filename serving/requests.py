"""What clients may send: request bodies, refused by the name of the field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from features.catalogue import FAMILIES
from rules_baseline.trigger import MAX_DAYS_APART, TriggerRecord

Outcome = Literal["no_action", "educated", "enhanced_review", "restricted", "referred"]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]
ModelT = TypeVar("ModelT", bound=BaseModel)
_INTRADAY = frozenset(FAMILIES["intraday"])
_LARGEST = 1e12  # more of anything than a day can hold


class ScoreRequest(TriggerRecord):
    """A trigger record, the account's intraday features where the caller has them, and whether to give reasons.

    >>> ScoreRequest.model_json_schema()["additionalProperties"]
    False
    """

    alert_id: ShortText
    rule_id: ShortText
    contract: Annotated[str, Field(max_length=80)] | None = None
    subject_id: ShortText
    account_id: ShortText
    intraday: dict[str, float | None] | None = None
    explain: bool = True

    @field_validator("alert_id", "rule_id", "subject_id", "account_id", "contract", "parameters_version", "evidence")
    @classmethod
    def _no_nul(cls, value: str | None) -> str | None:
        # PostgreSQL cannot store it, and no exchange code or account number has one.
        if value is not None and "\x00" in value:
            raise ValueError("must not contain the character NUL")
        return value

    @field_validator("intraday")
    @classmethod
    def _known(cls, value: dict[str, float | None] | None) -> dict[str, float | None] | None:
        unknown = sorted(set(value or ()) - _INTRADAY)
        if unknown:
            raise ValueError(f"unknown intraday features: {', '.join(unknown[:5])}")
        if any(number is not None and abs(number) > _LARGEST for number in (value or {}).values()):
            raise ValueError(f"a number beyond {_LARGEST:g}")
        return value

    @model_validator(mode="after")
    def _of_that_day(self) -> ScoreRequest:
        # A night session belongs to the next trading day, which a long holiday may put off.
        if abs((self.triggered_at.date() - self.trading_day).days) > MAX_DAYS_APART:
            raise ValueError(f"triggered_at and trading_day are more than {MAX_DAYS_APART} days apart")
        return self

    def trigger(self) -> TriggerRecord:
        """The trigger record alone."""
        return TriggerRecord.model_construct(**{name: getattr(self, name) for name in TriggerRecord.model_fields})


class Refused(Exception):  # carries an HTTP answer, and is no fault of ours
    """An answer other than success: status, what was seen, wanted and to be done, and the fields concerned."""

    def __init__(
        self,
        status: int,
        seen: str,
        wanted: str = "",
        do: str = "",
        *,
        fields: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(seen)
        self.status, self.seen, self.wanted, self.do = status, seen, wanted, do
        self.fields, self.headers = fields or [], dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The error as a JSON object."""
        return {"seen": self.seen, "wanted": self.wanted, "do": self.do, "fields": self.fields}


def parse(model: type[ModelT], body: bytes | Mapping[str, Any]) -> ModelT:
    """A body as ``model``; anything else is ``Refused`` with 422 and the fields that are wrong."""
    try:
        return model.model_validate_json(body) if isinstance(body, bytes) else model.model_validate(body)
    except ValidationError as error:
        fields = fields_of(error)
        names = ", ".join(sorted({one["field"] for one in fields}))
        raise Refused(422, f"not acceptable: {names}", "wanted the fields of /docs", fields=fields) from error
    except (ValueError, OverflowError, RecursionError) as error:  # a time before year 1, brackets without end
        raise Refused(422, f"not acceptable: {error}", "wanted the fields of /docs") from error


def fields_of(error: ValidationError) -> list[dict[str, str]]:
    """Which field is wrong and why, without the value: it may be private and need not be JSON."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"field": ".".join(map(str, one["loc"])) or "body", "message": one["msg"]} for one in found]
