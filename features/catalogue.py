"""Every feature by name, family by family, and the services that models pin."""

from __future__ import annotations

from types import MappingProxyType

from features.specs import (
    alert_context,
    cancelling,
    funding,
    history,
    holdings,
    intraday,
    logins,
    network,
    order_book,
    peers,
    profile,
    profit,
    strategy,
    trading,
)
from features.specs.spec import FeatureSpec

FEATURE_SERVICE = "risk_grade_v1"  # what a model pins: the names of ``STORED``, in this order

# The order of families is the order of columns everywhere; a new one goes before the context, which is last.
_ALL: tuple[FeatureSpec, ...] = (
    *profile.SPECS,
    *trading.SPECS,
    *cancelling.SPECS,
    *order_book.SPECS,
    *profit.SPECS,
    *funding.SPECS,
    *holdings.SPECS,
    *logins.SPECS,
    *history.SPECS,
    *intraday.SPECS,
    *network.SPECS,
    *peers.SPECS,
    *strategy.SPECS,
    *alert_context.SPECS,
)

FEATURES: MappingProxyType[str, FeatureSpec] = MappingProxyType({spec.name: spec for spec in _ALL})
FAMILIES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        family: tuple(spec.name for spec in _ALL if spec.family == family)
        for family in dict.fromkeys(spec.family for spec in _ALL)
    }
)
CONTEXT_FAMILY = "alert_context"  # computed on request, never stored
STORED_FAMILIES: tuple[str, ...] = tuple(family for family in FAMILIES if family != CONTEXT_FAMILY)
STORED: tuple[str, ...] = tuple(spec.name for spec in _ALL if spec.family != CONTEXT_FAMILY)  # what Feast holds
SERVICES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType({FEATURE_SERVICE: STORED})
