"""The page of the mutants: survivors first, then every clause, its mutant and the test that noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.mutating.mutant import Mutant, Seen
from benchmarks.verify import machine


def table(seen: Sequence[Seen], commit: str, waiting: Sequence[Mutant] = ()) -> str:
    """The page as Markdown; ``commit`` is the last one before the run, ``waiting`` are mutants not judged yet."""
    survivors = [one for one in seen if not one.killer and not one.mutant.equivalent]
    equivalent = [one for one in seen if not one.killer and one.mutant.equivalent]
    killed = [one for one in seen if one.killer]
    crashed = sum(not _asserted(one) for one in killed)
    not_yet = f", {len(waiting)} not judged yet (the last table)" if waiting else ""
    lines = [
        "# Mutants of the rules",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {machine()}. `python -m benchmarks.mutants`: each clause",
        "of each rule removed, inverted or shifted in the engine or its parameters, one at a time, and the first test",
        "that fails. `scene x` is the story x of `tests/oracles`, which `test_hand_cases` puts through the product.",
        "",
        f"**{len(seen)} mutants judged, {len(killed)} caught, {len(survivors)} survived, {len(equivalent)} equivalent"
        f"{not_yet}.** {crashed} of the caught ones ended in an error of another kind than a failed assertion;",
        "the table names it.",
        "",
        *_section("Survivors", survivors),
        *_section("Equivalent: no test can tell", equivalent),
        *_summary(seen),
        "## Every mutant judged",
        "",
        "| rule | clause | mutant | caught by |",
        "|---|---|---|---|",
        *(row(one) for one in seen),
        "",
        *(_section("Not judged yet", [Seen(mutant) for mutant in waiting]) if waiting else []),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, seen: Sequence[Seen]) -> list[str]:
    if not seen:
        return [f"## {title}", "", "None.", ""]
    rows = [f"| {o.mutant.rule} | {cell(o.mutant.clause)} | {_change(o)} | {cell(o.mutant.equivalent)} |" for o in seen]
    return [f"## {title}", "", "| rule | clause | mutant | why |", "|---|---|---|---|", *rows, ""]


def _summary(seen: Sequence[Seen]) -> list[str]:
    every, caught = Counter(o.mutant.rule for o in seen), Counter(o.mutant.rule for o in seen if o.killer)
    rows = [f"| {rule} | {count} | {caught[rule]} |" for rule, count in every.items()]
    return ["## By rule", "", "| rule | mutants | caught |", "|---|---|---|", *rows, ""]


def row(one: Seen) -> str:
    """Its line of the table."""
    name = one.killer.removeprefix("tests/").replace(".py::", ": ") or "–"
    how = "" if _asserted(one) or not one.how else f" ({one.how})"
    return f"| {one.mutant.rule} | {cell(one.mutant.clause)} | {_change(one)} | {cell(name + how)} |"


def _asserted(one: Seen) -> bool:
    return one.how.startswith("AssertionError")


def _change(one: Seen) -> str:
    """``file: what it was → what it became``, only the part that differs."""
    old, new = one.mutant.old, one.mutant.new
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    end = next((i for i, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), 0)
    end = min(end or min(len(old), len(new)), min(len(old), len(new)) - start)
    first = max(0, start - 12)
    was, now = (
        old[first : len(old) - end + 6 if end > 6 else len(old)],
        new[first : len(new) - end + 6 if end > 6 else len(new)],
    )
    file = one.mutant.file.removeprefix("rules_baseline/")
    return f"{file}: {_code(was)} → {_code(now)}"


def _code(text: str) -> str:
    return f"`{cell(' '.join(text.split()))}`" if text.strip() else "nothing"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("`", "'")
