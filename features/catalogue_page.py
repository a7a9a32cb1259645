"""The catalogue as a page of the documentation; a test holds the page to the code.

``python -m features.catalogue_page`` writes it again.
"""

from __future__ import annotations

from pathlib import Path

from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES, SERVICES

PAGE = Path(__file__).parents[1] / "docs" / "features.md"
_HEAD = f"""# Features

{len(FEATURES)} features of the service `{FEATURE_SERVICE}`, made from `features/specs` (`python -m features.catalogue_page`).

Daily families count whole trading days, (day − n, day], and are known from 20:30 Asia/Shanghai of that day: after settlement, before the night
session opens. A row stands on every day on which a value changes, so silence empties a window: it is null, offline and online alike. An absent
raw table makes its features null, never zero. History is of the last close too, over (c − n calendar days, c]; within a day it does not move, so what is served is what was trained on. Intraday is the trading day so
far, up to and including the alert; a row of another day is never used. Lots, orders and trades are summed as integers, money as decimals; ratios are
rounded to nine digits. What exactly each feature counts stands in the docstring of its file in `features/specs`, and the words the families share in
`features/specs/__init__.py`: enough to recompute a value by hand.

```
alertgrade features EVENTS [--alerts ALERTS.parquet]   # offline store: what is missing, or changed
alertgrade features describe ACCOUNT [--at INSTANT]    # one account beside its peers and its own past
alertgrade materialize [--to INSTANT]                  # online store, as known at an instant
```

How days are added and corrected, what is checked, and where the rows are: [the feature store](feature_store.md).
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    for family, names in FAMILIES.items():
        first = FEATURES[names[0]]
        tables = ", ".join(dict.fromkeys(table for name in names for table in FEATURES[name].tables))
        service = ", ".join(s for s, served in SERVICES.items() if names[0] in served) or "computed on request"
        parts.append(
            f"\n## {family}\n\nEmpty: {first.empty}.  \nMade of: {tables}.  \nKnown: {first.available}.  \nServed by: {service}.\n"
        )
        parts.append("| feature | 含义 | meaning | unit | window | own past |\n|---|---|---|---|---|---|")
        for name in names:
            f = FEATURES[name]
            past = "" if f.own_past is None else f"{f.own_past[0]} ÷ {_denominator(f.own_past[1])}"
            parts.append(f"| `{name}` | {f.zh} | {f.en} | {f.unit} | {f.window} | {past} |")
    return "\n".join(parts) + "\n"


def _denominator(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    PAGE.write_text(page())
