"""监管报送: one case as a document, with the evidence, from what the ledger holds and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alertgrade.documents.blocks import Block, Document, Heading, KeyValues, Language, Paragraph, Table
from ledger.workflow.table import STAGES
from rules_baseline.explain import explained
from rules_baseline.legal_words import chinese
from rules_baseline.trigger import TriggerRecord
from serving.filing_texts import label, moment, value_text, word

Rules = Mapping[str, tuple[str, str, str]]
_FACTS = ("outcome", "conclusion", "note", "follow_up", "decided_by", "reviewed_by", "decided_at", "grade_shown")
_FORM = (
    *("form", "place", "held_at", "abnormal_volume", "abnormal_volume_before"),
    *("dormant", "restrictions", "education", "minutes"),
)
_UNTOLD = (
    *("case_id", "by", "alert_id", "score_id", "decided_by", "reviewed_by", "trigger", "evidence", "call_back"),
    *("account", "origin"),
)
_OF_NOTICE = ("received_at", "delivered_at")
_LONGEST = 300  # characters of one entry's detail


def rules_in_words() -> Rules:
    """Chinese title, English title and legal basis of every rule of ours, by id."""
    from rules_baseline.after_close.catalogue import after_close_screens
    from rules_baseline.catalogue import intraday_rules

    during = {rule.id: (rule.title_zh, rule.title_en, rule.legal_basis) for rule in intraday_rules()}
    return during | {one.id: (one.title_zh, one.title_en, one.legal_basis) for one in after_close_screens()}


def filing(
    case: Mapping[str, Any],
    alerts: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]],
    registers: Mapping[str, Sequence[Mapping[str, Any]]],
    rules: Rules,
    language: Language,
) -> Document:
    """The document of a case.

    ``alerts`` are its alerts with trigger and answer, ``history`` its entries, ``registers`` the restrictions and
    notices of its subject, ``rules`` as ``rules_in_words``. The same record gives the same document: filings made
    before are not in it.
    """
    told = [entry for entry in history if entry["kind"] != "filing"]
    say = language
    blocks: list[Block] = [Heading(word("case", say)), _summary(case, say)]
    blocks += [Heading(word("alerts", say)), _alerts(alerts, rules, say)]
    blocks += [Heading(word("rules", say)), *_evidence(alerts, rules, say)]
    blocks += [Heading(word("grades", say)), *_grades(alerts, say)]
    blocks += [Heading(word("decision", say)), *_decision(case, say)]
    blocks += [Heading(word("registers", say)), *_registers(registers, rules, say)]
    blocks += [Heading(word("people", say)), _people(told, say), Heading(word("history", say)), _history(told, say)]
    until = moment(told[-1]["recorded_at"] if told else case["opened_at"])
    subtitle = f"{case['case_id']} · {word('as_of', say).format(moment=until)} · {word('zone', say)}"
    return Document(f"{word('title', say)} {case['case_id']}", blocks, subtitle, word("footer", say), language)


def _summary(case: Mapping[str, Any], say: Language) -> Block:
    stage = STAGES[case["stage"]] if say == "zh" else case["stage"].replace("_", " ")
    restriction, strategy = case["restriction"], case["strategy"]
    pairs = [
        ("case_id", case["case_id"]),
        ("subject", f"{value_text(case['subject_type'], say)} {case['subject_id']}"),
        ("account_id", case["account_id"]),
        ("stage", stage),
        ("days", f"{case['first_day']} – {case['last_day']}"),
        ("opened_at", moment(case["opened_at"])),
        ("due_at", moment(case["due_at"])),
        ("grade", case["grade"]),
        ("override", case["override_grade"]),
    ]
    if restriction is not None:
        pairs.append(
            ("why_restricted", f"{restriction['restriction_id']}, {restriction['from']} – {restriction['until']}")
        )
    if strategy is not None:
        pairs.append(("strategy", f"{strategy['strategy_id']}: {strategy['reason']}"))
    return KeyValues([(word(name, say), value) for name, value in pairs])


def _title(rule_id: str, rules: Rules, say: Language) -> str:
    return rules[rule_id][say == "en"] if rule_id in rules else rule_id


def _alerts(alerts: Sequence[Mapping[str, Any]], rules: Rules, say: Language) -> Block:
    names = ("rule", "place", "level", "triggered_at", "measured", "limit", "occurrence", "grade")
    rows = [
        [
            _title(one["rule_id"], rules, say),
            ".".join(part for part in (one["exchange"], one["contract"]) if part) or None,
            value_text(one["level"], say),
            moment(one["trigger"]["triggered_at"]),
            one["trigger"].get("measured"),
            one["trigger"].get("threshold"),
            one["trigger"].get("occurrence"),
            one["grade"],
        ]
        for one in alerts
    ]
    return Table([word(name, say) for name in names], rows, widths=(3, 3, 1.4, 4, 1.6, 1.6, 1.2, 1))


def _evidence(alerts: Sequence[Mapping[str, Any]], rules: Rules, say: Language) -> list[Block]:
    """What each alert's own evidence says of it: the clause, the source of the limit, the events counted."""
    blocks: list[Block] = []
    for one in alerts:
        title = rules.get(one["rule_id"])
        lines = explained(TriggerRecord.model_validate(one["trigger"]), title[:2] if title else None, say)
        blocks.append(Heading(one["alert_id"], 3))
        if title:
            blocks.append(KeyValues([(word("basis", say), chinese(title[2]) if say == "zh" else title[2])]))
        blocks.append(Paragraph("\n".join(line.strip() for line in lines[1:])))
    return blocks


