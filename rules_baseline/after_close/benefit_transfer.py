"""``benefit_transfer`` AT05 利益输送: what one account gains from another by trading with it, marked to settlement.

Legal basis: 期货和衍生品法 art. 12 (trading by agreement to move benefits); the numbers are the firm's own. What A
bought from B in a match of more than two rows is A's lots x B's sold lots / all sold lots, at A's price. Both limits
must be reached. ``linked``: the two are in one cluster of linked accounts (groups, addresses, bank accounts), which
makes the finding a suspected violation.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.links import linked_accounts
from rules_baseline.after_close.matches import MATCH, legs
from rules_baseline.after_close.screen import LIMIT_TYPE, Limit, Screen, of_pair
from rules_baseline.after_close.window import windowed

_GAIN = pa.decimal128(38, 12)
_SUMS = ["gain", "matches", "left_out", "unknown"]


def between(closing: Closing, choice: Choice) -> Any:
    """a < b, ``MATCH``, and a's gain = ``part`` / ``den`` in every match in which one bought from the other.

    ``left_out``: no settlement price, so the match does not count; ``unknown``: the multiplier is not known. Both 0
    or 1, as is ``matches``, which says that it counts.
    """
    return closing.once(("benefit", choice.starts), lambda: closing.keep(_between(closing, choice.count("days"))))


def _between(closing: Closing, days: int) -> Any:
    sides = closing.keep(legs(closing, days))
    bought = sides.filter(sides.side == "buy").rename(buyer="account_id").drop("side")
    sold = sides.filter(sides.side == "sell").select(*MATCH, seller="account_id", sold="lots")
    all_sold = sold.group_by(MATCH).aggregate(all_sold=sold.sold.sum().cast("int64"))
    rows = bought.join(sold, MATCH).filter(ibis._.buyer != ibis._.seller).join(all_sold, MATCH)
    rows = closing.with_settlement(closing.with_contract(rows))
    gain = (rows.settlement_price * rows.lots - rows.worth) * rows.multiplier
    signed = ibis.ifelse(rows.buyer < rows.seller, gain, -gain)
    rows = rows.mutate(
        a=ibis.least(rows.buyer, rows.seller),
        b=ibis.greatest(rows.buyer, rows.seller),
        plain=signed,
        part=signed * rows.sold,
    )
    each = rows.group_by(["a", "b", *MATCH]).aggregate(
        whole=(rows.count() == 1) & (rows.sold.max() == rows.all_sold.max()),
        plain=rows.plain.sum(),
        part=rows.part.sum(),
        all_sold=rows.all_sold.max(),
        priced=rows.settlement_price.max().notnull(),
        known=rows.multiplier.max().notnull(),
    )
    number = {True: ibis.literal(1, "int64"), False: ibis.literal(0, "int64")}
    return each.select(
        "a",
        "b",
        *MATCH,
        # with one seller the division cancels out: nearly every match
        gain=ibis.ifelse(each.whole, each.plain, each.part).cast("decimal(38, 12)"),
        den=ibis.ifelse(each.whole, number[True], each.all_sold),
        matches=ibis.ifelse(each.priced & each.known, number[True], number[False]),
        left_out=ibis.ifelse(each.priced, number[False], number[True]),
        unknown=ibis.ifelse(each.priced & ~each.known, number[True], number[False]),
    )


def find(closing: Closing, choice: Choice) -> Any:
    """Net gain and matches of every pair of different subjects that traded with each other in the window."""
    each = between(closing, choice)
    by_den = closing.keep(windowed(closing, each, ["a", "b", "den"], _SUMS, choice.count("days")))
    keys = ["a", "b", "day_no"]
    sums = by_den.group_by(keys).aggregate(**{name: by_den[name].sum() for name in _SUMS})
    exact = closing.put(_fractions(closing, by_den))
    rows = sums.left_join(exact, [sums[key] == exact[key] for key in keys]).select(
        sums, exact.exact_gain, exact.exact_text
    )
    rows = rows.mutate(gain=ibis.coalesce(rows.exact_gain, rows.gain, ibis.literal(0, "decimal(38, 12)")))
    rows = _with_link(closing, closing.with_group(closing.with_group(rows, "a", "group_a"), "b", "group_b"))
    rows = rows.filter(~ibis.coalesce(rows.group_a == rows.group_b, False))
    # without any settlement price nothing was looked at; one that is missing here and there is left out
    priced = closing.has("contract_days")
    possible = rows.matches + rows.unknown >= ibis.literal(choice.limit("matches"), LIMIT_TYPE)
    return of_pair(
        rows,
        "multiplier is not known" if priced else "no table of contract_days",
        gain=rows.gain.abs(),
        gainer=ibis.ifelse(rows.gain >= 0, rows.a, rows.b),
        matches=rows.matches.cast("int64"),
        left_out=rows.left_out.cast("int64"),
        unknown=rows.unknown.cast("int64"),
        linked=rows.linked,
        open=(rows.unknown > 0) & possible if priced else ibis.literal(True),
        _gain_exact=rows.exact_text,
    )


def _fractions(closing: Closing, by_den: Any) -> pa.Table:
    """The gain of pairs with a match of several sellers: cut at 12 digits towards 0, and its size as a fraction.

    Cutting moves no gain over a limit of at most 6 digits.
    """
    keys = ["a", "b", "day_no"]
    split = by_den.filter(by_den.den != 1).select(*keys).distinct()
    rows = closing.fetch(by_den.semi_join(split, keys).select(*keys, "den", "gain")).to_pylist()
    sums: dict[tuple[str, str, int], Fraction] = defaultdict(Fraction)
    for row in rows:
        sums[row["a"], row["b"], row["day_no"]] += Fraction(row["gain"] or 0) / row["den"]
    columns = [list(column) for column in zip(*sums, strict=True)] or [[], [], []]
    gains = pa.array([_cut(value) for value in sums.values()], _GAIN)
    types = (pa.string(), pa.string(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    exact = pa.array([str(abs(value)) for value in sums.values()], pa.string())
    return pa.table([*arrays, gains, exact], names=[*keys, "exact_gain", "exact_text"])


def _cut(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec, context.rounding = 60, ROUND_DOWN
        scaled = abs(value) * 10**12
        size = Decimal(scaled.numerator // scaled.denominator).scaleb(-12)
        return -size if value < 0 else size


def _with_link(closing: Closing, rows: Any) -> Any:
    """Rows with ``linked``: whether both accounts are in one cluster of linked accounts."""
    for side in ("a", "b"):
        known = linked_accounts(closing).select(
            **{f"account_{side}": ibis._.account_id, f"no_{side}": ibis._.day_no, f"cluster_{side}": ibis._.cluster}
        )
        on = [rows[side] == known[f"account_{side}"], rows.day_no == known[f"no_{side}"]]
        rows = rows.left_join(known, on).drop(f"account_{side}", f"no_{side}")
    return rows.mutate(linked=ibis.coalesce(rows.cluster_a == rows.cluster_b, False))


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The matches between the two that count."""
    each = between(closing, choice)
    first = closing.rows("trades", choice.count("days"))
    first = first.group_by(MATCH).aggregate(event_time=first.event_time.min())
    each = each.filter(each.matches == 1).join(first, MATCH).rename(seen_no="day_no").drop("exchange", "contract")
    looked_at = [
        hits["_a"] == each.a,
        hits["_b"] == each.b,
        each.seen_no <= hits.day_no,
        each.seen_no > hits.day_no - choice.count("days"),
    ]
    return hits.join(each, looked_at).select("hit_no", event_id="trade_id", event_time="event_time")


SCREEN = Screen(
    id="benefit_transfer",
    title_zh="利益输送",
    title_en="Transfer of benefit",
    legal_basis="期货和衍生品法 art. 12 (trading by agreement); numbers are the firm's own",
    needs=("trades",),
    limits=(
        Limit("gain", "gain", "净输送金额（元）", "net gain (CNY)", exact="_gain_exact"),
        Limit("matches", "matches", "相互成交笔数", "matches between the two"),
    ),
    parameters={"days": "count"},
    find=find,
    events=events,
    subject="pair",
)
