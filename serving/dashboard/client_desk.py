"""The desk itself: who one is, the desk at a glance, an account and who is behind it."""

from __future__ import annotations

from serving.dashboard.client_http import Record, Transport, part


class DeskCalls(Transport):
    """One method a question."""

    def me(self) -> Record:
        """Whose key it is: {name, role}."""
        return self._get("/v1/me")

    def overview(self) -> Record:
        """Open cases by grade, stage, age and person, and today against the usual."""
        return self._get("/v1/overview")

    def summary(self) -> Record:
        """Counts of alerts and cases by status and grade."""
        return self._get("/v1/reports/summary")

    def account(self, account_id: str) -> Record:
        """Features now, latest alerts and cases of one account."""
        return self._get(f"/v1/accounts/{part(account_id)}")

    def person(self, account_id: str) -> Record:
        """Who is behind an account, from the vault; the service records that it was read, and by whom."""
        return self._get(f"/v1/people/{part(account_id)}")