def _grades(alerts: Sequence[Mapping[str, Any]], say: Language) -> list[Block]:
    blocks: list[Block] = []
    for one in alerts:
        answer = one["answer"]
        if answer is None:
            continue
        versions, clause = answer.get("versions") or {}, answer["decided_by"]["policy_clause"]
        facts = [
            ("alert_id", one["alert_id"]),
            ("grade", f"{answer['grade']} {answer.get(f'grade_name_{say}') or ''}".strip()),
            ("clause", f"{value_text(clause, say)} ({clause})"),
            ("baseline", answer["baseline"]["grade"]),
            ("model", ", ".join(f"{name} {value}" for name, value in sorted(versions.items()) if value) or None),
            ("degraded", "; ".join(answer["degraded"]) or None),
        ]
        blocks.append(KeyValues([(word(name, say), value) for name, value in facts]))
        reasons = [[value_text(r["voice"], say), r.get(f"text_{say}")] for r in answer.get("reasons") or []]
        columns = [word("voice", say), word("reason", say)]
        blocks.append(Table(columns, reasons, when_empty=word("none", say), widths=(1, 5)))
    return blocks


def _decision(case: Mapping[str, Any], say: Language) -> list[Block]:
    decided = case["disposition"]
    form = case["form"]
    blocks: list[Block] = [Paragraph(word("undecided", say))]
    if decided is not None or case["outcome"] is not None:
        facts = {"outcome": case["outcome"], "decided_by": case["decided_by_person"]}
        facts |= {"decided_at": moment(case["decided_at"])}
        facts |= {name: (decided or {}).get(name) for name in _FACTS if name not in facts}
        blocks = [KeyValues([(word(name, say), value_text(facts[name], say)) for name in _FACTS])]
    if form is not None:
        labels = [(name, "place_of" if name == "place" else name) for name in _FORM]
        form = form | {"held_at": moment(form.get("held_at"))}
        facts_of = [(word(label, say), value_text(form.get(name), say)) for name, label in labels]
        blocks += [Heading(word("call_back", say), 2), KeyValues(facts_of)]
    return blocks


def _registers(registers: Mapping[str, Sequence[Mapping[str, Any]]], rules: Rules, say: Language) -> list[Block]:
    restricted = [[value_text(r["action"], say), r["from"], r["until"], r["reason"]] for r in registers["restrictions"]]
    told = [
        [r["exchange"], _title(r["rule_id"], rules, say), r["occurrence"], *(moment(r[at]) for at in _OF_NOTICE)]
        for r in registers["notices"]
    ]
    first = [word(name, say) for name in ("what", "from", "until", "reason")]
    second = [word(name, say) for name in ("exchange", "rule", "occurrence", "when", "delivered_at")]
    none = word("none", say)
    return [Table(first, restricted, when_empty=none), Table(second, told, when_empty=none)]


def _people(history: Sequence[Mapping[str, Any]], say: Language) -> Block:
    did: dict[str, list[str]] = {}
    for entry in history:
        if entry["by"] is not None:
            done = did.setdefault(entry["by"], [])
            what = str(value_text(entry["kind"], say))
            done += [] if what in done else [what]
        if entry["payload"].get("reviewed_by"):
            did.setdefault(entry["payload"]["reviewed_by"], [])
    rows = [[who, ", ".join(what)] for who, what in did.items()]
    return Table([word("who", say), word("what", say)], rows, when_empty=word("none", say), widths=(1, 3))


def _history(history: Sequence[Mapping[str, Any]], say: Language) -> Block:
    rows = [
        [moment(e["recorded_at"]), value_text(e["kind"], say), e["by"], _detail(e["payload"], say)] for e in history
    ]
    return Table([word(name, say) for name in ("when", "what", "who", "detail")], rows, widths=(3, 1.6, 1.6, 5))


def _detail(payload: Mapping[str, Any], say: Language) -> str | None:
    told = {name: value for name, value in payload.items() if name not in _UNTOLD and value not in (None, "", [], {})}
    text = "; ".join(f"{label(name, say)}: {value_text(moment(value), say)}" for name, value in told.items())
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") or None
