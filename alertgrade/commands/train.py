"""Commands of training: train, models, promote."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from alertgrade.commands.context import console, instant, open_events, open_ledger, open_store, settings
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from training.fit import TrainResult
    from training.registry import ModelRegistry


def train(
    events: Annotated[Path, typer.Argument(help="folder of raw tables, with alerts and dispositions")],
    until: Annotated[str | None, typer.Option(help="train as if at this instant, ISO 8601 UTC; default: now")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 7,
) -> None:
    """Fit, judge against the baselines on later days, and register a model bundle.

    Example: alertgrade train EVENTS --until 2026-05-21T12:30:00Z
    """
    home = settings()
    with console.status("train") as status:
        result = run_training(
            home,
            events,
            datetime.now(UTC) if until is None else instant(until, "--until"),
            seed,
            progress=status.update,
        )
    print_result(result)


def models() -> None:
    """List registered versions, their aliases and main metrics.

    Example: alertgrade models
    """
    table = Table("version", "alias", "digest", "kappa", "cost", "coverage")
    for row in registry(settings()).versions():
        figures = [f"{row.metrics.get(k, float('nan')):.3f}" for k in ("quadratic_kappa", "expected_cost", "coverage")]
        table.add_row(row.version, ", ".join(row.aliases), row.digest[:12], *figures)
    console.print(table)


def promote(
    version: Annotated[str, typer.Argument(help="version number, see alertgrade models")],
    approver: Annotated[str, typer.Option(help="who approves; goes on record")],
) -> None:
    """Make a registered version champion; a running service takes it at its next alert.

    Example: alertgrade promote 2 --approver governance-desk
    """
    home = settings()
    store = registry(home)
    chosen = store.version(version)
    _record_promotion(home, chosen.digest, version, approver)  # on record first: no champion without a row
    store.promote(version)
    console.print(f"version {version} ({chosen.digest[:12]}) is champion, approved by {approver}")


def _record_promotion(home: Settings, digest: str, version: str, approver: str) -> None:
    now = datetime.now(UTC).isoformat()
    ledger = open_ledger(home)
    ledger.append("promotion", f"{digest}:{now}", {"version": version, "digest": digest, "approver": approver})
    ledger.close()


def run_training(home: Settings, events: Path, known_by: datetime, seed: int, progress: object = None) -> TrainResult:
    """Import past dispositions into the ledger once, then train on what the ledger knows by ``known_by``."""
    from features.build import BuildRecord
    from models.signing import load_or_create_keypair
    from training.fit import train as fit
    from training.history import disposition_rows, labelled_alerts, past_alerts

    say = progress if callable(progress) else lambda _: None
    say("past alerts and dispositions")
    with open_events(events, home) as raw:
        alerts = past_alerts(raw)
        ledger = open_ledger(home)
        ledger.import_dispositions(
            (a.model_dump(mode="json") for a in alerts), disposition_rows(raw), decided_until=known_by
        )
    private, _ = load_or_create_keypair(home.keys_dir)
    store = open_store(home)
    days = set(BuildRecord.read(store.offline).days)
    known = labelled_alerts(ledger, known_by)
    inside = [row for row in known if row.trigger.trading_day in days]
    if len(inside) < len(known):
        console.print(
            f"{len(known) - len(inside):,} labelled alerts lie outside the days of the feature build: left out"
        )
    result = fit(
        inside,
        alerts,
        store,
        registry(home),
        known_by=known_by,
        private_key=private,
        code_version=code_version(),
        seed=seed,
        progress=say,
    )
    if result.champion:
        _record_promotion(home, result.digest, result.version, "none: the first version registered")
    return result


def registry(home: Settings) -> ModelRegistry:
    """MLflow registry of this installation."""
    from training.registry import ModelRegistry

    home.home.mkdir(parents=True, exist_ok=True)
    return ModelRegistry(home.mlflow_uri, home.home / "mlartifacts", home.bundles_dir)


def code_version() -> str:
    """Version of the installed distribution, with the commit where the checkout knows it."""
    import subprocess
    from importlib.metadata import version

    root = Path(__file__).parents[2]
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    commit = asked.stdout.strip()  # ends in -dirty where the checkout was changed
    return version("alertgrade") + (f"+{commit}" if commit else "")


def print_result(result: TrainResult) -> None:
    """Print rows, the table of voices and the coverage."""
    parts = ", ".join(f"{name} {rows:,}" for name, rows in result.rows.items())
    console.print(f"version {result.version}, bundle {result.digest[:12]}; rows: {parts}")
    names = list(next(iter(result.table.values())))
    table = Table("on later days", *names)
    for voice, row in result.table.items():
        table.add_row(voice, *[f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in (row[n] for n in names)])
    console.print(table)
    covered = result.coverage["coverage"]
    console.print(
        f"conformal sets cover {covered.value:.3f} [{covered.low:.3f}, {covered.high:.3f}] of the true grades"
    )


def mlflow() -> None:
    """Open MLflow's own pages on this installation's runs and versions; Ctrl-C ends it.

    Example: alertgrade mlflow
    """
    import subprocess
    import sys

    home = settings()
    registry(home)  # makes the store where there is none
    address = ["--host", home.host, "--port", str(home.mlflow_port)]
    console.print(f"MLflow http://{home.host}:{home.mlflow_port}")
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", home.mlflow_uri, *address]
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(command, check=False)
