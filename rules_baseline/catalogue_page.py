"""The rules as a page of the documentation: what each counts, examples, its limits, its choices; a test holds it.

``python -m rules_baseline.catalogue_page`` writes it again.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from pathlib import Path

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.screen import Screen
from rules_baseline.catalogue_tables import choice_table, example_lines, limit_table, tariff_table
from rules_baseline.fee_tiers import Tariff, load_tariffs
from rules_baseline.limits import Entry
from rules_baseline.rule import Rule
from rules_baseline.rule_examples import RuleNotes, rule_notes
from rules_baseline.rulebook import Rulebook, load_rulebook

PAGE = Path(__file__).parents[1] / "docs" / "rule_catalogue.md"
_HEAD = """# Rule catalogue

Made from the code, its parameters and `rules_baseline/rule_examples.yaml` (`python -m rules_baseline.catalogue_page`);
what the words mean is in [the rules](rules.md). `verified: no` says that nobody has compared the number with the
exchange's own text in force; **choice** marks a value that no text settles, and the choices of a rule are listed below
its table. A limit is reached at it unless the table says *above*; the warning begins at four fifths of it. Dates are
trading days, the first one included. Every example is counted by the engine in the tests. How often each rule speaks,
and how often rightly, on the synthetic market: `python -m benchmarks.rules_truth`, kept in
[a page of its own](verification/2026-11-22-6bd8a8a68a.md).
"""
_SCREENS = """## After-close screens

The firm's own: no exchange publishes these numbers; every limit is a **choice**. Where a screen has two limits both
must be reached; an alert's measure is that of the first.
"""


def page() -> str:
    """The whole page as Markdown."""
    book, notes, tariffs = load_rulebook(), rule_notes(), load_tariffs()
    parts = [_HEAD, f"{_unverified(book, tariffs)}\n", "## Intraday exchange rules\n"]
    parts += [
        _rule(rule, [e for e in book.limits.entries if e.rule_id == rule.id], notes[rule.id]) for rule in book.rules
    ]
    parts.append(_fees(tariffs, notes["message_fee"]))
    parts.append(_SCREENS)
    parts += [_screen(screen, book.choices.entries[screen.id], notes[screen.id]) for screen in book.screens]
    return "\n".join(parts).rstrip() + "\n"


def _unverified(book: Rulebook, tariffs: Sequence[Tariff]) -> str:
    entries = [entry.verified for entry in book.limits.entries]
    fees = [tariff.verified for tariff in tariffs]
    fraction, days = book.limits.warn_fraction, book.limits.occurrence_days
    return (
        f"{entries.count(False)} of {len(entries)} dated exchange entries and {fees.count(False)} of {len(fees)} "
        "tariffs are unverified, as is every limit\nof a screen: have compliance confirm them before use. "
        f"**choice** for all rules: the warning at {fraction} of the\nlimit, since a broker's own count is a lower "
        f"bound, and an occurrence counter that looks back {days} days and never\nresets."
    )


def _rule(rule: Rule, entries: list[Entry], notes: RuleNotes) -> str:
    lines = [_title(rule.id, rule.title_zh, rule.title_en), _documented(f"rules_baseline.intraday.{rule.id}"), ""]
    lines += [*example_lines(notes), "", *limit_table(rule, entries, notes), ""]
    sure = [f"{entry.exchange} from {entry.starts}" for entry in entries if entry.verified]
    lines += [*_open(len(entries), sure), *_choices(notes)]
    return "\n".join(lines) + "\n"


def _fees(tariffs: Sequence[Tariff], notes: RuleNotes) -> str:
    title = _title("message_fee", "信息量与申报费", "Messages and order fee: a measure, no alert")
    lines = [title, _documented("rules_baseline.intraday.message_fee"), ""]
    lines += [*example_lines(notes), "", "CNY a message at an OTR of 2 or less / above 2, in each tier by itself."]
    lines += ["", *tariff_table(tariffs, notes), ""]
    lines += [*_open(len(tariffs), sorted({f"{one.exchange} from {one.starts}" for one in tariffs if one.verified}))]
    return "\n".join([*lines, *_choices(notes)]) + "\n"


def _screen(screen: Screen, choices: Sequence[Choice], notes: RuleNotes) -> str:
    subject = "declared group, else account" if screen.subject == "group" else screen.subject
    needs = f"Needs: {', '.join(screen.needs) or 'no table'}."
    helps = f" Finds what is linked by: {', '.join(screen.helps)}." if screen.helps else ""
    lines = [_title(screen.id, screen.title_zh, screen.title_en)]
    lines += [_documented(f"rules_baseline.after_close.{screen.id}"), "", f"Subject: {subject}. {needs}{helps}", ""]
    lines += [*example_lines(notes), "", *choice_table(screen, choices)]
    return "\n".join(lines) + "\n"


def _open(total: int, sure: Sequence[str]) -> list[str]:
    """How much of a table nobody has verified."""
    if not sure:
        return [f"**Unverified:** all {total} of the table." if total > 1 else "**Unverified:** the one entry."]
    return [f"**Unverified:** all but {', '.join(sure)}." if len(sure) < total else "**Unverified:** nothing."]


def _choices(notes: RuleNotes) -> list[str]:
    listed = [f"- **choice**: {says}" for says, _ in notes.choices]
    return ["", *listed] if listed else []


def _title(rule_id: str, zh: str, en: str) -> str:
    return f"### `{rule_id}` {zh} {en}\n"


def _documented(module: str) -> str:
    """The module's own words, without its first line's markup of the id."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return text.replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
