"""Subjects nearest to a limit now (417 / 500): the ones to stop before the breach first, then those beyond it."""

from __future__ import annotations

from html import escape

from serving.dashboard.case_rows import subject_of
from serving.dashboard.client import Record
from serving.dashboard.formats import number, share
from serving.dashboard.language import Texts
from serving.dashboard.markup import heading, meter, table_of_html


def near_and_over(items: list[Record]) -> tuple[list[Record], list[Record]]:
    """Counts below their limit, nearest first, and those at or beyond it, furthest first.

    >>> rows = [{"answer": "HIT", "share": 1.2}, {"answer": "MISS", "share": 0.8}, {"answer": "MISS", "share": 0.9}]
    >>> near, over = near_and_over(rows)
    >>> [row["share"] for row in near], [row["share"] for row in over]
    ([0.9, 0.8], [1.2])
    """
    known = sorted((row for row in items if row.get("share") is not None), key=lambda row: -row["share"])
    return [row for row in known if row["answer"] == "MISS"], [row for row in known if row["answer"] == "HIT"]


def limits_card(t: Texts, near: list[Record], over: list[Record], as_of: str) -> str:
    """HTML of both lists; ``as_of`` is when they were counted."""
    title = heading(t("near_limits"), t("published_as_of", moment=as_of))
    if not near and not over:
        return f'<div class="ag-card">{title}<span class="ag-note">{escape(t("no_counters"))}</span></div>'
    names = [t(key) for key in ("subject", "rule", "contract", "count_of_limit", "share_of_limit")]
    lists = ""
    for label, rows in ((t("below_limit"), near), (t("at_limit", count=len(over)), over[:5])):
        if rows:
            lists += f'<div class="ag-voice-name">{escape(label)}</div>'
            lists += table_of_html(names, [_row(t, row) for row in rows], caption=label)
    return f'<div class="ag-card ag-limits">{title}{lists}</div>'


def _row(t: Texts, row: Record) -> list[str]:
    where = " ".join(part for part in (row.get("exchange"), row.get("contract")) if part)
    counted = f"{number(row.get('count'))} / {number(row.get('limit'))}"
    return [
        escape(subject_of(t, row)),
        escape(t.rule(row.get("rule_id"))),
        escape(where or "–"),
        f"<b>{escape(counted)}</b>",
        meter(share(row["share"]), row["share"]),
    ]
