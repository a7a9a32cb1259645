"""``alertgrade ledger``: check the record, sign it, seal and prune it, and copy it out."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from ledger.ledger import Ledger

KEY_NAMES = ("ledger.key", "ledger.pub")  # under the home's keys
By = Annotated[str, typer.Option(help="Who asks for it; goes on record.")]


def verify(
    heads: Annotated[
        Path | None, typer.Option(help="Signed heads kept elsewhere, as 'ledger head --out' wrote.")
    ] = None,
    segments: Annotated[Path | None, typer.Option(help="Folder of pruned segments: they are checked too.")] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Public key that signs (32 raw bytes); default this home's ledger.pub.")
    ] = None,
) -> None:
    """Recompute every hash, signature and projection; exit code 2 and the place where something disagrees.

    Example: alertgrade ledger verify --heads /mnt/elsewhere/heads.jsonl
    """
    from ledger.heads import read_file

    home = settings()
    trusted = _trusted(home, public_key)
    ledger = open_ledger(home)
    gc.disable()  # millions of rows that all stay: looking through them for cycles is a quarter of the time
    verdict = ledger.verify(() if heads is None else read_file(heads), trusted)
    problems = [*verdict.problems, *(_segment_problems(ledger, segments, trusted) if segments else [])]
    ledger.close()
    gc.enable()
    if problems:
        for problem in problems:
            Console(stderr=True).print(problem, markup=False, highlight=False)
        raise AlertError(
            f"{len(problems)} problems in {verdict.entries} entries",
            "wanted an intact chain",
            "restore the ledger from its last backup and compare",
        )
    said = f"; sealed and pruned up to seq {verdict.pruned}" if verdict.pruned else ""
    said += f"; {verdict.heads} signed heads agree" if verdict.heads else ""
    console.print(f"{verdict.entries} entries, intact; head {verdict.head}{said}", highlight=False)


def head(
    out: Annotated[Path | None, typer.Option(help="File to add the head to: keep it on another machine.")] = None,
) -> None:
    """Sign the chain as it stands and put that on record; a chain rewritten later contradicts it.

    Example: alertgrade ledger head --out /mnt/elsewhere/heads.jsonl
    """
    from ledger.heads import add_to_file, record_head

    home = settings()
    ledger = open_ledger(home)
    signed = record_head(ledger, _private(home), datetime.now(UTC).date().isoformat())
    ledger.close()
    if out is not None:
        add_to_file(signed, out)
    console.print(f"head of {signed.day}: seq {signed.seq}, {signed.hash}", highlight=False)


def seal(
    before: Annotated[str, typer.Option(help="Day (UTC): all that was recorded before it is sealed.")], by: By
) -> None:
    """Seal what was recorded before a day as a segment, signed; nothing is deleted.

    Example: alertgrade ledger seal --before 2026-01-01 --by governance-desk
    """
    from ledger import segments

    home = settings()
    ledger = open_ledger(home)
    made = segments.seal(ledger, _private(home), before=_day(before, "--before").isoformat(), by=by)
    ledger.close()
    console.print(f"segment {made.number}: seq {made.first} to {made.last} sealed", highlight=False)


def prune(
    out: Annotated[Path, typer.Argument(help="Folder for the segments' files: the only copy of what is deleted.")],
    by: By,
    through: Annotated[int | None, typer.Option(help="Number of the last segment to go; default all sealed.")] = None,
) -> None:
    """Write sealed segments to files that prove themselves, and delete them here.

    Refused while a case of theirs is open. Labels of what is gone are no longer there for training.

    Example: alertgrade ledger prune /mnt/archive --by governance-desk
    """
    from ledger.prune import prune as pruned

    ledger = open_ledger(settings())
    for segment in pruned(ledger, out, by=by, through=through):
        console.print(f"segment {segment.number}: seq {segment.first} to {segment.last} is in {out}", highlight=False)
    ledger.close()


def export(
    out: Annotated[Path | None, typer.Option(help="File to write; default standard output.")] = None,
    form: Annotated[
        Literal["jsonl", "csv"], typer.Option("--format", help="One JSON object a line, or CSV.")
    ] = "jsonl",
    kind: Annotated[list[str] | None, typer.Option(help="Only entries of this kind; may be given again.")] = None,
    since: Annotated[str, typer.Option(help="Only what was recorded on this day (UTC) or later.")] = "",
    until: Annotated[str, typer.Option(help="Only what was recorded on this day (UTC) or earlier.")] = "",
    case: Annotated[str, typer.Option(help="Only what concerns this case.")] = "",
) -> None:
    """Write the chain with its hashes, whole or in part, so that anyone can check it again.

    Example: alertgrade ledger export --case C00000007 --format csv --out case.csv
    """
    from ledger.export import Wanted, write_csv, write_jsonl

    write = write_csv if form == "csv" else write_jsonl
    wanted = Wanted(
        kinds=kind or (),
        since=_day(since, "--since") if since else None,
        until=_day(until, "--until") if until else None,
        case_id=case or None,
    )
    ledger = open_ledger(settings())
    if out is None:
        write(ledger.export(wanted), sys.stdout)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            count = write(ledger.export(wanted), file)
        console.print(f"{count} entries written to {out}", highlight=False)
    ledger.close()


def _segment_problems(ledger: Ledger, folder: Path, trusted: tuple[str, ...]) -> list[str]:
    from ledger.scan import start_of
    from ledger.segment_file import check_joined

    with ledger.reading() as connection:
        start = start_of(connection)
    return check_joined(sorted(folder.glob("*.jsonl")), start.seq, start.hash, trusted)


def _private(home: Settings) -> bytes:
    from models.signing import load_or_create_keypair

    private, _ = load_or_create_keypair(home.keys_dir, *KEY_NAMES)
    return private


def _trusted(home: Settings, given: Path | None) -> tuple[str, ...]:
    path = given or home.keys_dir / KEY_NAMES[1]
    if given is None and not path.exists():
        return ()  # nothing was ever signed here
    try:
        return (path.read_bytes().hex(),)
    except OSError as error:
        raise AlertError(f"{path}: {error.strerror}", "wanted the public key that signs heads") from error


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AlertError(f"{option} {text!r}", "wanted a day such as 2026-05-21") from error
