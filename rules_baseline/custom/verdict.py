"""A condition judged: true met, false not met, null unknown, with the value, the limit and why it is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from rules_baseline.after_close.screen import LIMIT_TYPE
from rules_baseline.custom.conditions import Change, Leaf, Threshold, Volatility
from rules_baseline.custom.figures import DIGITS
from rules_baseline.custom.measures import MAY_FALL_BELOW_ZERO

_NOTHING = ibis.null("boolean")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Expressions over one joined table; ``value`` and ``limit`` are doubles for the findings, ``facts`` evidence."""

    met: Any
    value: Any
    limit: Any
    why: Any  # text; null where the answer is known
    facts: dict[str, Any]


def judged(leaf: Leaf, figures: dict[str, Any], day_no: Any, missing: str = "") -> Verdict:
    """The verdict of ``leaf`` from its columns (``figures_of``), null in a row that no row of its table reaches.

    ``missing`` says which table or column was not given; there are no columns then.
    """
    if missing:
        nothing = ibis.null("float64")
        return Verdict(_NOTHING, nothing, nothing, ibis.literal(missing), {})
    if isinstance(leaf, Volatility):
        return _volatile(leaf, figures, day_no)
    zero = leaf.measure.empty == "zero"
    filled = {name: ibis.coalesce(one, ibis.literal(0, one.type())) if zero else one for name, one in figures.items()}
    if isinstance(leaf, Change):
        return _changed(leaf, filled, day_no)
    assert isinstance(leaf, Threshold)  # noqa: S101 -- the three kinds there are
    return _against(leaf, filled)


def _against(leaf: Threshold, figures: dict[str, Any]) -> Verdict:
    bound = ibis.literal(leaf.value, LIMIT_TYPE)
    n, d, limit = figures["n"], figures.get("d"), ibis.literal(float(leaf.value))
    if d is not None:
        met = ibis.ifelse(d > 0, leaf.compare(n, bound * d), _NOTHING)
        value = ibis.ifelse(d > 0, n.cast("float64") / d.cast("float64"), ibis.null("float64"))
        return Verdict(met, value, limit, _why(met, f"{leaf.measure.name} has no divisor"), {"n": n, "d": d})
    met = _with_gaps(leaf, leaf.compare(n, bound), figures["gaps"])
    return Verdict(met, n.cast("float64"), limit, _why(met, _missing(leaf)), {"n": n})


def _changed(leaf: Change, figures: dict[str, Any], day_no: Any) -> Verdict:
    """Both windows must lie in the data; a previous value below 0 has no ratio to it."""
    factor = ibis.literal(leaf.factor, LIMIT_TYPE)
    n, before = figures["n"], figures["pn"]
    d, before_d = figures.get("d"), figures.get("pd")
    if d is None or before_d is None:
        compared, divided = leaf.compare(n, factor * before), _ratio(n, before)
        met = _with_gaps(leaf, compared, figures["gaps"])
        fit = figures["pgaps"] == 0
    else:
        met = leaf.compare(n * before_d, factor * (before * d))
        divided = _ratio(n, before) * _ratio(before_d, d)
        fit = (d > 0) & (before_d > 0)
    nothing_new = ibis.ifelse(n == 0, False, {"met": True, "not_met": False, "unknown": None}[leaf.on_zero])
    on_zero = nothing_new.cast("boolean")
    met = ibis.ifelse(before > 0, met, ibis.ifelse(before == 0, on_zero, _NOTHING))
    reachable = day_no >= leaf.reach - 1
    met = ibis.ifelse(reachable & fit, met, _NOTHING)
    why = ibis.ifelse(
        met.notnull(),
        ibis.null("string"),
        ibis.ifelse(
            reachable,
            ibis.ifelse(before == 0, f"{leaf.measure.name} was 0 in the window before", _missing(leaf)),
            "the data do not hold two whole windows",
        ),
    )
    facts = {name: one for name, one in figures.items() if name in ("n", "d", "pn", "pd")}
    return Verdict(met, divided, ibis.literal(float(leaf.factor)), why, facts)


def _volatile(leaf: Volatility, figures: dict[str, Any], day_no: Any) -> Verdict:
    value, mean, sd, past = figures["v"], figures["mean"], figures["sd"], figures["past"]
    if leaf.quiet == "zero":  # days without any row in reach were days of nothing
        days = ibis.least(day_no, leaf.past_days).cast("int64")
        none = past.isnull()
        value, mean, sd = (ibis.ifelse(none, 0.0, one) for one in (value, mean, sd))
        past = ibis.coalesce(past, days)
    elif leaf.measure.kind != "ratio" and leaf.measure.empty == "zero":
        value = ibis.ifelse(figures["seen"].fill_null(False), value, 0.0)
    apart = float(leaf.deviations) * sd
    limit = (mean + apart if leaf.op in (">=", ">") else mean - apart).round(DIGITS)
    enough = ibis.coalesce(past, ibis.literal(0, "int64")) >= leaf.least_days
    met = ibis.ifelse(enough, leaf.compare(value.round(DIGITS), limit), _NOTHING)
    why = ibis.ifelse(
        met.notnull(),
        ibis.null("string"),
        ibis.ifelse(enough, _missing(leaf), "fewer days of its own past than wanted"),
    )
    return Verdict(met, value, limit, why, {"mean": mean, "sd": sd, "past": past})


def _with_gaps(leaf: Leaf, met: Any, gaps: Any) -> Any:
    """Rows that are not known leave it open, unless what is known is enough and more could only add."""
    grows = leaf.op in (">=", ">") and leaf.measure.name not in MAY_FALL_BELOW_ZERO
    enough = ibis.ifelse(met, True, _NOTHING) if grows else _NOTHING
    return ibis.ifelse(gaps > 0, enough, met)


def _ratio(one: Any, other: Any) -> Any:
    return ibis.ifelse(other > 0, one.cast("float64") / other.cast("float64"), ibis.null("float64"))


def _why(met: Any, text: str) -> Any:
    return ibis.ifelse(met.notnull(), ibis.null("string"), ibis.literal(text))


def _missing(leaf: Leaf) -> str:
    return f"{leaf.measure.name} is not known in the whole window"
