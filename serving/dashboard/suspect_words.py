"""Rows of a suspected group: its pairs by kind of evidence, its merged counts against limits, what is on record."""

from __future__ import annotations

from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import number, share, text
from serving.dashboard.language import Texts
from serving.dashboard.markup import meter

_COUNTED = {"mac": "macs", "ip": "ips", "bank": "banks", "synchronous": "synchronous", "matched": "matched"}


def group_name(t: Texts, one: Record) -> str:
    """A group by its first account and how many others are in it; its id is of use to machines.

    >>> group_name(Texts("en"), {"group_id": "suspect-A1", "account_ids": ["A1", "A2", "A3"]})
    'A1 and others (3)'
    """
    accounts = one.get("account_ids") or []
    if not accounts:
        return str(one["group_id"])
    return t("group_name", first=accounts[0], count=len(accounts))


def registered(t: Texts, one: Record) -> str:
    """Whether the group overlaps a declared one, or was recorded as suspected before.

    >>> registered(Texts("en"), {"declared_groups": ["G1"]}), registered(Texts("en"), {})
    ('overlaps declared G1', 'undeclared')
    """
    found = []
    if one.get("declared_groups"):
        found.append(t("registered_as", groups=", ".join(one["declared_groups"])))
    if one.get("recorded_as"):
        found.append(t("recorded_before", groups=", ".join(one["recorded_as"])))
    return " · ".join(found) or t("registered_none")


def pair_rows(pairs: list[Record]) -> list[list[str]]:
    """One pair a row, the strongest first: its score, then count and strength of each kind of evidence."""
    ordered = sorted(pairs, key=lambda pair: -(pair.get("score") or 0.0))
    return [
        [f"{pair['a']} – {pair['b']}", share(pair.get("score")), *(_kind(pair, kind) for kind in _COUNTED)]
        for pair in ordered
    ]


def _kind(pair: Record, kind: str) -> str:
    count = pair.get(_COUNTED[kind])
    if not count:
        return number(None)
    return f"{number(count)} ({share(pair.get(f'{kind}_strength'))})"


def count_rows(t: Texts, counts: list[Record]) -> list[list[str]]:
    """One merged count a row as HTML, furthest beyond its limit first."""
    return [_count(t, one) for one in sorted(counts, key=lambda one: -(_share(one) or 0.0))]


def _share(one: Record) -> float | None:
    limit = one.get("limit")
    return one["count"] / limit if limit else None


def _count(t: Texts, one: Record) -> list[str]:
    where = " ".join(part for part in (one.get("exchange"), one.get("contract")) if part)
    of_limit = _share(one)
    new = f' <span class="ag-mark-word">{escape(t("is_new"))}</span>' if one.get("new") else ""
    return [
        escape(text(one.get("trading_day"))),
        escape(t.rule(one.get("rule_id"))),
        escape(where or "–"),
        escape(number(one.get("largest_alone"))),
        f"<b>{escape(number(one.get('count')))} / {escape(number(one.get('limit')))}</b>",
        "–" if of_limit is None else meter(share(of_limit), of_limit),
        f"{escape(t.of_set('level', one.get('level')))}{new}",
    ]
