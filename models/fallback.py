"""Rules-only grades: the answer when no model can be asked, saying so."""

from __future__ import annotations

from collections.abc import Sequence

from models.answer import answer
from models.graded_alert import Anomaly, GradedAlert, Versions
from models.peers import PeerMedians
from models.policy import Policy
from models.reasons import Reasons
from models.score_input import ScoreInput


def rules_only(
    item: ScoreInput, policy: Policy, degraded: Sequence[str], rules_version: str | None = None
) -> GradedAlert:
    """The baseline grade under the policy's floors; no probabilities, no anomaly share, ``versions.model`` null.

    ``degraded`` says why no model answered and follows what the input already says; it must not be empty.
    """
    if not degraded:
        raise ValueError("saw no word on why the grade is rules-only; wanted at least one entry in degraded")
    decision = policy.decide(None, None, item.baseline, item.trigger, [item.baseline.grade])
    reasons = Reasons((), PeerMedians({None: {}}))
    return answer(
        item,
        decision,
        severity=None,
        probabilities=None,
        grade_set=[decision.grade],
        anomaly=Anomaly(share=None, drivers=[]),
        reasons=[reasons.of_rules(item.trigger, item.baseline.grade), *reasons.of_policy(decision.moved_by)],
        versions=Versions(
            model=None,
            digest=None,
            policy=policy.version,
            rules=item.trigger.parameters_version or rules_version,
            feature_service=None,
        ),
        degraded=[*item.degraded, *(word for word in degraded if word not in item.degraded)],
    )
