"""A screen: one frozen value that says which quantities are looked at after the close, against which limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing

if TYPE_CHECKING:
    from rules_baseline.trigger import TriggerRecord

ParameterKind = Literal["count", "decimal", "text", "list"]
FIXED = ("exchange", "contract", "day_no", "subject_type", "subject_id", "account_id", "because")
LIMIT_TYPE = "decimal(18, 6)"
EXACT = "decimal(38, 12)"  # one type for what is compared: ibis mixes no others, and nothing is rounded
Finder = Callable[[Closing, Choice], Any]
Detail = Callable[[Closing, Choice, Any], Any]
Recorder = Callable[["Screen", Choice, Mapping[str, Any], str, dict[str, Any]], "TriggerRecord"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a screen: column ``count``, or ``count`` ÷ ``per``, against the parameter ``name``.

    Ratios are compared by cross-multiplication. ``per`` of 0 or less: the limit is met (``empty`` "met") or left open
    ("unknown"); a null on either side leaves it open. Reached at the limit, or only ``above`` it. Where the limit is
    the row's ``own`` (a column; null: there is none, never reached) it is no parameter. ``exact`` is a column with the
    count as the text of a fraction, where ``count`` holds it cut.
    """

    name: str
    count: str
    zh: str
    en: str
    per: str | None = None
    empty: Literal["met", "unknown"] = "met"
    above: bool = False
    own: str | None = None
    exact: str | None = None

    def reached(self, rows: Any, choice: Choice) -> Any:
        """A boolean expression over ``rows``, null where it cannot be said."""
        count = rows[self.count].cast(EXACT)
        if self.own is not None:
            return ibis.coalesce(count > rows[self.own] if self.above else count >= rows[self.own], False)
        bound = ibis.literal(choice.limit(self.name), LIMIT_TYPE)
        if self.per is None:
            return count > bound if self.above else count >= bound
        per = rows[self.per].cast(EXACT)
        product = bound * per
        compared = count > product if self.above else count >= product
        empty = ibis.literal(True) if self.empty == "met" else ibis.null("boolean")
        return ibis.ifelse(per <= 0, empty, compared)


@dataclass(frozen=True, slots=True)
class Screen:
    """One after-close screen.

    ``find`` gives one row a subject with something to look at: the columns ``FIXED``, the columns its ``limits`` name,
    and any others, which become evidence (a name that begins with ``_`` does not). ``because`` says why a row may be
    UNKNOWN. A boolean column ``open`` says that a missing input could still change a row that is not a HIT.
    Without one of the tables it ``needs`` every account that traded or ordered that day is UNKNOWN; where the table it
    ``looks_at`` was given, those with a row of it that day.
    ``events`` gives (hit_no, event_id, event_time) and ``members`` (hit_no, account_id, amount) for the rows of
    ``hits``, which are rows of ``find`` with ``hit_no`` and ``trading_day``. ``record`` makes the alert of a row where
    its limits are not all there is to say.
    """

    id: str  # stable for ever
    title_zh: str
    title_en: str
    legal_basis: str
    needs: tuple[str, ...]
    limits: tuple[Limit, ...]
    parameters: Mapping[str, ParameterKind]
    find: Finder
    events: Detail
    members: Detail | None = None
    subject: Literal["account", "group", "pair", "cluster"] = "account"
    looks_at: str = ""  # the one table of several it needs whose rows make a finding
    helps: tuple[str, ...] = ()  # tables and columns that may be missing, and then leave something open
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what a parameter of kind text may be
    record: Recorder | None = None

    def answered(self, rows: Any, choice: Choice) -> Any:
        """``rows`` with ``answer``: true HIT, false MISS, null UNKNOWN; every limit must be reached, and be known."""
        reached = [limit.reached(rows, choice) for limit in self.limits]
        known = ibis.and_(*(one.notnull() for one in reached))
        answer = ibis.ifelse(known, ibis.and_(*reached), ibis.null("boolean"))
        if "open" in rows.columns:
            answer = answer | ibis.ifelse(rows.open, ibis.null("boolean"), False)
        return rows.mutate(answer=answer)


def of_account(rows: Any, because: str = "", **columns: Any) -> Any:
    """Rows with ``account_id`` and ``day_no`` as findings of accounts over all contracts, with evidence ``columns``."""
    return rows.select(
        exchange=columns.pop("exchange", ibis.null("string")),
        contract=columns.pop("contract", ibis.null("string")),
        day_no=rows.day_no,
        subject_type=ibis.literal("account"),
        subject_id=rows.account_id,
        account_id=rows.account_id,
        because=ibis.literal(because),
        **columns,
    )


def of_pair(rows: Any, because: str = "", **columns: Any) -> Any:
    """Rows with accounts ``a`` < ``b`` and ``day_no`` as findings of pairs."""
    return rows.select(
        exchange=ibis.null("string"),
        contract=ibis.null("string"),
        day_no=rows.day_no,
        subject_type=ibis.literal("pair"),
        subject_id=rows.a + "|" + rows.b,
        account_id=rows.a,
        because=ibis.literal(because),
        _a=rows.a,
        _b=rows.b,
        **columns,
    )
