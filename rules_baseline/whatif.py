"""What if: the rules run as they are and once more with other parameters or groups, by the very same code."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.alerts import read_alerts
from rules_baseline.merge_check import merge_notes
from rules_baseline.merged_groups import Member, as_if_declared
from rules_baseline.pack_change import Change, parsed
from rules_baseline.pack_edit import edited_pack
from rules_baseline.replay import Progress, run_rules
from rules_baseline.rulebook import load_rulebook, own_rules, own_screens
from rules_baseline.scope import EVERYTHING, Scope
from rules_baseline.trigger import TriggerRecord

# screens whose own limits other screens read: the clusters that they link accounts by
READ_BY = {
    "shared_address": ("matched_orders", "benefit_transfer", "spoofing"),
    "matched_orders": ("benefit_transfer",),
}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Alerts of both runs in (triggered_at, alert_id) order, the version of the parameters of each, and notes."""

    before: list[TriggerRecord]
    after: list[TriggerRecord]
    version_before: str
    version_after: str
    notes: tuple[str, ...] = ()  # of the merged groups, a sentence each


def what_if(
    events: Any,
    state_dir: Path,
    *,
    settings: Sequence[str] = (),
    members: Sequence[Member] = (),
    parameters_dir: Path | None = None,
    custom_dir: Path | None = None,
    scope: Scope = EVERYTHING,
    progress: Progress | None = None,
) -> WhatIf:
    """Run the rules over ``features.events.load.Events`` as they are, and with ``settings`` and ``members``.

    ``settings`` are texts such as ``frequent_cancel.limit=400`` (see ``pack_change.parsed``), set in a copy of the
    parameters folder; ``members`` are taken as declared groups; rules of ``custom_dir`` run unchanged. ``progress`` is
    told (steps done, steps in all) of each run. ``state_dir`` keeps the state of both runs. Raises ``AlertError``
    where nothing is to change, where a rule of ``custom_dir`` is to be or one that ``scope`` leaves out, and as
    ``parsed``, ``edited_pack``, ``merge_notes``, ``as_if_declared`` and ``run_rules`` do.
    """
    if not settings and not members:
        raise AlertError("nothing to change", "wanted --set RULE.PARAMETER=VALUE or --merge-groups FILE")
    _refuse_own(settings, custom_dir)
    changes = [parsed(text, load_rulebook(parameters_dir)) for text in settings]
    load_rulebook(parameters_dir, custom_dir).within(scope)  # ids that do not exist are named first
    _refuse_unread(changes, scope)
    notes = merge_notes(events, members) if members else []
    run = partial(_alerts, state_dir=Path(state_dir), custom_dir=custom_dir, scope=scope, progress=progress)
    with tempfile.TemporaryDirectory(prefix="alertgrade-what-if-") as name, ExitStack() as stack:
        changed = parameters_dir
        if changes:
            changed = Path(name) / "parameters"
            edited_pack(changes, changed, parameters_dir)
        before = run(events, Path(name) / "before", parameters_dir=parameters_dir)
        merged = stack.enter_context(as_if_declared(events, members)) if members else events
        after = run(merged, Path(name) / "after", parameters_dir=changed)
        old, new = (load_rulebook(folder, custom_dir).limits.version for folder in (parameters_dir, changed))
    return WhatIf(before, after, old, new, tuple(notes))


def _refuse_unread(changes: Sequence[Change], scope: Scope) -> None:
    """A change of a rule that does not run, and that none which runs reads, would compare a run with itself."""
    for change in changes:
        readers = {change.rule_id, *READ_BY.get(change.rule_id, ())}
        if scope.only is not None and not readers & scope.only:
            only = ",".join(sorted(scope.only))
            raise AlertError(
                f"--set {change.text} with --only {only}: none of these reads it",
                "wanted a change of a rule that runs",
                f"add {change.rule_id} to --only",
            )


def _refuse_own(settings: Sequence[str], custom_dir: Path | None) -> None:
    book = load_rulebook(None, custom_dir)
    own = {rule.id for rule in own_rules(book)} | {screen.id for screen in own_screens(book)}
    for text in settings:
        rule_id = text.partition(".")[0].partition("@")[0].strip()
        if rule_id in own:
            raise AlertError(
                f"--set {text}: {rule_id} is a rule of {custom_dir}",
                "wanted a shipped rule, since a rule of your own has no entry in the parameters",
                "change it in a copy of the folder and compare the alerts files of two runs",
            )


def _alerts(events: Any, folder: Path, *, state_dir: Path, **options: Any) -> list[TriggerRecord]:
    """The alerts of one run, whose files are of no use to anybody else."""
    run_rules(events, folder / "alerts.parquet", state_dir=state_dir / folder.name, **options)
    return read_alerts(folder / "alerts.parquet")
