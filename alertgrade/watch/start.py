"""A watch from its addresses: reference tables, rules, state, intake, and the check that it is the one begun before."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from alertgrade.watch import seen
from alertgrade.watch.closed_days import judges_of
from alertgrade.watch.counters import CountersFile
from alertgrade.watch.directory import DirectoryIntake
from alertgrade.watch.door import Door
from alertgrade.watch.intake import TABLES, Intake
from alertgrade.watch.loop import Patience, Watch
from alertgrade.watch.online import OnlineRows
from alertgrade.watch.redis_streams import RedisStreamIntake
from alertgrade.watch.scoring import Scoring
from features.events.events import Events
from features.events.load import load_events
from features.events.sources import SUFFIXES
from rules_baseline.batches import arrow_schema
from rules_baseline.engine import RulesEngine
from rules_baseline.reference import ALWAYS, IF_GIVEN, reference_tables
from rules_baseline.replay import code_digest
from rules_baseline.rulebook import load_rulebook
from rules_baseline.state import LAYOUT
from rules_baseline.statement import Statement

BEGUN = "watch.json"
KEEP_DAYS = 5  # trading days: late rows of a week are still counted
_REFERENCE = (*ALWAYS, *IF_GIVEN, "control_groups")


@contextmanager
def opened_watch(
    source: str | Intake,
    reference: Path,
    out: Path,
    *,
    pseudonym_key: bytes,
    parameters_dir: Path | None = None,
    custom_dir: Path | None = None,
    scoring: Scoring | None = None,
    online: OnlineRows | None = None,
    counters: CountersFile | None = None,
    patience: Patience | None = None,
    clock: Callable[[], float] = time.monotonic,
    statement: Statement | None = None,
    keep_days: int = KEEP_DAYS,
    loaded: Callable[[Events], None] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Watch]:
    """The watch of ``source`` (a folder, ``redis://...?stream=NAME``, or an intake), state in ``out``, resumed or new.

    ``reference`` is a folder of raw tables; its orders and trades are not read and need not be there. ``statement`` is
    ``compile_rules`` of all intraday rules, where it is at hand. ``keep_days``: rows of a trading day are kept until so
    many later trading days of its exchange have had rows. ``custom_dir`` holds rules of the broker's own: those of the
    day run in the engine, the others judge a day once it is over. ``loaded`` is shown the reference tables, to say what
    of them was set aside; ``tell`` is given a line at once where a rule of the broker's own fails. Raises
    ``AlertError`` where ``out`` was begun with other reference tables, limits, rules or another source.
    """
    out.mkdir(parents=True, exist_ok=True)
    patience = patience or Patience()
    with ExitStack() as held:
        intake = open_intake(source, out, patience) if isinstance(source, str) else source
        held.callback(intake.close)
        tables, digest = read_reference(reference, pseudonym_key, loaded)
        book = load_rulebook(parameters_dir, custom_dir)
        own = judges_of(book, reference, pseudonym_key)
        rules = ",".join(rule.id for rule in book.rules)
        begun = {"reference": digest, "limits": book.limits.version, "rules": rules, "code": code_digest()}
        begun |= {"state": LAYOUT, "columns of the day so far": seen.LAYOUT, "source": intake.address}
        fingerprint = begin(out, begun)
        engine = RulesEngine(
            out / "state",
            rules=book.rules,
            limits=book.limits,
            reference=tables,
            fingerprint=fingerprint,
            statement=statement,
            keep_days=keep_days,
        )
        held.callback(engine.close)
        engine.warm()
        door = Door()
        held.callback(door.close)
        watch = Watch(
            engine,
            intake,
            door,
            out,
            scoring=scoring,
            online=online,
            patience=patience,
            clock=clock,
            own=own,
            counters=counters,
            tell=tell,
        )
        held.callback(watch.close)
        yield watch


def open_intake(source: str, out: Path, patience: Patience) -> Intake:
    """The intake of an address; a Redis group is named for the folder that holds the state."""
    if "://" not in source:
        return DirectoryIntake(Path(source), patience_s=patience.idle_s)
    group = hashlib.sha256(out.resolve().as_posix().encode()).hexdigest()[:12]
    return RedisStreamIntake(source, f"alertgrade-{group}")


def begin(out: Path, parts: dict[str, str]) -> str:
    """Write down what a watch is begun with, or compare with what it was begun with; returns the fingerprint."""
    file = out / BEGUN
    if not file.exists():
        draft = file.with_name(f".{BEGUN}.{os.getpid()}.part")
        draft.write_text(json.dumps(parts, indent=1))
        draft.replace(file)
    before = json.loads(file.read_text())
    changed = sorted(name for name in parts if before.get(name) != parts[name])
    if changed:
        raise AlertError(
            f"{out} was begun with another {', '.join(changed)}",
            "wanted the same, since counts of a day are not carried over",
            "give another --out: it takes everything the source still holds from the beginning",
        )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_reference(
    folder: Path, pseudonym_key: bytes, loaded: Callable[[Events], None] | None = None
) -> tuple[dict[str, pa.Table], str]:
    """Reference tables for the engine, and a digest of their files; orders and trades of the folder are left aside."""
    if not folder.is_dir():
        raise AlertError(f"no folder {folder}", "wanted a folder of reference tables, contracts at least")
    with tempfile.TemporaryDirectory(prefix="alertgrade-reference-") as scratch:
        view, found = Path(scratch), set()
        for path in sorted(folder.iterdir()):
            names = {path.name, *(path.name.removesuffix(suffix) for suffix in SUFFIXES)} & set(_REFERENCE)
            found |= names
            if names:
                (view / path.name).symlink_to(path.resolve())
        if "contracts" not in found:
            raise AlertError(
                f"folder {folder} has no contracts",
                "wanted reference tables, contracts at least, each NAME.parquet or NAME.csv",
                "add it: orders and trades come by --from",
            )
        for name in TABLES:
            pq.write_table(arrow_schema(name).empty_table(), view / f"{name}.parquet")
        with load_events(view, pseudonym_key=pseudonym_key) as events:
            if loaded is not None:
                loaded(events)
            return reference_tables(events), events.digest
