"""All Feast objects: the entity, a source and a view a family, and the versioned service a model pins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.quiet_feast import quiet_feast

with quiet_feast():
    from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
    from feast.data_format import ParquetFormat
    from feast.types import Float64

from features.catalogue import FAMILIES, FEATURES, SERVICES, STORED_FAMILIES
from features.marks import INTRADAY_AT, INTRADAY_DAY, INTRADAY_MARKS

__all__ = ["INTRADAY_AT", "INTRADAY_DAY", "INTRADAY_MARKS", "objects"]

ACCOUNT = Entity(name="account", join_keys=["account_id"], value_type=ValueType.STRING, description="客户账户 account")


def source(family: str, offline: Path) -> FileSource:
    """Parquet files of one family under ``offline``: a row and its corrections differ in ``created_timestamp``."""
    return FileSource(
        name=f"{family}_source",
        path=str(offline / family / "*.parquet"),
        file_format=ParquetFormat(),
        timestamp_field="event_timestamp",
        created_timestamp_column="created_timestamp",
    )


def view(family: str, offline: Path) -> FeatureView:
    """View of one family; no TTL: rows end with nulls where a window empties, offline and online alike."""
    fields = [Field(name=n, dtype=Float64, description=FEATURES[n].en) for n in FAMILIES[family]]
    if family == "intraday":
        fields += [
            Field(name=name, dtype=Float64, description="which moment the row speaks of") for name in INTRADAY_MARKS
        ]
    return FeatureView(name=family, entities=[ACCOUNT], schema=fields, source=source(family, offline), online=True)


def objects(offline: Path) -> Mapping[str, Any]:
    """Everything to apply, by name: the views and the services, over parquet files under ``offline``."""
    views = {family: view(family, offline) for family in STORED_FAMILIES}
    services = {name: FeatureService(name=name, features=_served(views, names)) for name, names in SERVICES.items()}
    return {"account": ACCOUNT, **views, **services}


def _served(views: Mapping[str, FeatureView], names: tuple[str, ...]) -> list[Any]:
    """What of each view a service serves: the views whole where it serves all of them, intraday with its marks."""
    wanted = {
        f: [n for n in FAMILIES[f] if n in names] + (list(INTRADAY_MARKS) if f == "intraday" else []) for f in views
    }
    return [view if len(wanted[f]) == len(view.schema) else view[wanted[f]] for f, view in views.items() if wanted[f]]
