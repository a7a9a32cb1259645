"""YAML text as plain values, by the parser in C where PyYAML was built with it: six times as fast as the other."""

from __future__ import annotations

from typing import Any

import yaml

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FAST):  # type: ignore[misc]
    """A safe loader that refuses a key given twice, of which YAML would keep the last and say nothing."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise yaml.YAMLError(f"line {key.start_mark.line + 1} gives the key {key.value} a second time")
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def plain_yaml(text: str) -> Any:
    """What ``text`` holds: mappings, lists, numbers, dates and text; None where it is empty.

    Raises ``yaml.YAMLError`` where it is no YAML, gives a key twice, or asks for an object of another kind.

    >>> plain_yaml("limit: 5")
    {'limit': 5}
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 -- both loaders are safe ones
