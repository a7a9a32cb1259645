"""Commands of the model registry: models, promote, rollback, retire, mlflow."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.commands.training_tables import print_agreement
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from training.registry import ModelRegistry, Version

Approver = Annotated[str, typer.Option(help="who approves; goes on record")]
Number = Annotated[str, typer.Argument(help="version number, see alertgrade models")]


def models(
    shadow: Annotated[bool, typer.Option("--shadow", help="also: champion against challenger, grade by grade")] = False,
) -> None:
    """List registered versions, their aliases, main metrics and how often they agreed in the champion's shadow.

    Example: alertgrade models --shadow
    """
    from models.agreement import agreements

    home = settings()
    with contextlib.closing(open_ledger(home)) as ledger:
        seen = agreements((json.loads(one.payload) for one in ledger.entries(kinds=["shadow"])), "digest")
    table = Table("version", "alias", "digest", "author", "skill", "kappa", "cost", "coverage", "in the shadow")
    versions = registry(home).versions()
    for row in versions:
        measured = (row.metrics.get(name) for name in ("quadratic_kappa", "expected_cost", "coverage"))
        figures = ["-" if one is None else f"{one:.3f}" for one in measured]
        said = [*row.aliases, *(["retired"] if row.retired else [])]
        found = seen.get(row.digest)
        beside = f"{found.alerts:,} alerts, {found.share or 0:.1%} as champion" if found else "-"
        known = [row.version, ", ".join(said), row.digest[:12], row.author or "not on record"]
        table.add_row(*known, row.skill.partition(":")[0] or "-", *figures, beside)
    console.print(table)
    for row in versions:
        if row.skill:
            console.print(f"version {row.version}: skill of its classifier {row.skill}", highlight=False)
    for digest, found in seen.items() if shadow else ():
        print_agreement(digest, found)


def promote(version: Number, approver: Approver) -> None:
    """Make a registered version champion; a running service takes it at its next alert.

    Refused without a better result than the champion's on later days (train and evaluate print it), without an approver
    other than the author, or where the bundle breaks its contract.

    Example: alertgrade promote 2 --approver governance-desk
    """
    from training.promotion import check_promotion
    from training.shadow import SHADOW_FILE

    home = settings()
    store = registry(home)
    _, public = load_keypair(home)
    with console.status("checking the bundle"):
        chosen, found = check_promotion(store, version, approver, public_key=public)
    beside = store.kept(version, SHADOW_FILE)
    evidence = {"gate": found.to_json()} | ({"shadow": beside} if beside else {})
    record_promotion(home, chosen, approver, **evidence)  # on record first: no champion without a row
    store.promote(version)
    console.print(f"version {version} ({chosen.digest[:12]}) is champion, approved by {approver}")


def rollback(
    approver: Approver,
    because: Annotated[str, typer.Option(help="why; goes on record")],
) -> None:
    """Put the champion before this one back; a running service takes it at its next alert.

    Example: alertgrade rollback --approver governance-desk --because "too many grade 2 since Monday"
    """
    _named(approver)
    _named(because, "--because TEXT")
    home = settings()
    store = registry(home)
    chosen = store.previous()
    record_promotion(home, chosen, approver, how="rollback", because=because)
    store.roll_back()
    console.print(f"version {chosen.version} ({chosen.digest[:12]}) is champion again, approved by {approver}")


def retire(version: Number, approver: Approver, because: Annotated[str, typer.Option(help="why; on record")]) -> None:
    """Take a version out of service for good: it can be neither promoted nor rolled back to.

    Example: alertgrade retire 1 --approver governance-desk --because "trained before the rules of 2024-10-25"
    """
    _named(approver)
    _named(because, "--because TEXT")
    home = settings()
    store = registry(home)
    chosen = store.version(version)
    store.retire(version)
    record_promotion(home, chosen, approver, how="retirement", because=because)
    console.print(f"version {version} ({chosen.digest[:12]}) is retired, approved by {approver}")


def adapt(approver: Approver) -> None:
    """Let the champion's grade sets follow the outcomes decided since, and put that version into service.

    Classifier, detectors and policy stay byte for byte; only how wide the sets of grades are moves, so that they go on
    holding the stated share of outcomes (adaptive conformal inference). Take it back with alertgrade rollback.

    Example: alertgrade adapt --approver governance-desk
    """
    from training.adaptation import adapt as follow
    from training.bundle_contract import broken
    from training.promotion import check_people

    home = settings()
    store = registry(home)
    private, public = load_keypair(home)
    champion = store.champion()
    if champion is not None:
        check_people(champion, approver)
    ledger = open_ledger(home)
    try:
        log = ledger.score_log(datetime(1970, 1, 1, tzinfo=UTC), datetime.now(UTC))
        found = follow(store, log, private_key=private, public_key=public)
    finally:
        ledger.close()
    if faults := broken(*store.bundle(found.version), public):
        raise AlertError(f"the adapted version breaks its contract: {faults[0]}", "wanted a sound bundle")
    chosen = store.version(found.version)
    record_promotion(home, chosen, approver, adapted_from=chosen.adapted_from, outcomes=str(found.outcomes))
    store.promote(found.version)
    table = Table(f"share of {found.outcomes:,} outcomes in the sets", *(f"grade {grade}" for grade in range(1, 6)))
    for name, shares in (("as trained", found.fixed), ("following", found.adaptive)):
        table.add_row(name, *["-" if share is None else f"{share:.3f}" for share in shares])
    console.print(table)
    console.print(f"version {found.version} ({found.digest[:12]}) is champion, approved by {approver}")


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


def registry(home: Settings) -> ModelRegistry:
    """MLflow registry of this installation."""
    from training.registry import ModelRegistry

    home.home.mkdir(parents=True, exist_ok=True)
    return ModelRegistry(home.mlflow_uri, home.home / "mlartifacts", home.bundles_dir)


def load_keypair(home: Settings) -> tuple[bytes, bytes]:
    """Private and public key of this installation's bundles."""
    from models.signing import load_or_create_keypair

    return load_or_create_keypair(home.keys_dir)


def record_promotion(home: Settings, chosen: Version, approver: str, *, how: str = "promotion", **more: str) -> None:
    """Put on record who put which version in service, or out of it."""
    now = datetime.now(UTC).isoformat()
    said = {"version": chosen.version, "digest": chosen.digest, "author": chosen.author, "approver": approver}
    ledger = open_ledger(home)
    ledger.append(how, f"{chosen.digest}:{now}", {**said, **more})
    ledger.close()


def _named(text: str, option: str = "--approver NAME") -> None:
    if not text.strip():
        raise AlertError(f"an empty {option.split()[0]}", "wanted words that go on record", f"give {option}")
