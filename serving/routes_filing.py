"""A case as a document for the regulator (监管报送), each one on record with its hash."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response

from ledger.keys import ApiKey
from ledger.workflow.table import DECIDERS
from serving.access import caller, roles_note
from serving.blind import is_hidden
from serving.requests import Refused
from serving.routes_cases import person_of, whole_case
from serving.routes_scores import PartsNow

_MOST = 500  # rows of a register in one document
router = APIRouter(tags=["cases"])
_FILES: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}, "application/pdf": {}}


@router.get(
    "/v1/cases/{case_id}/filing",
    openapi_extra=roles_note(*DECIDERS),
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def get_filing(
    case_id: Annotated[str, Path(max_length=400)],
    parts: PartsNow,
    key: Annotated[ApiKey, caller(*DECIDERS)],
    format: Literal["html", "pdf"] = "html",  # noqa: A002  # the parameter's name in the address
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """The case with its evidence, reasons, history and decision; account numbers and never a client's name."""
    from alertgrade.documents.html import render_html
    from alertgrade.documents.pdf import render_pdf
    from serving.filing import filing, rules_in_words

    ledger, person = parts.ledger, person_of(key)
    case = whole_case(parts, case_id, person)
    if is_hidden(case, person):
        raise Refused(
            409, f"case {case_id} is shown without a grade", "wanted a case that is decided", "decide it first"
        )
    alerts = [ledger.alert(row["alert_id"]) for row in case["members"]]
    subject = {"subject_id": case["subject_id"]}
    registers = {name: ledger.register(name, subject, limit=_MOST).rows for name in ("restrictions", "notices")}
    document = filing(case, alerts, ledger.case_history(case_id), registers, rules_in_words(), lang)
    data = render_pdf(document) if format == "pdf" else render_html(document).encode()
    digest = hashlib.sha256(data).hexdigest()
    ledger.record_filing(case_id, person, {"format": format, "language": lang, "sha256": digest})
    kind = "application/pdf" if format == "pdf" else "text/html; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="{_safe(case_id)}.{format}"', "X-Content-SHA256": digest}
    return Response(data, media_type=kind, headers=headers)


def _safe(name: str) -> str:
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum()) or "case"
