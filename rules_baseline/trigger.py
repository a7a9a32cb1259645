"""The trigger record: what the monitor knows of an alert at the moment it is raised."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Identifier = Annotated[str, Field(min_length=1)]
MAX_DAYS_APART = 15  # what the service and the watch take; the rules count every row under its own trading day
Exchange = Literal["SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX"]


class TriggerRecord(BaseModel):
    """The columns of one row of the alerts file; unknown fields are refused.

    ``triggered_at`` without a zone is read as UTC. ``measured`` and ``threshold`` are in the rule's own unit and
    may be null where the rule says so. ``evidence`` is the engine's JSON text, kept as given. An alert follows from raw
    rows whatever their ids and clocks look like; what a client may send is narrower (``serving.requests``).

    >>> record = TriggerRecord(alert_id="self_trade:breach:2026-03-02:SHFE.cu2605:A1", rule_id="self_trade",
    ...     level="breach", exchange="SHFE", contract="cu2605", trading_day="2026-03-02", subject_type="account",
    ...     subject_id="A1", account_id="A1", triggered_at="2026-03-02T02:00:00Z", measured=5, threshold=5,
    ...     occurrence=1)
    >>> record.triggered_at.isoformat()
    '2026-03-02T02:00:00+00:00'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    alert_id: Identifier
    rule_id: Identifier
    level: Literal["warning", "breach", "severe"]
    exchange: Exchange | None = None
    contract: str | None = None
    trading_day: date
    subject_type: Literal["group", "account", "pair", "cluster"]
    subject_id: Identifier
    account_id: Identifier
    triggered_at: datetime
    measured: Annotated[float, Field(strict=True)] | None
    threshold: Annotated[float, Field(strict=True)] | None
    occurrence: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    parameters_version: Annotated[str, Field(max_length=200)] | None = None
    evidence: Annotated[str, Field(max_length=100_000)] | None = None

    @field_validator("trading_day", "triggered_at", mode="before")
    @classmethod
    def _written_out(cls, value: object) -> object:
        if isinstance(value, int | float):  # a number would be read as seconds since 1970
            raise ValueError("wanted ISO 8601 text")  # noqa: TRY004  # pydantic turns ValueError into its answer
        return value

    @field_validator("triggered_at")
    @classmethod
    def _utc(cls, value: datetime) -> datetime:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def digest(self) -> str:
        """SHA-256 of the record's canonical JSON: equal digests mean the same trigger record."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
