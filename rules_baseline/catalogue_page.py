"""The rules as a page of the documentation: what each counts, its limits by exchange and date; a test holds it.

``python -m rules_baseline.catalogue_page`` writes it again.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules_baseline.after_close.screen import Screen
from rules_baseline.limits import KINDS, Entry
from rules_baseline.rule import Rule
from rules_baseline.rulebook import Rulebook, load_rulebook

PAGE = Path(__file__).parents[1] / "docs" / "rule_catalogue.md"
_HEAD = """# Rule catalogue

Made from the code and its parameters (`python -m rules_baseline.catalogue_page`); what the words mean is in
[the rules](rules.md). `verified: no` says that nobody has compared the number with the exchange's own text; **choice**
marks what no text settles. A limit is reached at it unless the table says *above*; the warning begins at four fifths of
it. Dates are trading days, the first one included. How often each rule speaks, and how often rightly, on the synthetic
market: `python -m benchmarks.rules_truth`, kept in [verification](verification).
"""


def page() -> str:
    """The whole page as Markdown."""
    book = load_rulebook()
    parts = [_HEAD, f"{_unverified(book)}\n", "## Intraday exchange rules\n"]
    parts += [_rule(rule, [e for e in book.limits.entries if e.rule_id == rule.id]) for rule in book.rules]
    parts.append(
        "## After-close screens\n\nThe firm's own: no exchange publishes these numbers; every limit is a **choice**.\n"
    )
    parts += [_screen(screen, book) for screen in book.screens]
    return "\n".join(parts).rstrip() + "\n"


def _unverified(book: Rulebook) -> str:
    entries = book.limits.entries
    open_ = sum(not entry.verified for entry in entries)
    return f"{open_} of {len(entries)} dated exchange entries are unverified: have compliance confirm them before use."


def _rule(rule: Rule, entries: list[Entry]) -> str:
    lines = [_title(rule.id, rule.title_zh, rule.title_en), _documented(f"rules_baseline.intraday.{rule.id}")]
    above = " (*above*)" if rule.breach == "above" else ""
    lines.append(f"\n| exchange | from | to | kinds | limit{above} | besides | source | verified |\n{'|---' * 8}|")
    for e in sorted(entries, key=lambda e: (e.exchange, e.starts, e.kinds)):
        others = [kind for kind in KINDS if kind not in e.kinds]
        kinds = "all" if not others else f"not {others[0]}" if len(others) == 1 else ", ".join(e.kinds)
        ends = "" if e.ends is None else e.ends.isoformat()
        cells = (
            e.exchange,
            e.starts,
            ends,
            kinds,
            _limit(rule, e),
            _besides(e.values),
            _cell(e.source),
            _yes(e.verified),
        )
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _limit(rule: Rule, entry: Entry) -> str:
    return "table `opening_limits`" if rule.id == "intraday_open" else str(entry.limit)


def _screen(screen: Screen, book: Rulebook) -> str:
    module = f"rules_baseline.after_close.{screen.id}"
    lines = [_title(screen.id, screen.title_zh, screen.title_en), _documented(module)]
    lines.append(f"\nSubject: {screen.subject}. Needs: {', '.join(screen.needs)}.\n")
    lines.append("| from | to | parameters | source |\n|---|---|---|---|")
    for c in book.choices.entries[screen.id]:
        ends = "" if c.ends is None else c.ends.isoformat()
        lines.append(f"| {c.starts} | {ends} | {_besides(c.values)} | {_cell(c.source)} |")
    return "\n".join(lines) + "\n"


def _title(rule_id: str, zh: str, en: str) -> str:
    return f"### `{rule_id}` {zh} {en}\n"


def _documented(module: str) -> str:
    """The module's own words, without its first line's markup of the id."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return text.replace("``", "`")


def _besides(values: Mapping[str, Any]) -> str:
    shown = (f"{name} {_value(value)}" for name, value in values.items() if value is not None)
    return "; ".join(shown)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return _yes(value) if isinstance(value, bool) else _cell(str(value))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
