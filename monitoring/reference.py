"""The training sample of the champion, which training keeps beside its bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from alertgrade.errors import AlertError


@dataclass(frozen=True, slots=True)
class Reference:
    """``table`` has the features and ``grade`` of at most some thousand training rows."""

    digest: str
    version: str
    table: pd.DataFrame


def champion_reference(bundles: Path) -> Reference:
    """Read ``champion.json`` and ``<digest>/reference.parquet`` under ``bundles``; either missing: ``AlertError``."""
    pointer = bundles / "champion.json"
    try:
        named = json.loads(pointer.read_text(encoding="utf-8"))
        digest, version = str(named["digest"]), str(named.get("version", ""))
    except FileNotFoundError as error:
        raise AlertError(f"no champion at {pointer}", "wanted a promoted model", "run alertgrade train") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AlertError(f"{pointer} is not a champion pointer ({error})", "wanted digest, path, version") from error
    sample = bundles / digest / "reference.parquet"
    if not sample.is_file():
        raise AlertError(
            f"no training sample at {sample}", "wanted the reference that training writes", "run alertgrade train"
        )
    try:
        return Reference(digest, version, pd.read_parquet(sample))
    except (OSError, ValueError) as error:
        raise AlertError(f"{sample} cannot be read ({error})", "wanted parquet", "run alertgrade train") from error
