"""A past grade made again from its row in the ledger, and compared with what was given, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from alertgrade.errors import AlertError
from ledger.chain import canonical_json
from ledger.history import LoggedScore
from ledger.ledger import Ledger
from models.definitions import KIND, current_definitions, digest_of
from models.fallback import rules_only
from models.graded_alert import GradedAlert
from models.policy import Policy
from models.score_input import ScoreInput
from rules_baseline.grade import GradeTable, baseline_grade, parse_grade_table
from rules_baseline.trigger import TriggerRecord

_CHUNK = 256
_BUNDLES = 4  # kept open
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Grades(Protocol):
    """The part of ``models.scorer.AlertScorer`` that is called."""

    def grade(self, inputs: Sequence[ScoreInput], *, explain: bool = True) -> list[GradedAlert]:
        """A grade for each input."""


Bundles = Callable[[str], Grades]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of the answer, as recorded and as made again."""

    path: str
    recorded: Any
    replayed: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """``identical`` bit for bit; or what ``differs``; or in words what is ``missing`` to make the grade again.

    ``code`` is the version that gave the grade where it is another than this one's (null: the same, or not on record).
    """

    score_id: str
    alert_id: str
    identical: bool
    differs: tuple[Difference, ...] = ()
    missing: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Remade:
    """A row with everything its grade is made from; ``digest`` null: by rules alone, under ``policy``."""

    row: LoggedScore
    item: ScoreInput | None = None
    policy: Policy | None = None
    missing: str | None = None

    @property
    def asks(self) -> tuple[str, bool]:
        versions, evidence = self.row.answer["versions"], self.row.evidence
        by_model = self.item is not None and versions["model"] is not None
        return (str(versions["digest"]) if by_model else ""), bool(evidence.get("explain", True))


@dataclass(slots=True)
class Replayer:
    """Replays scores of ``ledger``; ``bundles`` opens a bundle by digest, ``AlertError`` where it cannot."""

    ledger: Ledger
    bundles: Bundles
    _texts: dict[str, str] = field(default_factory=dict)

    def replay(self, score_id: str) -> Replay:
        """One score; ``NotInLedger`` where there is none, or its entries were pruned."""
        found = self.ledger.alert(self.ledger.score(score_id)["alert_id"])
        row = LoggedScore(FIRST, found["trigger"], found["answer"], found["evidence"], None, None)
        return self._replayed([row])[0]

    def replay_all(self, since: datetime = FIRST, until: datetime | None = None) -> Iterator[Replay]:
        """Every score recorded in ``[since, until)``, oldest first."""
        rows = self.ledger.score_log(since, until or datetime(9999, 1, 1, tzinfo=UTC))
        while chunk := list(islice(rows, _CHUNK)):
            yield from self._replayed(chunk)

    def _replayed(self, rows: Sequence[LoggedScore]) -> list[Replay]:
        wanted = {name for row in rows for name in row.evidence.get("baseline_read", ())}
        others = self.ledger.triggers(sorted(wanted))
        remade = [self._remade(row, others) for row in rows]
        groups: dict[tuple[str, bool], list[_Remade]] = {}
        for one in remade:
            groups.setdefault(one.asks, []).append(one)
        found = {}
        for (digest, explain), group in groups.items():
            for one, replayed in zip(group, self._graded(group, digest, explain), strict=True):
                found[id(one)] = replayed
        return [found[id(one)] for one in remade]

    def _remade(self, row: LoggedScore, others: Mapping[str, Mapping[str, Any]]) -> _Remade:
        gone = [name for name in row.evidence.get("baseline_read", ()) if name not in others]
        if gone:
            return _Remade(row, missing=f"the day's alert {gone[0]} that it read was pruned")
        made_by: Mapping[str, str] = row.evidence.get("made_by") or {}
        try:
            table = _table(self._text("grade_table", made_by))
            rules_alone = row.answer["versions"]["model"] is None
            policy = _policy(self._text("policy", made_by)) if rules_alone else None
        except AlertError as error:
            return _Remade(row, missing=str(error))
        if policy is not None and policy.version != row.answer["versions"]["policy"]:
            return _Remade(row, missing=f"policy {row.answer['versions']['policy']} is not on record word for word")
        trigger = TriggerRecord.model_validate(row.trigger)
        alerts = [TriggerRecord.model_validate(others[name]) for name in row.evidence.get("baseline_read", ())]
        as_of = row.answer["features_as_of"]
        item = ScoreInput(
            trigger=trigger,
            features=row.evidence.get("features", {}),
            baseline=baseline_grade([*alerts, trigger], table),
            features_as_of=None if as_of is None else datetime.fromisoformat(as_of),
            feature_age_days=row.answer["feature_age_days"],
            degraded=() if rules_alone else tuple(row.answer["degraded"]),
        )
        return _Remade(row, item, policy)

    def _graded(self, group: Sequence[_Remade], digest: str, explain: bool) -> list[Replay]:
        if not digest:
            return [_compared(one, _by_rules(one)) for one in group]
        try:
            scorer = self.bundles(digest)
        except AlertError as error:
            return [_missing(one, f"bundle {digest[:12]}: {error}") for one in group]
        inputs = [one.item for one in group if one.item is not None]
        return [_compared(one, made) for one, made in zip(group, scorer.grade(inputs, explain=explain), strict=True)]

    def _text(self, what: str, made_by: Mapping[str, str]) -> str:
        """The text that a score names; one from before they were named is taken to be today's."""
        current = current_definitions(Policy.read())[what]
        digest = made_by.get(what)
        if digest is None or digest == digest_of(current):
            return current
        if digest not in self._texts:
            entry = self.ledger.entry(KIND, digest)
            if entry is None:
                raise AlertError(f"the {what} {digest[:12]} is not on record", "wanted its text", "see pruned segments")
            self._texts[digest] = str(json.loads(entry.payload)["text"])
        return self._texts[digest]


