"""Whatever a client sends, the desk's calls answer and never break."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIELDS = (
    "reason",
    "text",
    "until",
    "outcome",
    "conclusion",
    "grade",
    "approve",
    "upheld",
    "form",
    "held_at",
    "minutes",
)
FIELDS += (
    "assignee",
    "received_at",
    "action",
    "case_ids",
    "body",
    "from",
    "subject_id",
    "account_id",
    "rule_id",
    "proof",
)
FIELDS += ("exchange", "trading_day", "occurrence", "delivered_at", "call_back")
DAYS = st.sampled_from(
    ["2026-03-02", "0001-01-01", "9999-12-31", "2026-03-02T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | DAYS
WORDS = st.sampled_from(["educated", "restrict_opening", "phone", "claim", "note", "\x00", "\ud800", "x"])
VALUES = st.recursive(
    LEAVES | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_breaks_a_call(desk, data):
    if not desk.ledger.cases({"subject_id": "any"}).rows:
        desk.alert("any", 3, subject_id="any")
    case_id = desk.ledger.cases({"subject_id": "any"}).rows[0]["case_id"]
    posts = sorted(
        path for path, calls in desk.app.openapi()["paths"].items() if "post" in calls and "scores" not in path
    )
    path = data.draw(st.sampled_from(posts)).format(
        case_id=case_id, restriction_id="R1", notice_id="N1", strategy_id="W1", outbox_id=1
    )
    body = json.dumps(data.draw(BODIES))
    headers = {"Content-Type": "application/json"}
    answer = desk.as_("adam:admin").request("POST", path, content=body.encode(errors="surrogatepass"), headers=headers)
    assert answer.status_code < 500, (path, body, answer.text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/v1/cases", "/v1/cases:export", "/v1/restrictions", "/v1/strategies", "/v1/outbox", "/v1/alerts"]
    ),
    asked=st.dictionaries(
        st.sampled_from(
            ["cursor", "sort", "grade", "stage", "snoozed", "min_age_hours", "in_force_on", "assignee", "limit"]
        ),
        st.text(max_size=12) | st.integers().map(str) | DAYS,
        max_size=4,
    ),
)
def test_no_question_breaks_a_call(desk, path, asked):
    answer = desk.as_("rob:reviewer").get(path, **{k: v.encode(errors="replace").decode() for k, v in asked.items()})
    assert answer.status_code < 500, (path, asked, answer.text)
