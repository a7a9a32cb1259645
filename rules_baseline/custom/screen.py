"""A YAML rule as a screen: all versions of one id, each found by its own entry, and what its alerts say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from rules_baseline.after_close.answers import active
from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import day_id, instant_id, of_window
from rules_baseline.after_close.screen import Limit, Screen
from rules_baseline.custom.conditions import Leaf, combined, leaves
from rules_baseline.custom.evidence import record
from rules_baseline.custom.figures import figures_of
from rules_baseline.custom.measures import MEASURES
from rules_baseline.custom.verdict import Verdict, judged
from rules_baseline.custom.version import RuleVersion

_EVENT_IDS = {"orders": lambda rows: rows.order_id, "trades": lambda rows: rows.trade_id, "account_days": day_id}
_PLACE = ("exchange", "contract")


@dataclass(frozen=True, slots=True)
class CustomScreen(Screen):
    """A screen whose ``find`` has judged its rows: and / or of conditions, not limits that must all be reached."""

    def answered(self, rows: Any, choice: Choice) -> Any:
        """``rows`` as they are."""
        return rows


def screen_of(versions: Sequence[RuleVersion]) -> Screen:
    """The screen of one id; its titles are those of the latest version."""
    latest = versions[-1].signed
    first = next(leaves(versions[-1].condition)).measure
    return CustomScreen(
        id=latest.rule_id,
        title_zh=latest.title_zh,
        title_en=latest.title_en,
        legal_basis=latest.basis,
        needs=(),  # a table that is missing leaves its conditions open, and only them
        limits=(Limit("value", "_value", first.zh, first.en),),
        parameters={"days": "count"},
        find=find,
        events=events,
        record=record,
    )


def find(closing: Closing, choice: Choice) -> Any:
    """Every member of the population with a row that a condition looks at, judged.

    ``answer`` is the whole; ``_met0``, ``_value0``, ... are those of the conditions in the order of the file;
    ``_value`` and ``_limit`` of the first that is met, else of the first.
    """
    rule = _rule(choice)
    keys = ["account_id", *(_PLACE if rule.per_contract else ())]
    conditions = list(leaves(rule.condition))
    missing = [closing.lacks(one.measure.given) for one in conditions]
    figures = [
        None if lacks else figures_of(closing, one, keys) for one, lacks in zip(conditions, missing, strict=True)
    ]
    rows = rule.population.of_day(closing, _subjects(closing, figures, keys))
    for number, found in enumerate(figures):
        if found is not None:
            rows = _beside(rows, found, keys, number)
    rows = closing.gather(rows)
    return _with_answer(rule, conditions, missing, rows)


def _rule(choice: Choice) -> RuleVersion:
    assert isinstance(choice, RuleVersion)  # noqa: S101 -- the loader makes no other for this screen
    return choice


def _subjects(closing: Closing, figures: Sequence[Any], keys: Sequence[str]) -> Any:
    """Keys and days with a row in reach; where one was not given, also whoever ordered or traded that day."""
    by = [*keys, "day_no"]
    seen = [found.filter(found.seen).select(*by) for found in figures if found is not None]
    if len(seen) < len(figures):
        there = active(closing)
        seen.append(there.join(closing.days, "trading_day").select(*by))
    return (ibis.union(*seen) if len(seen) > 1 else seen[0]).distinct()


def _beside(rows: Any, found: Any, keys: Sequence[str], number: int) -> Any:
    """``rows`` with the columns of condition ``number``, its number behind their names."""
    by = [*keys, "day_no"]
    other = found.select(
        **{f"_key_{key}": found[key] for key in by},
        **{f"_{name}{number}": found[name] for name in found.columns if name not in by},
    )
    joined = rows.left_join(other, [rows[key] == other[f"_key_{key}"] for key in by])
    return joined.drop(*(f"_key_{key}" for key in by))


def _with_answer(rule: RuleVersion, conditions: Sequence[Leaf], missing: Sequence[str], rows: Any) -> Any:
    verdicts = [
        judged(one, _columns(rows, number), rows.day_no, lacks)
        for number, (one, lacks) in enumerate(zip(conditions, missing, strict=True))
    ]
    met = combined(rule.condition, iter([one.met for one in verdicts]))
    place = {name: rows[name] if rule.per_contract else ibis.null("string") for name in _PLACE}
    member = "the account's population is not known" if rule.population.kind != "all" else ""
    told: dict[str, Any] = {}
    for number, one in enumerate(verdicts):
        told |= {f"_{name}{number}": fact for name, fact in one.facts.items()}
        told |= {f"_met{number}": one.met, f"_value{number}": one.value, f"_limit{number}": one.limit}
    deciding = {f"_{name}": _of_the_first_met(verdicts, name) for name in ("value", "limit")}
    return rows.select(
        **place,
        day_no=rows.day_no,
        subject_type=ibis.literal("account"),
        subject_id=rows.account_id,
        account_id=rows.account_id,
        because=ibis.coalesce(ibis.ifelse(rows.member.isnull(), member, None), *(v.why for v in verdicts), ""),
        answer=rows.member & met,
        **told,
        **deciding,
    )


def _of_the_first_met(verdicts: Sequence[Verdict], name: str) -> Any:
    """``name`` of the first that is met, null where it has none there, so that value and limit are of one condition."""
    double = ibis.null("float64")  # DuckDB reads a literal 1.0 as a decimal where nothing beside it is a double
    otherwise = ibis.coalesce(getattr(verdicts[0], name), double)
    return ibis.cases(*((one.met, getattr(one, name)) for one in verdicts), else_=otherwise)


def _columns(rows: Any, number: int) -> dict[str, Any]:
    """The columns of condition ``number`` by their plain names; none where its table or column was not given."""
    names = ("n", "d", "gaps", "pn", "pd", "pgaps", "v", "mean", "sd", "past", "seen")
    return {name: rows[f"_{name}{number}"] for name in names if f"_{name}{number}" in rows.columns}


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The rows that the conditions looked at, each once; of a window and the one before it where they are compared."""
    rule = _rule(choice)
    looked_at = {(leaf.measure.name, leaf.reach if leaf.kind != "volatility" else 1, leaf.clock): leaf
                 for leaf in leaves(rule.condition) if not closing.lacks(leaf.measure.given)}  # fmt: skip
    found = [
        of_window(
            closing,
            hits,
            MEASURES[name].table,
            days,
            _EVENT_IDS.get(MEASURES[name].table, instant_id),
            _adds(leaf),
            by_contract=rule.per_contract,
        )
        for (name, days, _), leaf in looked_at.items()
    ]
    return (ibis.union(*found) if len(found) > 1 else found[0]).distinct()


def _adds(leaf: Leaf) -> Any:
    """Which rows of its table a condition counts; of a ratio all in its time of day."""
    measure = leaf.measure

    def of(rows: Any) -> Any:
        inside = ibis.literal(True) if leaf.clock is None else leaf.clock.holds(rows)
        if measure.distinct is not None:
            return inside & measure.distinct(rows).notnull()
        if measure.amount is None or measure.kind == "ratio" or measure.reads:
            return inside
        return inside & (measure.amount(rows) != 0)

    return of
