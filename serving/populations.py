"""What kind of account it was (客户类别), by the words of the broker's own rules (docs/custom_rules.md) and types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from features.profile import TYPES

Population = Literal["individual", "institution", "product", "employees", "introduced", "programmatic", "market_makers"]
POPULATIONS: tuple[str, ...] = get_args(Population)
_FLAGS = {  # of the feature row
    "is_employee": "employees",
    "via_introducing_broker": "introduced",
    "is_programmatic": "programmatic",
    "is_market_maker": "market_makers",
}


def populations_of(features: Mapping[str, float | None]) -> list[str]:
    """Its type, then what else it belongs to; empty where its features were not known.

    >>> populations_of({"account_type_code": 2.0, "is_programmatic": 1.0, "is_employee": 0.0})
    ['product', 'programmatic']
    >>> populations_of({"account_type_code": None})
    []
    """
    code = features.get("account_type_code")
    of_type = [] if code is None else [TYPES[int(code)]]
    return of_type + [word for name, word in _FLAGS.items() if features.get(name)]
