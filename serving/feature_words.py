"""Names and units of features for whoever shows them."""

from __future__ import annotations

from collections.abc import Iterable

from features.catalogue import FEATURES


def names_of(features: Iterable[str]) -> dict[str, dict[str, str]]:
    """{zh, en, unit} of each that the catalogue knows; another is left out.

    >>> names_of(["orders_5d", "no such"])["orders_5d"]["unit"]
    'orders'
    """
    known = sorted({name for name in features if name in FEATURES})
    return {name: {"zh": FEATURES[name].zh, "en": FEATURES[name].en, "unit": FEATURES[name].unit} for name in known}
