"""Which files of a folder are CTP records, which are raw tables that CTP does not carry, and which are neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alertgrade.errors import AlertError
from features.events.ctp_config import FILE
from features.events.ctp_fields import ORDER, SESSION, TRADE
from features.events.schema import TABLES
from features.events.sources import SUFFIXES, Source

CSV = (".csv", ".csv.gz")
FROM_RECORDS = ("orders", "trades")


@dataclass(frozen=True, slots=True)
class CtpFiles:
    """Files of a folder, each group in text order; ``beside`` by table, ``ignored`` by name."""

    orders: tuple[Path, ...]
    trades: tuple[Path, ...]
    sessions: tuple[Path, ...]
    beside: dict[str, Source]
    ignored: tuple[str, ...]


def find_ctp_files(src: Path) -> CtpFiles:
    """Sort the files of ``src``: ``orders*.csv``, ``trades*.csv``, ``sessions*.csv`` and raw tables, CSV also gzip.

    Names that begin with ``_`` or ``.`` are passed over. Raises ``AlertError`` for a folder, an order or trade file or
    ``contracts`` that is missing, an empty file, and a table that is there in two forms.
    """
    if not src.is_dir():
        raise AlertError(f"no folder {src}", "wanted a folder of CTP records", "see docs/ctp.md")
    records: dict[str, list[Path]] = {ORDER.name: [], TRADE.name: [], SESSION.name: []}
    beside: dict[str, Source] = {}
    ignored = []
    for file in sorted(src.iterdir()):
        if file.name.startswith(("_", ".")) or file.name == FILE:
            continue
        kind = next((name for name in records if file.name.startswith(name) and file.name.endswith(CSV)), None)
        table = _table(file)
        if kind is None and table is None:
            ignored.append(file.name + ("/" if file.is_dir() else ""))
            continue
        if file.stat().st_size == 0:
            raise AlertError(f"{file.name} is empty (0 bytes)", "wanted at least the column names", "write it again")
        if kind is not None:
            records[kind].append(file)
        elif table is not None:
            if table in beside:
                both = f"{beside[table].files[0].name}, {file.name}"
                raise AlertError(f"table {table} is there twice ({both})", "wanted one form", "remove one")
            beside[table] = Source(TABLES[table], src, (file,))
    _refuse_missing(src, records, beside)
    if records[SESSION.name] and "logins" in beside:
        ignored.append(beside.pop("logins").files[0].name)  # sessions say it first-hand
    orders, trades, sessions = (tuple(records[kind.name]) for kind in (ORDER, TRADE, SESSION))
    return CtpFiles(orders, trades, sessions, beside, tuple(ignored))


def _table(file: Path) -> str | None:
    names = [file.name.removesuffix(suffix) for suffix in SUFFIXES if file.name.endswith(suffix)]
    found = [name for name in names if name in TABLES and name not in FROM_RECORDS]
    return found[0] if found and file.is_file() else None


def _refuse_missing(src: Path, records: dict[str, list[Path]], beside: dict[str, Source]) -> None:
    missing = [f"{name}*.csv" for name in FROM_RECORDS if not records[name]]
    missing += ["contracts.csv"] if "contracts" not in beside else []
    if missing:
        raise AlertError(
            f"folder {src} has no {', '.join(missing)}",
            "wanted orders*.csv, trades*.csv (CTP records) and the raw table contracts beside them",
            "add what is missing (docs/ctp.md)",
        )
