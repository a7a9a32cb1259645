"""From a folder of raw tables to typed tables in DuckDB, with everything that broke the contract set aside."""

from __future__ import annotations

from pathlib import Path

from features.events import table_check
from features.events.events import Events
from features.events.schema import TABLES
from features.events.sources import digest_of, find_sources
from features.events.stage import Staged, create_empty, create_quarantine, stage
from features.events.text_lines import Progress
from features.events.workspace import Workspace, size_as_text


def load_events(
    folder: Path,
    *,
    pseudonym_key: bytes,
    database: Path | None = None,
    progress: Progress | None = None,
    large: int | None = None,
) -> Events:
    """Load and validate a folder of raw tables (the contract: ``features.events.schema``).

    Every table of the contract becomes a table of its name, typed; a table that was not given is there without rows.
    Rows that break the contract go to ``Events.quarantine`` and never stop the others. Orders and trades in parquet
    without a fault are read where they are: the file has to stay as it is while the events are open. All else is
    copied, with ``database`` everything: a DuckDB file (made, or its tables replaced); None keeps the copies in memory,
    or in a temporary file if the folder is more than about ``large`` bytes of CSV (128 MiB): loading then stays below
    2 GB whatever the size.
    ``progress`` is told of the CSV files as they are read. Instants are UTC without zone.

    Raises ``AlertError`` for a missing or empty folder, a missing required table or column, a file that cannot be
    read at all, overlapping validity rows, or an id that is both a group and an account.
    """
    sources, ignored = find_sources(Path(folder))
    workspace = Workspace(database, size_as_text(file for source in sources.values() for file in source.files), large)
    try:
        connection = workspace.backend.con
        with workspace.bounded():
            create_quarantine(connection)
            staged: dict[str, Staged] = {}
            for name, table in TABLES.items():
                if name in sources:
                    copied = database is not None
                    staged[name] = stage(connection, sources[name], pseudonym_key, progress, copied=copied)
                else:
                    create_empty(connection, table)
            table_check.refuse_overlaps(connection)
            table_check.refuse_shared_names(connection)
            return Events(workspace, staged, ignored, digest_of(sources))
    except BaseException:
        workspace.close()
        raise
