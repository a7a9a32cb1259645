"""Commands of training: train, evaluate."""

from __future__ import annotations

import contextlib
import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alertgrade.commands.context import console, instant, open_events, open_ledger, open_store, settings
from alertgrade.commands.models import load_keypair, record_promotion, registry
from alertgrade.commands.training_tables import (
    print_agreement,
    print_back_test,
    print_families,
    print_gate,
    print_result,
)
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from features.store import OfflineAndOnlineStore
    from rules_baseline.day_baseline import AlertHistory
    from training.backtest import BackTest
    from training.dataset import Dataset, LabelledAlert
    from training.registry import ModelRegistry
    from training.result import Table as Estimates
    from training.result import TrainResult
    from training.search import Budget


def train(
    events: Annotated[Path, typer.Argument(help="folder of raw tables, with alerts and dispositions")],
    until: Annotated[str | None, typer.Option(help="train as if at this instant, ISO 8601 UTC; default: now")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 7,
    author: Annotated[str | None, typer.Option(help="who trains; goes on record; default: who is logged in")] = None,
    search: Annotated[int, typer.Option(min=0, help="try so many parameter sets first; 0: the frozen defaults")] = 0,
    search_seconds: Annotated[float | None, typer.Option(min=1, help="end the search after so many seconds")] = None,
    curve: Annotated[bool, typer.Option(help="also fit on fewer labels, for the learning curve")] = True,
) -> None:
    """Fit, judge against the baselines on later days, and register a model bundle.

    Where a champion stands, the new version is held against it, which decides whether it may be promoted. With too few
    decided alerts the version holds rules and detectors only, and says so.

    Example: alertgrade train EVENTS --until 2026-05-21T12:30:00Z
    """
    from training.search import Budget

    home = settings()
    with console.status("train") as status:
        result = run_training(
            home,
            events,
            datetime.now(UTC) if until is None else instant(until, "--until"),
            seed,
            author=getpass.getuser() if author is None else author,
            budget=Budget(search, search_seconds) if search else None,
            curve=curve,
            progress=status.update,
        )
    print_result(result)


def evaluate(
    version: Annotated[str, typer.Argument(help="version number, see alertgrade models")],
    events: Annotated[Path, typer.Argument(help="folder of raw tables, with alerts and dispositions")],
    until: Annotated[str | None, typer.Option(help="use what was known at this instant; default: now")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 7,
    rolling: Annotated[int, typer.Option(min=0, help="back-test its recipe from so many origins instead")] = 0,
    families: Annotated[bool, typer.Option("--families", help="refit without each feature family instead")] = False,
) -> None:
    """Hold a version against the champion of now: on the later alerts decided so far, and in the shadow where it ran.

    With --rolling N its recipe is trained anew at N earlier instants and judged on the days after each. With --families
    it is trained anew without each feature family, to see what each one adds.

    Example: alertgrade evaluate 2 EVENTS --rolling 4
    """
    from training.against_champion import against_champion
    from training.dataset import build_dataset
    from training.recipe import inputs_of
    from training.shadow import keep_agreement

    home = settings()
    models = registry(home)
    chosen = models.version(version)
    moment = datetime.now(UTC) if until is None else instant(until, "--until")
    with console.status("evaluate"):
        labelled, history, store = labelled_inputs(home, events, moment)
        data = build_dataset(labelled, store, known_by=moment)
        if rolling:
            print_back_test(run_back_test(models, version, data, history, origins=rolling, seed=seed))
            return
        if families:
            print_families(run_families(models, version, data, history, seed=seed))
            return
        _, public = load_keypair(home)
        found = against_champion(chosen, data, inputs_of(data, history), models, public_key=public, seed=seed)
    if found is None:
        console.print(f"version {version} is the champion itself, or there is none to hold it against")
    else:
        print_gate(found)
    with contextlib.closing(open_ledger(home)) as ledger:
        beside = keep_agreement(models, chosen, ledger.entries(kinds=["shadow"]))
    if beside is not None:
        print_agreement(chosen.digest, beside)


def run_back_test(
    models: ModelRegistry, version: str, data: Dataset, history: AlertHistory, *, origins: int, seed: int
) -> BackTest:
    """Back-test the recipe of a version, with the parameters it was registered with."""
    from training.backtest import back_test
    from training.recipe import fit_and_grade, inputs_of, policy_cost

    inputs = inputs_of(data, history)
    recipe = fit_and_grade(data, seed=seed, parameters=models.parameters(version))
    return back_test(data, inputs, recipe, policy_cost(), origins=origins, seed=seed, progress=_say)


def run_families(models: ModelRegistry, version: str, data: Dataset, history: AlertHistory, *, seed: int) -> Estimates:
    """What each feature family adds to the recipe of a version."""
    from training.families import family_ablation
    from training.recipe import inputs_of

    return family_ablation(
        data, inputs_of(data, history), seed=seed, parameters=models.parameters(version), progress=_say
    )


def run_training(
    home: Settings,
    events: Path,
    known_by: datetime,
    seed: int,
    *,
    author: str = "",
    budget: Budget | None = None,
    curve: bool = False,
    progress: object = None,
) -> TrainResult:
    """Import past dispositions into the ledger once, then train on what the ledger knows by ``known_by``."""
    from training.fit import train as fit

    say = progress if callable(progress) else lambda _: None
    say("past alerts and dispositions")
    private, _ = load_keypair(home)
    inside, history, store = labelled_inputs(home, events, known_by)
    models = registry(home)
    result = fit(
        inside,
        history,
        store,
        models,
        known_by=known_by,
        private_key=private,
        code_version=code_version(),
        seed=seed,
        author=author,
        budget=budget,
        curve=curve,
        progress=say,
    )
    if result.champion:
        record_promotion(home, models.version(result.version), "none: the first version registered")
    return result


def labelled_inputs(
    home: Settings, events: Path, known_by: datetime
) -> tuple[list[LabelledAlert], AlertHistory, OfflineAndOnlineStore]:
    """What the ledger knows by ``known_by`` within the days of the feature build, all past alerts, the store.

    Past dispositions of ``events`` are imported into the ledger once.
    """
    from features.build import BuildRecord
    from training.history import disposition_rows, labelled_alerts, past_alerts

    with open_events(events, home) as raw:
        history = past_alerts(raw)
        ledger = open_ledger(home)
        ledger.import_dispositions(
            (a.model_dump(mode="json") for a in history.alerts), disposition_rows(raw), decided_until=known_by
        )
    store = open_store(home)
    days = set(BuildRecord.read(store.offline).days)
    known = labelled_alerts(ledger, known_by)
    inside = [row for row in known if row.trigger.trading_day in days]
    if len(inside) < len(known):
        console.print(
            f"{len(known) - len(inside):,} labelled alerts lie outside the days of the feature build: left out"
        )
    return inside, history, store


def code_version() -> str:
    """Version of the installed distribution, with the commit where the checkout knows it."""
    import subprocess
    from importlib.metadata import version

    root = Path(__file__).parents[2]
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    commit = asked.stdout.strip()  # ends in -dirty where the checkout was changed
    return version("alertgrade") + (f"+{commit}" if commit else "")


def _say(text: str) -> None:
    console.print(text, highlight=False)
