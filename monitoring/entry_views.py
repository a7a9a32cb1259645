"""The views over the entries: alerts, scores, what was decided, the desk's work, what was changed.

``graded`` is one row a recorded score: alert, answer (p1 to p5: probabilities, grade 1 first) and the outcome that
holds now (null: undecided, reopened or terminated); ``truth`` is the grade that outcome corresponds to. A disposition
of one alert (imported) goes before that of its case; of several of a case the latest holds; a reopening ends it.
``answered`` is the same without the features, and a table: every report reads it.
"""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

_TRUTH = "{'referred': 1, 'restricted': 2, 'enhanced_review': 3, 'educated': 4, 'no_action': 5}"

VIEWS = (
    """CREATE OR REPLACE VIEW alerts AS SELECT seq, recorded_at, p.trigger.alert_id AS alert_id, p.case_id AS case_id,
    p.origin AS origin, coalesce(p.blind, false) AS blind, p.trigger.rule_id AS rule_id, p.trigger.level AS level,
    p.trigger.exchange AS exchange, p.trigger.contract AS contract, p.trigger.trading_day::DATE AS trading_day,
    p.trigger.subject_type AS subject_type, p.trigger.subject_id AS subject_id, p.trigger.account_id AS account_id,
    p.trigger.triggered_at::TIMESTAMPTZ AS triggered_at, p.trigger.occurrence AS occurrence FROM raw_alerts""",
    """CREATE OR REPLACE VIEW scores AS SELECT seq, recorded_at, alert_id, answer.score_id AS score_id,
    answer.grade AS grade, answer.severity AS severity, answer.probabilities[1] AS p1, answer.probabilities[2] AS p2,
    answer.probabilities[3] AS p3, answer.probabilities[4] AS p4, answer.probabilities[5] AS p5,
    answer.grade_set AS grade_set, answer.anomaly.share AS anomaly_share, answer.baseline.grade AS baseline_grade,
    answer.decided_by.classifier AS classifier_grade, answer.decided_by.policy_clause AS policy_clause,
    answer.versions.digest AS digest, answer.versions.model AS model, answer.versions.policy AS policy,
    answer.versions.rules AS rules, len(answer.degraded) > 0 AS degraded FROM raw_scores""",
    """CREATE OR REPLACE VIEW work AS SELECT seq, kind, key, recorded_at, payload->>'$.case_id' AS case_id,
    coalesce(payload->>'$.by', payload->>'$.approver') AS person, payload FROM raw_work""",
    """CREATE OR REPLACE VIEW dispositions AS SELECT seq, recorded_at, p.case_id AS case_id, p.alert_id AS alert_id,
    p.outcome AS outcome, coalesce(p.decided_at::TIMESTAMPTZ, recorded_at) AS decided_at, p.decided_by AS decided_by,
    p.reviewed_by AS reviewed_by, p.grade_shown AS grade_shown FROM raw_dispositions""",
    """CREATE OR REPLACE VIEW ended AS SELECT case_id, max(seq) AS seq FROM work
    WHERE kind IN ('reopen', 'terminate') GROUP BY case_id""",
    """CREATE OR REPLACE VIEW case_outcomes AS SELECT arg_max(d, d.seq) AS d, d.case_id AS case_id FROM dispositions d
    LEFT JOIN ended e ON e.case_id = d.case_id WHERE d.case_id IS NOT NULL AND d.seq > coalesce(e.seq, 0)
    GROUP BY d.case_id""",
    f"""CREATE OR REPLACE TEMP TABLE outcomes AS SELECT
    a.alert_id, o.outcome, o.decided_at, o.decided_by, o.reviewed_by,
    o.grade_shown, o.seq AS disposition_seq, (MAP {_TRUTH})[o.outcome]::TINYINT AS truth FROM alerts a
    JOIN (SELECT alert_id, outcome, decided_at, decided_by, reviewed_by, grade_shown, seq, 0 AS place FROM dispositions
    WHERE case_id IS NULL UNION ALL SELECT m.alert_id, c.d.outcome, c.d.decided_at, c.d.decided_by, c.d.reviewed_by,
    c.d.grade_shown, c.d.seq, 1 FROM case_outcomes c JOIN alerts m ON m.case_id = c.case_id) o
    ON o.alert_id = a.alert_id QUALIFY row_number() OVER (PARTITION BY a.alert_id ORDER BY o.place, o.seq DESC) = 1""",
    """CREATE OR REPLACE TEMP TABLE answered AS SELECT a.* EXCLUDE (seq, recorded_at), a.seq AS alert_seq,
    s.* EXCLUDE (seq, alert_id, recorded_at), s.seq AS score_seq, s.recorded_at AS scored_at, o.outcome, o.truth,
    o.decided_at, o.decided_by, o.reviewed_by, o.grade_shown, o.disposition_seq FROM scores s
    JOIN alerts a USING (alert_id) LEFT JOIN outcomes o USING (alert_id)""",
    """CREATE OR REPLACE VIEW graded AS SELECT a.*, s.* EXCLUDE (recorded_at, alert_id, answer) FROM answered a
    JOIN raw_scores s ON s.seq = a.score_seq""",
)
