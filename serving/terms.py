"""The desk's terms from their YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alertgrade.errors import AlertError
from ledger.workflow.terms import Terms

SHIPPED = Path(__file__).with_name("workflow.yaml")
_Share = Annotated[float, Field(ge=0, le=1)]
_Grade = Annotated[int, Field(ge=1, le=5)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    blind_share: _Share
    audit_share: _Share
    audit_grades: tuple[_Grade, ...]
    review_grades: tuple[_Grade, ...]
    notify_grades: tuple[_Grade, ...]
    due_hours: dict[_Grade, Annotated[float, Field(gt=0, le=10_000)]]
    seed: Annotated[str, Field(min_length=1, max_length=100)]


def read_terms(path: Path | None = None) -> Terms:
    """The terms in ``path``, or those shipped; ``AlertError`` names the key at fault.

    >>> read_terms().review_grades
    (1, 2)
    """
    path = SHIPPED if path is None else path
    try:
        found = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise AlertError(
            f"cannot read {path}: {error.strerror}", "wanted the desk's terms", "check its name"
        ) from error
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        seen = _fault(error) if isinstance(error, ValidationError) else "no YAML in UTF-8"
        raise AlertError(f"{path}: {seen}", f"wanted the keys of {SHIPPED.name} as shipped", "mend the file") from error
    return Terms(**found.model_dump())


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
