"""Where the engine keeps the raw tables: in memory while they are small, else on disk under a memory bound."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis

MEMORY = "1GB"
"""What the engine may hold while it loads, sums up or imports much; the blocks being read come on top of it."""
LARGE = 128 << 20
_AS_TEXT = {".parquet": 6, ".gz": 6}  # a compressed byte is about so many of CSV

# nothing is fetched from a network behind the user's back; ICU, JSON and parquet are built in
OFFLINE = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class Workspace:
    """One DuckDB session (UTC) and, for much data, a folder of its own among the temporary files.

    ``database`` is a file of the user's; without one, more than ``large`` bytes of text (``LARGE``) go to a file in the
    folder, which ``close`` removes. Put the folder elsewhere with ``TMPDIR``.
    """

    def __init__(self, database: Path | None, size: int, large: int | None = None) -> None:
        self.is_large = size > (LARGE if large is None else large)
        self._folder = Path(tempfile.mkdtemp(prefix="alertgrade-")) if self.is_large else None
        if database is not None:
            database.parent.mkdir(parents=True, exist_ok=True)
        elif self._folder is not None:
            database = self._folder / "raw.duckdb"
        try:
            self.backend = ibis.duckdb.connect(":memory:" if database is None else database, **OFFLINE)
        except BaseException:
            self._remove()
            raise
        self.backend.con.execute("SET TimeZone = 'UTC'")
        # in a notebook the bar is off, and without ipywidgets DuckDB refuses to hear of it
        if self.backend.con.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0]:
            self.backend.con.execute("SET enable_progress_bar = false")
        if self._folder is not None:
            spill_into(self.backend.con, self._folder)

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Hold the engine to ``MEMORY`` where there is much data; what does not fit goes to disk."""
        if not self.is_large:
            yield
            return
        self.backend.con.execute(f"SET memory_limit = '{MEMORY}'")
        try:
            yield
        finally:
            self.backend.con.execute("RESET memory_limit")

    def close(self) -> None:
        """Close the session; what was not in a file of the user's is gone."""
        self.backend.disconnect()
        self._remove()

    def _remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def spill_into(connection: Any, folder: Path) -> None:
    """Let the engine put what does not fit into memory below ``folder``."""
    connection.execute("SET temp_directory = ?", [str(folder / "spill")])


def size_as_text(files: Iterable[Path]) -> int:
    """About how many bytes of CSV the files hold."""
    return sum(file.stat().st_size * _AS_TEXT.get(file.suffix, 1) for file in files)
