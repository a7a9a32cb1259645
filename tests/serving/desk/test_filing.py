"""The document of a case: everything on record is in it, in both languages and both formats, and itself on record."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from tests.documents.reading import words

EVIDENCE = {
    "distance": -1,
    "events": 6,
    "event_ids": ["T1", "T2"],
    "limit": 5,
    "members": {"filed": 6},
    "parameter": {
        "effective_from": "2025-08-08",
        "effective_to": None,
        "source": "上期公告〔2025〕87号",
        "verified": True,
    },
    "warn_fraction": "0.8",
    "warning_at": 4,
}


@pytest.fixture(scope="module")
def filed(desk):
    case_id = desk.alert("filed1", 1, subject_id="filed", account_id="filed", evidence=json.dumps(EVIDENCE))
    form = {"form": "phone", "held_at": "2026-03-02T03:00:00Z", "minutes": "客户承认 <b>自成交</b>", "place": "营业部"}
    desk.post("ann:investigator", case_id, "note", text="已调取录音")
    desk.post("ann:investigator", case_id, "disposition", outcome="restricted", conclusion="拆单成立", call_back=form)
    desk.post("rob:reviewer", case_id, "review", approve=True)
    return case_id


WANTED = [
    "filed1",
    "上期公告〔2025〕87号",
    "T1",
    "self-trade",
    "拆单成立",
    "ann",
    "rob",
    "least_expected_cost",
    "营业部",
]


def document(desk, case_id, **asked):
    return desk.as_("ann:investigator").get(f"/v1/cases/{case_id}/filing", **asked)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_filing_holds_alerts_limits_with_source_reasons_events_history_decision_and_people(desk, filed, lang):
    page = document(desk, filed, lang=lang).text
    pdf = words(document(desk, filed, lang=lang, format="pdf").content)
    for text in [*WANTED, {"zh": "自成交", "en": "Self"}[lang], {"zh": "限制措施", "en": "restricted"}[lang]]:
        if not (text == "self-trade" and lang == "zh"):
            assert text in page, text
            assert text.replace(" ", "") in pdf, text
    assert "<b>自成交" not in page


@pytest.mark.parametrize(("lang", "zone"), [("zh", "北京时间"), ("en", "times in Asia/Shanghai")])
def test_the_filing_is_in_one_language_and_its_times_are_shanghais(desk, filed, lang, zone):
    page = document(desk, filed, lang=lang).text
    for text in (zone, "2026-03-02 11:00:00", "2026-03-02 10:00:00"):  # of the call, and of the alert
        assert text in page, text
    assert not re.search(r"\d\d:\d\d:\d\d(\.\d+)?Z", page)
    other = {"zh": ("art. 5", "counted", "like articles", "in force"), "en": ("计量", "条款", "限额来源")}[lang]
    assert [text for text in other if text in page] == []


def test_each_filing_is_on_record_by_its_hash_and_the_same_record_gives_the_same_bytes(desk, filed):
    first, again = (document(desk, filed, format="pdf") for _ in range(2))
    assert first.content == again.content
    last = desk.ledger.case_history(filed)[-1]
    assert (last["kind"], last["by"]) == ("filing", "ann")
    assert last["payload"]["sha256"] == hashlib.sha256(first.content).hexdigest()
    assert desk.ledger.verify().intact


def test_the_filing_of_an_undecided_case_says_that_it_is_not_decided(desk):
    case_id = desk.alert("undecided", 3, subject_id="undecided")
    assert "尚未作出决定" in document(desk, case_id).text


def test_a_blind_case_cannot_be_filed_by_one_who_may_not_see_its_grade(new_desk):
    desk = new_desk(blind_share=1.0)
    case_id = desk.alert("blind", 1)
    assert document(desk, case_id).status_code == 409
    assert desk.as_("rob:reviewer").get(f"/v1/cases/{case_id}/filing").status_code == 200