def bundle_by_digest(bundles: Path, load: Callable[[Path], Grades]) -> Bundles:
    """Opens ``<bundles>/<digest>/bundle`` by ``load``, which verifies it; the last few stay open."""

    @lru_cache(maxsize=_BUNDLES)
    def _open(digest: str) -> Grades:
        folder = bundles / digest / "bundle"
        if not folder.is_dir():
            raise AlertError(f"{folder} is not there", "wanted the bundle that gave the grade", "restore it")
        return load(folder)

    return _open


@lru_cache(maxsize=8)
def _table(text: str) -> GradeTable:
    return parse_grade_table(text, "the grade table on record")


@lru_cache(maxsize=8)
def _policy(text: str) -> Policy:
    return Policy.read(text)


def _by_rules(one: _Remade) -> GradedAlert | None:
    if one.item is None or one.policy is None:
        return None
    return rules_only(one.item, one.policy, one.row.answer["degraded"])


def _missing(one: _Remade, text: str) -> Replay:
    return Replay(one.row.answer["score_id"], one.row.answer["alert_id"], False, missing=text, code=_other_code(one))


def _compared(one: _Remade, made: GradedAlert | None) -> Replay:
    if made is None:
        return _missing(one, one.missing or "what its grade was made from")
    recorded, again = one.row.answer, made.model_dump(mode="json")
    same = canonical_json(recorded) == canonical_json(again)
    differs = () if same else tuple(differences(recorded, again))
    return Replay(recorded["score_id"], recorded["alert_id"], same, differs, code=_other_code(one))


def _other_code(one: _Remade) -> str | None:
    said = (one.row.evidence.get("made_by") or {}).get("code")
    return None if said in (None, version("alertgrade")) else str(said)


def differences(recorded: Any, again: Any, path: str = "") -> Iterable[Difference]:
    """Where two JSON values differ, by path; a value that is not there is null.

    >>> [found.path for found in differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})]
    ['a.1.b']
    """
    if isinstance(recorded, dict) and isinstance(again, dict):
        for name in sorted({*recorded, *again}):
            yield from differences(recorded.get(name), again.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(recorded, list) and isinstance(again, list) and len(recorded) == len(again):
        for place, (one, other) in enumerate(zip(recorded, again, strict=True)):
            yield from differences(one, other, f"{path}.{place}".lstrip("."))
    elif canonical_json(recorded) != canonical_json(again):
        yield Difference(path, recorded, again)
