"""A synthetic market with a past: events, the alerts of the rules, an investigator's dispositions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from alertgrade.errors import AlertError


def synthetic_market(
    out: Path,
    *,
    accounts: int,
    days: int,
    seed: int,
    pseudonym_key: bytes,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, int]:
    """Write raw tables with ``alerts`` and ``dispositions`` to ``out``; true intents go to ``out/_truth``.

    The rooms meet here and not in ``simulation``, which may not know the rules. Returns row counts by table.
    Raises ``AlertError`` where ``out`` already holds something.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    from features.events.load import load_events
    from rules_baseline.replay import run_rules
    from simulation.investigator import investigate
    from simulation.market import simulate

    if out.exists() and any(out.iterdir()):
        raise AlertError(f"{out} is not empty", "wanted a new or empty folder", "choose another or remove it")
    progress("agents trade")
    simulate(out, accounts=accounts, days=days, seed=seed)
    progress("rules raise alerts")
    with tempfile.TemporaryDirectory() as scratch, load_events(out, pseudonym_key=pseudonym_key) as events:
        alerts_file = Path(scratch) / "alerts.parquet"
        run_rules(events, alerts_file, state_dir=Path(scratch) / "state")
        shutil.copy2(alerts_file, out / "alerts.parquet")
    progress("an investigator disposes")
    alerts = pd.read_parquet(out / "alerts.parquet")
    truth = pd.read_parquet(out / "_truth" / "intent.parquet")
    investigate(alerts, truth, seed=seed).to_parquet(out / "dispositions.parquet", index=False)
    return {p.stem: int(pq.read_metadata(p).num_rows) for p in sorted(out.glob("*.parquet"))}
