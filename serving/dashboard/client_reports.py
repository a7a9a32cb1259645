"""Reports on record, models, changes, the state of the ledger, replays; and the registers beside an account."""

from __future__ import annotations

from serving.dashboard.client_http import Record, Transport, part


class ReportCalls(Transport):
    """One method a question; a report that was never made is ``not_found``."""

    def report(self, kind: str) -> Record:
        """The newest report of ``kind`` (drift, outcomes, effectiveness, disagreement) as it was put on record."""
        return self._get(f"/v1/reports/{part(kind)}")

    def models(self) -> Record:
        """Champion and challenger, bundles, changes, agreement in shadow: {served, bundles, changes, shadow}."""
        return self._get("/v1/models")

    def judgement(self, digest: str) -> Record:
        """What a bundle was worth on later days: {digest, skill, judgement: {slices, learning_curve, …}}."""
        return self._get(f"/v1/models/{part(digest)}/judgement")

    def changes(self, limit: int = 100) -> list[Record]:
        """Promotions, rule and policy changes, keys and reports, newest first."""
        return list(self._get("/v1/changes", limit=limit).get("items") or [])

    def ledger_state(self) -> Record:
        """The end of the chain, its last signed head, what was sealed and pruned."""
        return self._get("/v1/ledger/state")

    def replay(self, score_id: str) -> Record:
        """A past grade made again: {identical, differs, missing, code, …}."""
        return self._post(f"/v1/scores/{part(score_id)}/replay", {})

    def restrictions(self, subject_id: str, day: str) -> list[Record]:
        """Restrictions of a subject that bind on a trading day (YYYY-MM-DD), newest first."""
        return self._page("/v1/restrictions", None, 100, {"subject_id": subject_id, "in_force_on": day}).items

    def strategies(self, account_id: str, day: str) -> list[Record]:
        """Known strategies of an account in force on a day, newest first."""
        return self._page("/v1/strategies", None, 100, {"account_id": account_id, "in_force_on": day}).items
