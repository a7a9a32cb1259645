"""What a command reads, by what a person calls it: an output must not take its place."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def raw_files(events: Path, but: Collection[str] = ()) -> dict[str, Path]:
    """The files of a folder of raw tables, those of the tables ``but`` left out; none of them is opened.

    Empty for a folder that is not there, of which loading speaks; raises ``AlertError`` where a required table is not.
    """
    from features.events.sources import find_sources

    if not events.is_dir():
        return {}
    sources, _ = find_sources(events)
    read = [source for name, source in sources.items() if name not in but]
    return {f"the raw table {source.name_of(file)} at": file for source in read for file in source.files}
