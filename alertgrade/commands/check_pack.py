"""Command `rules check-pack`: a parameters folder against the shipped one, and no change without two persons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console
from alertgrade.errors import AlertError


def check_pack(
    folder: Annotated[Path, typer.Argument(help="parameters folder, as given to --parameters")],
) -> None:
    """Say what a parameters folder changes and by whom; refuse a change without an author and another approver.

    Example: alertgrade rules check-pack PARAMETERS
    """
    from rules_baseline.pack_check import pack_differences

    found = pack_differences(folder)
    for one in found:
        persons = f"{one.author or '-'} → {one.approver or '-'}" + (f", version {one.version}" if one.version else "")
        line = f"{one.file}: {one.place}: {one.what}: {one.detail} ({persons})"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    unsigned = [f"{one.file}: {one.place}" for one in found if not one.signed]
    if unsigned:
        raise AlertError(
            f"{len(unsigned)} of {len(found)} changes without two persons, the first: {unsigned[0]}",
            "wanted author and approver in every entry that differs",
            "name both there; for a removed entry or common.yaml in common.yaml",
        )
    console.print(f"{len(found):,} changes against the shipped parameters, each of two persons")
