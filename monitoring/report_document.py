"""A printed report: computed sheets as headings, tables and sentences, every figure with its id, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from alertgrade.documents.blocks import Block, Document, Heading, KeyValues, Language, Paragraph, Table
from monitoring.figures import Computed, Figure, Listing, Sheet
from monitoring.report_words import account_type, as_known, rule_name

_BAR = 24  # blocks of the longest bar
_SHARES = (
    "率",
    "占比",
    "风险度",
    "precision",
    "recall",
    "rate",
    "share",
    "agree",
    "positives",
    "一致",
    "平均预测",
    "forecast",
    "happened",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One chapter: its title in both languages, words to begin with, a computed sheet, and more blocks."""

    zh: str
    en: str
    sheet: Sheet | None = None
    found: Computed | None = None
    words: tuple[str, str] = ("", "")
    more: Sequence[tuple[Block, Block]] = ()
    hidden: frozenset[str] = frozenset()  # listings left to the rows folder
    before: Computed | None = None  # the same sheet for the period before


@dataclass(frozen=True, slots=True)
class Printed:
    """A report to print: title and subtitle in both languages, facts at the head, chapters, remarks at the end."""

    title: tuple[str, str]
    subtitle: tuple[str, str]
    facts: Sequence[tuple[str, str, Any]]
    findings: Sequence[tuple[str, str]]
    parts: Sequence[Part] = field(default_factory=tuple)
    remarks: Sequence[tuple[str, str]] = ()
    footer: tuple[str, str] = ("", "")


def document(report: Printed, language: Language) -> Document:
    """The report as blocks in one language: findings first, then the chapters, then how to check them."""
    place = 0 if language == "zh" else 1
    blocks: list[Block] = [KeyValues([((zh, en)[place], value) for zh, en, value in report.facts])]
    blocks.append(Heading(("一、要点", "1. Findings")[place]))
    blocks += [Paragraph(f"({number}) {one[place]}") for number, one in enumerate(report.findings, start=1)]
    for number, part in enumerate(report.parts, start=2):
        head = f"{_CHINESE[number - 1]}、{part.zh}" if language == "zh" else f"{number}. {part.en}"
        blocks += [Heading(head), *_part(part, place)]
    blocks.append(Heading(("附：口径与核对", "Annex: definitions and checks")[place]))
    blocks += [Paragraph(one[place], small=True) for one in report.remarks]
    return Document(report.title[place], blocks, report.subtitle[place], report.footer[place], language)


def subtitle(period: tuple[date, date], at: datetime, note: tuple[str, str]) -> tuple[str, str]:
    """Which days, as known when, and what the data is."""
    first, last = period
    return (
        f"{first} 至 {last}　数据截至 {as_known(at, 0)}　{note[0]}",
        f"{first} to {last}, as known at {as_known(at, 1)}. {note[1]}",
    )


def foot(title: tuple[str, str], period: tuple[date, date], note: tuple[str, str]) -> tuple[str, str]:
    """What stands at the foot of every page: title, period, and what the data is (a page may be passed on alone)."""
    zh, en = ("　".join(filter(None, (title[i], f"{period[0]}/{period[1]}", note[i]))) for i in (0, 1))
    return zh, en.replace("　", "  ")


_CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


def _part(part: Part, place: int) -> Iterable[Block]:
    if part.words[place]:
        yield Paragraph(part.words[place])
    if part.sheet is not None and part.found is not None:
        if part.sheet.figures:
            yield _figures(part.sheet.figures, part.found, part.before, place)
        for listing in part.sheet.listings:
            if listing.id not in part.hidden:
                yield _listing(listing, part.found, place)
    for pair in part.more:
        yield pair[place]


def _figures(figures: Sequence[Figure], found: Computed, before: Computed | None, place: int) -> Table:
    names = (("指标", "本期", "编号"), ("figure", "this period", "id"))[place]
    rows = [((one.zh, one.en)[place], said(found.figures[one.id], one.unit), one.id) for one in figures]
    if before is None:
        return Table(names, rows, widths=(0.5, 0.22, 0.28))
    past = ("上期", "period before")[place]
    both = [(*row[:2], said(before.figures[one.id], one.unit), row[2]) for row, one in zip(rows, figures, strict=True)]
    return Table((*names[:2], past, names[2]), both, widths=(0.42, 0.16, 0.16, 0.26))


def _listing(listing: Listing, found: Computed, place: int) -> Table:
    names = [pair[place] for pair in listing.columns]
    rows = [
        [_cell(value, names[index], place) for index, value in enumerate(row)] for row in found.listings[listing.id]
    ]
    caption = f"{(listing.zh, listing.en)[place]} [{listing.id}]"
    return Table(names, rows, caption, when_empty=("无记录", "nothing to show")[place], widths=_widths(names, rows))


def _widths(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[float]:
    """Shares of the width by the longest text of each column, within bounds, so that ids and rules keep to one line."""
    longest = [max([_length(name) / 1.5, *(_length(str(row[i])) for row in rows)]) for i, name in enumerate(names)]
    return [min(max(one, 6.0), 34.0) for one in longest]


def _length(text: str) -> float:
    return sum(1.8 if ord(sign) > 0x2E80 else 1.0 for sign in text)


def _cell(value: Any, name: str, place: int) -> Any:
    if isinstance(value, str) and name in ("规则", "rule", "rules"):
        return "\n".join(rule_name(one, place) for one in value.split("\n"))
    if isinstance(value, str) and name in ("类型", "type"):
        return account_type(value, place)
    if isinstance(value, float) and any(word in name for word in _SHARES):
        return f"{value:.1%}"
    if isinstance(value, float):
        return said(value, "ratio")
    # as text, whole numbers too, so that a column of counts stands under a column of shares as it reads
    return f"{value:,}" if isinstance(value, int) else value


def said(value: float | int | None, unit: str) -> str:
    """A figure as it is printed.

    >>> said(0.1234, "share"), said(None, "count"), said(1234567.8, "CNY"), said(30.25, "hours"), said(0.0052, "ratio")
    ('12.3%', '—', '1,234,568', '30.2 h', '0.0052')
    """
    if value is None:
        return "—"
    if unit == "share":
        return f"{value:.1%}"
    if unit == "hours":
        return f"{value:.1f} h"
    if unit == "CNY" or abs(value) >= 1000 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.3g}"


def bars(rows: Sequence[tuple[str, float]], *, names: tuple[str, str, str]) -> Table:
    """A distribution as a table with bars of blocks, which print the same in HTML and PDF."""
    most = max((abs(value) for _, value in rows), default=0) or 1
    cells = [(label, said(value, "count"), "█" * round(_BAR * abs(value) / most)) for label, value in rows]
    return Table(names, cells, widths=(0.3, 0.15, 0.55))
