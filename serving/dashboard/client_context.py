"""What lies around an alert: counts against limits, acts, links, peers, behaviour, similar past cases."""

from __future__ import annotations

from serving.dashboard.client_http import Record, Transport


class ContextCalls(Transport):
    """One method a question; files that were never published are ``not_found``."""

    def counters(self, limit: int = 100, **filters: object) -> Record:
        """Counts against limits, nearest to a breach first: {as_of, items}."""
        return self._get("/v1/counters", limit=limit, **filters)

    def timeline(self, account_id: str, until: str, since: str | None = None, limit: int = 2_000) -> Record:
        """Acts of an account in [since, until], oldest first: {as_of, items, cut}; instants are ISO with offset."""
        return self._get("/v1/timeline", account_id=account_id, until=until, since=since, limit=limit)

    def links(self, account_id: str) -> Record:
        """Who an account is linked with: {as_of, suspected, pairs, declared}."""
        return self._get("/v1/links", account_id=account_id)

    def suspects(self) -> Record:
        """Suspected groups by rank: {as_of, items}."""
        return self._get("/v1/suspects")

    def similar(self, alert_id: str, limit: int = 5) -> Record:
        """Past alerts of the same rule with a known outcome, nearest first: {as_of, items}."""
        return self._get("/v1/similar", alert_id=alert_id, limit=limit)

    def peers(self, account_id: str) -> Record:
        """Every feature of an account beside its own past and its peers: {account_id, features_as_of, items}."""
        return self._get("/v1/peers", account_id=account_id)

    def behaviour(self, account_id: str, days: int = 40) -> Record:
        """Daily features at the last closes: {account_id, days, features}."""
        return self._get("/v1/behaviour", account_id=account_id, days=days)
