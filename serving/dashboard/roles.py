"""Which role may do what, as the service decides it (a test holds the two together); what one may not is not shown."""

from __future__ import annotations

DESK = frozenset({"investigator", "reviewer", "data_scientist", "governor", "admin"})
DECIDERS = frozenset({"investigator", "reviewer", "admin"})
REVIEWERS = frozenset({"reviewer", "admin"})
READS_NAMES = frozenset({"investigator", "reviewer", "admin"})
MODEL_ROOM = frozenset({"reviewer", "data_scientist", "governor", "admin"})
AUDITORS = frozenset({"data_scientist", "governor", "admin"})
GOVERNORS = frozenset({"governor", "admin"})
