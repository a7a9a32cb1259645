"""The tables of the rule catalogue as lines of Markdown: examples, dated limits, tariffs, the limits of screens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.screen import Screen
from rules_baseline.fee_tiers import Tariff
from rules_baseline.limits import KINDS, Entry
from rules_baseline.rule import Rule
from rules_baseline.rule_examples import RuleNotes

CHOICE = "**choice**"
_OWN = "choice of this project"  # how the source of a screen's entry begins where the number is ours


def example_lines(notes: RuleNotes) -> Iterator[str]:
    """Each example: what happens, and what is raised."""
    yield "| example | raises |"
    yield "|---|---|"
    for one in notes.examples:
        yield _row(one["when"], _raised(one))


def limit_table(rule: Rule, entries: Sequence[Entry], notes: RuleNotes) -> Iterator[str]:
    """The dated entries of an intraday rule by exchange, a value that is a choice marked as one."""
    above = " (*above*)" if rule.breach == "above" else ""
    yield f"| exchange | from | to | kinds | limit{above} | besides | source | verified |"
    yield "|---" * 8 + "|"
    for entry in sorted(entries, key=lambda e: (e.exchange, e.starts, e.kinds)):

        def mark(name: str, told: Any, entry: Entry = entry) -> str:
            return f"{told} {CHOICE}" if notes.marks(name, entry.exchange, entry.starts) else str(told)

        limit = "table `opening_limits`" if rule.limit_from == "opening_limits" else entry.limit
        besides = "; ".join(
            mark(name, f"{name} {_value(value)}") for name, value in entry.values.items() if value is not None
        )
        yield _row(
            entry.exchange,
            mark("effective_from", entry.starts),
            entry.ends or "",
            _kinds(entry.kinds),
            mark("limit", limit),
            besides,
            entry.source,
            _yes(entry.verified),
        )


def tariff_table(tariffs: Sequence[Tariff], notes: RuleNotes) -> Iterator[str]:
    """The tariffs of the order fee: products, and each tier with its two rates."""
    yield "| exchange | from | to | kinds | products | tiers: messages, CNY | source | verified |"
    yield "|---" * 8 + "|"
    for one in tariffs:
        tiers = "; ".join(f"above {t.above:,}: {_rate(t.low)} / {_rate(t.high)}" for t in one.tiers)
        starts = f"{one.starts} {CHOICE}" if notes.marks("effective_from", one.exchange, one.starts) else one.starts
        products = "all" if one.products is None else ", ".join(sorted(one.products))
        unfilled = "; without a fill as above 2" if one.unfilled_is_high else ""
        ends = "" if one.ends == date.max else one.ends
        kinds = ", ".join(one.kinds)
        yield _row(one.exchange, starts, ends, kinds, products, tiers + unfilled, one.source, _yes(one.verified))


def choice_table(screen: Screen, choices: Sequence[Choice]) -> Iterator[str]:
    """The dated entries of a screen."""
    yield "| from | to | limits and parameters | source | verified |"
    yield "|---|---|---|---|---|"
    rows = [f"{limit.name}: rows of `{limit.own}s`, *above*" for limit in screen.limits if limit.own is not None]
    for one in choices:
        told = "; ".join([*rows, *_besides(one.values)])
        mark = f" {CHOICE}" if one.source.startswith(_OWN) else ""
        yield _row(one.starts, one.ends or "", f"{told}{mark}", one.source, _yes(one.verified))


def _raised(example: Mapping[str, Any]) -> str:
    if "fee" in example:
        return f"a fee of {int(example['fee']):,} CNY"
    levels = example["raises"].items()
    return ", ".join(f"{level} {'without a ratio' if n is None else f'{n:,g}'}" for level, n in levels) or "nothing"


def _besides(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"{name} {_value(value)}" for name, value in values.items() if value is not None)


def _kinds(kinds: Sequence[str]) -> str:
    others = [kind for kind in KINDS if kind not in kinds]
    return "all" if not others else f"not {others[0]}" if len(others) == 1 else ", ".join(kinds)


def _rate(rate: Any) -> str:
    return "not known" if rate is None else f"{rate}"


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return _yes(value) if isinstance(value, bool) else str(value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _row(*cells: Any) -> str:
    told = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(told)} |"
