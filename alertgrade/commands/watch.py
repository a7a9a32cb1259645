"""``alertgrade watch``: batches in while the market trades, alerts and grades out."""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_store, pseudonym_key, settings
from alertgrade.commands.faults import say_set_aside
from alertgrade.commands.outputs import named_folder, ready_folder
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from alertgrade.watch.loop import Watched
    from alertgrade.watch.online import OnlineRows
    from alertgrade.watch.scoring import Scoring


def watch(
    source: Annotated[
        str, typer.Option("--from", help="Folder that batches are put into, or redis://HOST:PORT/DB?stream=NAME.")
    ],
    reference: Annotated[Path, typer.Option(help="Folder of reference tables: contracts, accounts, limits and so on.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for state, logs and alerts files; the same one resumes.", parser=named_folder, metavar="PATH"
        ),
    ],
    service: Annotated[str, typer.Option(help="Address of the scoring service; left out, nothing is graded.")] = "",
    key: Annotated[str, typer.Option(help="API key of role scorer; better ALERTGRADE_API_KEY.")] = "",
    parameters: Annotated[Path | None, typer.Option(help="Folder of limits instead of the shipped one.")] = None,
    custom: Annotated[Path | None, typer.Option(help="Folder of your own rules; or ALERTGRADE_RULES.")] = None,
    idle: Annotated[float, typer.Option(min=0, help="Seconds without a batch before held rows are counted.")] = 0.25,
    late: Annotated[float, typer.Option(min=0, help="Seconds of event time to wait for rows out of order.")] = 0.0,
    keep_days: Annotated[
        int, typer.Option(min=1, help="Trading days whose rows are kept; late rows of earlier ones are set aside.")
    ] = 5,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then end.")] = False,
    close: Annotated[
        bool, typer.Option("--close", help="With --once: the last day is over, for your own rules after the close.")
    ] = False,
) -> None:
    """Take batches of orders and trades, raise alerts the moment a limit is crossed, and have them graded.

    Example: alertgrade watch --from INBOX --reference EVENTS --out WATCH --service http://127.0.0.1:8600
    """
    import time

    from alertgrade.watch.counters import CountersFile
    from alertgrade.watch.loop import Patience
    from alertgrade.watch.start import opened_watch

    if close and not once:
        raise AlertError("--close without --once", "wanted both: a day that goes on is not over", "add --once")
    home = settings()
    scoring = _scoring(home, service, key)
    ready_folder(out, "--out")
    stopped: list[int] = []
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        _fail(line)

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)  # the batch in hand is finished first

    with opened_watch(
        source,
        reference,
        out,
        pseudonym_key=pseudonym_key(home),
        parameters_dir=parameters,
        custom_dir=custom or home.custom_rules,
        scoring=scoring,
        online=_online(home),
        counters=CountersFile(home.desk_dir, time.monotonic),
        patience=Patience(idle_s=idle, late_s=late),
        keep_days=keep_days,
        loaded=say_set_aside,
        tell=tell,
    ) as watching:
        before = [signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            console.print(f"watching {source} into {out}; Ctrl-C ends it")
            gc.collect()
            gc.freeze()  # libraries and rules: to go through them takes 80 ms of the batch that it meets
            watched = watching.run(once=once, close=close, stopping=lambda: bool(stopped))
        finally:
            gc.unfreeze()  # else the engine's library finds its objects alive at the end, and prints each
            for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
                signal.signal(number, handler)
    _say(watched, out)
    for line in watched.failed:  # of earlier starts too: the answers are still missing
        if line not in told:
            _fail(line)


def _scoring(home: Settings, service: str, key: str) -> Scoring | None:
    import time

    from alertgrade.watch.scoring import Scoring

    if not service:
        return None
    if not (key or home.api_key):
        raise AlertError("no API key", "wanted a key of role scorer", "set ALERTGRADE_API_KEY: alertgrade keys create")
    return Scoring(service, key or home.api_key, time.monotonic)


def _online(home: Settings) -> OnlineRows | None:
    if not (home.features_dir.exists() or home.online_store):
        return None  # nor a need to import Feast
    from alertgrade.watch.online import OnlineRows
    from features.online.address import ONLINE_DATABASE

    has_one = bool(home.online_store) or (home.features_dir / ONLINE_DATABASE).exists()
    return OnlineRows(open_store(home)) if has_one else None


def _say(watched: Watched, out: Path) -> None:
    table = Table("batches", "rows", "duplicates", "set aside", "late", "alerts", "corrections", "not graded")
    taken = (watched.batches, watched.rows, watched.duplicates, watched.refused, watched.late_rows)
    found = (watched.alerts, watched.corrections, watched.unanswered)
    table.add_row(*(f"{count:,}" for count in (*taken, *found)))
    console.print(table)
    if watched.beyond:
        console.print(f"{watched.beyond:,} late rows are beyond the kept days and were not counted: refused.jsonl")
    if watched.trouble:
        console.print(f"the service: {watched.trouble}", markup=False, soft_wrap=True)
    if watched.unjudged:
        days = ", ".join(map(str, watched.unjudged))
        console.print(f"your own rules did not judge {days}: no rows of contract_days", soft_wrap=True)
    console.print(f"alerts of each day, and the logs, in {out}")


def _fail(line: str) -> None:
    console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
