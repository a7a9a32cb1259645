"""Cases and alerts: the queues, one of them, and what a person does to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.dashboard.client_http import Page, Record, Transport, part


class CaseCalls(Transport):
    """One method a question or action."""

    def cases(self, position: str | None = None, limit: int = 50, **filters: object) -> Page:
        """Cases matching the filters in the order of ``sort`` (worst grade first); ``position`` as in ``alerts``."""
        return self._page("/v1/cases", position, limit, filters)

    def case(self, case_id: str) -> Record:
        """One case with its alerts, its disposition or proposal, and its call-back form."""
        return self._get(f"/v1/cases/{part(case_id)}")

    def branches(self) -> list[str]:
        """Every branch that the queues can be filtered by."""
        return [str(name) for name in self._get("/v1/branches").get("items") or []]

    def history(self, case_id: str) -> list[Record]:
        """Everything on record of a case, oldest first."""
        return list(self._get(f"/v1/cases/{part(case_id)}/history").get("items") or [])

    def act(self, case_id: str, action: str, **body: object) -> Record:
        """Do ``action`` (claim, release, disposition, review, …) to a case; the case as it is afterwards."""
        return self._post(f"/v1/cases/{part(case_id)}/{action}", body)

    def act_on_many(self, case_ids: Sequence[str], action: str, body: Mapping[str, object]) -> list[Record]:
        """One action on up to 500 cases: {case_id, status, case or error} each."""
        asked = {"case_ids": list(case_ids), "action": action, "body": dict(body)}
        return list(self._post("/v1/cases:bulk", asked).get("results") or [])

    def export(self, kind: str, **filters: object) -> bytes:
        """The cases matching the filters as a file, csv or json."""
        return self._file("/v1/cases:export", format=kind, **filters)

    def filing(self, case_id: str, kind: str, language: str) -> bytes:
        """The case as a document for the exchange or the file, html or pdf."""
        return self._file(f"/v1/cases/{part(case_id)}/filing", format=kind, lang=language)

    def alerts(self, position: str | None = None, limit: int = 50, **filters: object) -> Page:
        """Alerts matching the filters, newest first; ``position`` is the page's before."""
        return self._page("/v1/alerts", position, limit, filters)

    def alert(self, alert_id: str) -> Record:
        """Trigger, answer and case of one alert."""
        return self._get(f"/v1/alerts/{part(alert_id)}")
