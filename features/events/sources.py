"""Which files of a folder belong to which raw table."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from alertgrade.errors import AlertError
from features.events.schema import TABLES, Table

SUFFIXES = (".parquet", ".csv", ".csv.gz")
PARTITION = "trading_day="
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one table, in text order, all CSV or all parquet; ``partitioned`` by trading day."""

    table: Table
    folder: Path
    files: tuple[Path, ...]
    partitioned: bool = False

    @property
    def is_csv(self) -> bool:
        """Whether the files are CSV (plain or gzip)."""
        return not self.files[0].name.endswith(".parquet")

    def name_of(self, file: Path) -> str:
        """Name of a file below the folder, with forward slashes."""
        return file.relative_to(self.folder).as_posix()


def find_sources(folder: Path) -> tuple[dict[str, Source], tuple[str, ...]]:
    """Find each table's files, and the names of everything that belongs to no table.

    Names that begin with ``_`` or ``.`` are passed over silently. Raises ``AlertError`` for a folder that is
    missing or holds no table, for two forms of one table, and for a required table that is absent.
    """
    if not folder.is_dir():
        raise AlertError(f"no folder {folder}", "wanted a folder of raw tables", "see `alertgrade check --help`")
    found: dict[str, Source] = {}
    ignored: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("_", ".")):
            continue
        source = _source(folder, path)
        if source is None:
            ignored.append(path.name + ("/" if path.is_dir() else ""))
        elif source.table.name in found:
            forms = sorted({found[source.table.name].files[0].name, path.name})
            raise AlertError(
                f"table {source.table.name} is there twice ({', '.join(forms)})", "wanted one form", "remove one"
            )
        else:
            found[source.table.name] = source
    missing = [table.name for table in TABLES.values() if table.required and table.name not in found]
    if missing:
        what = "holds no raw table" if not found else f"has no {', '.join(missing)}"
        raise AlertError(
            f"folder {folder} {what}",
            "wanted at least contracts, orders and trades, each NAME.parquet, NAME.csv or NAME/trading_day=YYYY-MM-DD/",
            "add what is missing" + (f" (ignored here: {', '.join(ignored)})" if ignored else ""),
        )
    return found, tuple(ignored)


def digest_of(sources: dict[str, Source]) -> str:
    """SHA-256 over the sorted names and contents of all source files, read as a stream."""
    files = sorted((source.name_of(file), file) for source in sources.values() for file in source.files)
    total = hashlib.sha256()
    for name, file in files:
        one = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                one.update(chunk)
        total.update(name.encode() + b"\0" + one.digest())
    return total.hexdigest()


def _source(folder: Path, path: Path) -> Source | None:
    if path.is_dir():
        table = TABLES.get(path.name)
        return None if table is None else _partitioned(folder, path, table)
    for suffix in SUFFIXES:
        table = TABLES.get(path.name.removesuffix(suffix)) if path.name.endswith(suffix) else None
        if table is not None:
            _refuse_empty(path)
            return Source(table, folder, (path,))
    return None


def _partitioned(folder: Path, path: Path, table: Table) -> Source:
    wanted = f"wanted {table.name}/{PARTITION}YYYY-MM-DD/*.parquet"
    if "trading_day" not in table.column_names:
        raise AlertError(f"{path.name}/ is a folder", f"{table.name} has no trading day: wanted one file", "merge it")
    files: list[Path] = []
    for part in sorted(path.iterdir()):
        if part.name.startswith(("_", ".")):
            continue
        if not part.is_dir() or not part.name.startswith(PARTITION) or not _is_date(part.name.removeprefix(PARTITION)):
            raise AlertError(f"{path.name}/{part.name}", wanted, "move or rename it")
        inside = [file for file in sorted(part.iterdir()) if not file.name.startswith(("_", "."))]
        strange = [file.name for file in inside if not (file.is_file() and file.name.endswith(".parquet"))]
        if strange:
            raise AlertError(f"{path.name}/{part.name}/{strange[0]}", wanted, "move or rename it")
        files += inside
    if not files:
        raise AlertError(f"folder {path.name}/ holds no parquet file", wanted, "fill it or remove it")
    for file in files:
        _refuse_empty(file)
    return Source(table, folder, tuple(files), partitioned=True)


def _refuse_empty(file: Path) -> None:
    if file.stat().st_size == 0:
        raise AlertError(f"{file.name} is empty (0 bytes)", "wanted at least the column names", "write it again")


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
