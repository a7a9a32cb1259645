"""``alertgrade replay``: make a past grade again and say whether it is the same, bit for bit."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alertgrade.commands.context import console, instant, open_ledger, settings
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from models.replay import Replay, Replayer

_SHOWN = 20  # scores told one by one; fields of each


def replay(
    score_id: Annotated[str | None, typer.Argument(help="Score to make again; it stands in every answer.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every score on record.")] = False,
    since: Annotated[str, typer.Option(help="Every score recorded at this instant or later.")] = "",
) -> None:
    """Make past grades again from the ledger and compare; exit code 2 unless all are identical.

    Example: alertgrade replay S0123456789abcdef0123
    """
    from models.replay import FIRST

    asked = (score_id is not None) + every + bool(since)
    if asked != 1:
        raise AlertError(f"{asked} of SCORE_ID, --all and --since", "wanted one of them")
    home = settings()
    ledger = open_ledger(home)
    replayer = _replayer(home, ledger)
    if score_id is not None:
        found = Counter([_told(replayer.replay(score_id))])
    else:
        found = _many(replayer, instant(since, "--since") if since else FIRST)
    ledger.close()
    total = sum(found.values())
    console.print(f"{total} replayed: {', '.join(f'{count} {what}' for what, count in sorted(found.items()))}")
    if found["identical"] < total:
        raise AlertError(f"{total - found['identical']} of {total} grades are not the same", "wanted every one")


def _many(replayer: Replayer, since: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    with console.status("replay"):
        for one in replayer.replay_all(since):
            quiet = one.identical or found.total() - found["identical"] >= _SHOWN
            found[_outcome(one) if quiet else _told(one)] += 1
    return found


def _outcome(one: Replay) -> str:
    return "identical" if one.identical else "missing" if one.missing else "different"


def _told(one: Replay) -> str:
    said = f"{one.score_id} of {one.alert_id}: "
    said += "identical" if one.identical else one.missing or f"{len(one.differs)} fields differ"
    said += f" (given by version {one.code})" if one.code else ""
    console.print(said, markup=False, highlight=False, soft_wrap=True)
    for field in one.differs[:_SHOWN]:
        text = f"  {field.path}: recorded {field.recorded!r}, now {field.replayed!r}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    return _outcome(one)


def _replayer(home: Settings, ledger: Ledger) -> Replayer:
    from models.bundle import load_bundle
    from models.replay import Replayer, bundle_by_digest
    from models.signing import PUBLIC_NAME

    def load(folder: Path):  # type: ignore[no-untyped-def]  # an AlertScorer: naming it would import the models
        return load_bundle(folder, (home.keys_dir / PUBLIC_NAME).read_bytes())

    return Replayer(ledger, bundle_by_digest(home.bundles_dir, load))
