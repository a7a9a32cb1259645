"""The policy file: its shape, checked when it is read, so that a mistake is found before the first alert."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alertgrade.errors import AlertError

Grade = Annotated[int, Field(ge=1, le=5)]
Cost = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Line = Annotated[str, Field(min_length=1)]
_DEFAULT = Path(__file__).with_name("policy.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Floor(_Strict):
    """A clause under which the grade is never better (a larger number) than ``not_better_than``.

    All conditions given must hold; an alert without an occurrence never meets ``min_occurrence``.
    """

    id: Line
    not_better_than: Grade
    zh: Line
    en: Line
    rules: tuple[Line, ...] | None = None
    levels: tuple[Literal["warning", "breach", "severe"], ...] | None = None
    min_occurrence: Annotated[int, Field(ge=1)] | None = None
    baseline_at_most: Grade | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if all(x is None for x in (self.rules, self.levels, self.min_occurrence, self.baseline_at_most)):
            raise ValueError("a floor needs at least one of rules, levels, min_occurrence, baseline_at_most")
        return self


class StrangeAndUnsure(_Strict):
    """The clause that raises a very strange account when the classifier is unsure or silent."""

    id: Line
    min_share: Annotated[float, Field(ge=0, le=1)]
    min_set_size: Annotated[int, Field(ge=1, le=5)]
    raise_to: Grade
    zh: Line
    en: Line


class PolicyFile(_Strict):
    """``policy.yaml`` as values; unknown keys are refused."""

    version: Line
    cost: tuple[tuple[Cost, Cost, Cost, Cost, Cost], ...]
    floors: tuple[Floor, ...]
    strange_and_unsure: StrangeAndUnsure | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(self.cost) != 5:
            raise ValueError(f"cost has {len(self.cost)} rows; wanted 5, grade 1 first")
        if any(self.cost[g][g] != 0 for g in range(5)):
            raise ValueError("cost must be 0 on the diagonal: the deserved grade costs nothing")
        for true in range(4):
            for given in range(4):
                here, below = self.cost[true], self.cost[true + 1]
                if here[given + 1] - here[given] < below[given + 1] - below[given]:
                    raise ValueError(f"cost rows {true + 1} and {true + 2}: worse evidence could give a better grade")
        ids = [floor.id for floor in self.floors]
        if len(set(ids)) != len(ids):
            raise ValueError("two floors share one id")
        return self


def read_policy_file(text: str | None = None) -> PolicyFile:
    """The policy in ``text``, or the one shipped; ``AlertError`` names the key at fault."""
    source = _DEFAULT.read_text(encoding="utf-8") if text is None else text
    try:
        return PolicyFile.model_validate(yaml.safe_load(source))
    except yaml.YAMLError as err:
        raise AlertError(f"the policy is not YAML: {err}", "wanted the shape of models/policy.yaml") from err
    except ValidationError as err:
        first = err.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "policy"
        message = first["msg"].removeprefix("Value error, ")
        raise AlertError(
            f"policy key {key}: {message}", "wanted the shape of models/policy.yaml", f"mend {key}"
        ) from err


def write_policy_file(policy: PolicyFile) -> str:
    """The policy as YAML, always the same text for the same policy."""
    facts = policy.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)
