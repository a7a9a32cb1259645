"""Names and units of features as the API gives them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serving.dashboard.client import Record
from serving.dashboard.formats import number, share
from serving.dashboard.language import Texts


@dataclass(frozen=True, slots=True)
class Names:
    """Labels by technical name; one the API did not name is shown as it is."""

    labels: Mapping[str, str]

    def label(self, name: str) -> str:
        """Name and unit."""
        return self.labels.get(name, name)


def names_of(t: Texts, items: list[Record]) -> Names:
    """From the items of ``/v1/peers``."""
    labels = {str(one["name"]): t("axis_value", name=title(t, one), unit=unit(t, one)) for one in items}
    return Names(labels)


def title(t: Texts, item: Record) -> str:
    """A feature's name with a capital where the language has them."""
    words = str(item.get(t.language) or item["name"])
    return words[:1].upper() + words[1:]


def unit(t: Texts, item: Record) -> str:
    """Its unit in words."""
    return t.of_set("unit", item.get("unit"))


def value(t: Texts, item: Record, name: str) -> str:
    """One of an item's values by its unit: a share as a percentage, a flag as yes or no.

    >>> value(Texts("en"), {"unit": "share", "value": 0.25}, "value"), value(Texts("en"), {"unit": "0/1"}, "value")
    ('25.0%', '–')
    """
    found = item.get(name)
    if found is None:
        return number(None)
    if item.get("unit") == "0/1":
        return t("yes" if found else "no") if found in (0, 1) else share(found)
    return share(found) if item.get("unit") == "share" else number(found)
