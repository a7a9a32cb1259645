"""A YAML file read node by node, so that whatever does not fit is an error that names the file and the line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError


class YamlLines:
    """One YAML file; ``root`` is its top node. ``wanted`` says in errors what kind of file it should be.

    Numbers are read from the text as written, so 0.1 stays exactly 0.1. Raises ``AlertError`` for a file that cannot
    be read, is not UTF-8 or no YAML; every other method raises it naming the line of the node.
    """

    def __init__(self, path: Path, wanted: str) -> None:
        self.path = path
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except OSError as error:
            raise AlertError(f"cannot read {path}: {error.strerror}", f"wanted {wanted}", "check its name") from error
        except UnicodeDecodeError as error:
            raise AlertError(f"{path} is not UTF-8 text", f"wanted {wanted}", "save it as UTF-8") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise AlertError(f"{path}:{line}: {getattr(error, 'problem', error)}", "wanted YAML", "mend it") from error
        self.root = self.of_nothing(wanted) if node is None else node

    def of_nothing(self, wanted: str) -> Any:
        """The top node of an empty file: here an error; a reader for whom nothing is a mapping says so."""
        raise AlertError(f"{self.path}:1: the file is empty", f"wanted {wanted}", "write it or take it away")

    def fault(self, node: Any, seen: str, wanted: str, todo: str = "mend the file") -> AlertError:
        """The error at a node."""
        return AlertError(f"{self.path}:{node.start_mark.line + 1}: {seen}", f"wanted {wanted}", todo)

    def pairs(self, node: Any) -> dict[str, tuple[Any, Any]]:
        """Keys of a mapping with the nodes of key and value; a key twice is an error."""
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, "something that is no mapping", "keys with values")
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in node.value:
            if key.value in found:
                raise self.fault(key, f"key {key.value!r} a second time", "each key once")
            found[key.value] = (key, value)
        return found

    def mapping(self, node: Any, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
        """Value nodes by key; an unknown key is an error at its line, a missing one at the mapping's."""
        pairs = self.pairs(node)
        for name, (key, _) in pairs.items():
            if name not in required and name not in optional:
                raise self.fault(key, f"unknown key {name!r}", f"one of {', '.join([*required, *optional])}")
        missing = [name for name in required if name not in pairs]
        if missing:
            raise self.fault(node, f"missing {', '.join(missing)}", f"the keys {', '.join(required)}")
        return {name: value for name, (_, value) in pairs.items()}

    def items(self, node: Any, least: int = 1) -> list[Any]:
        """The nodes of a list."""
        if not isinstance(node, yaml.SequenceNode) or len(node.value) < least:
            raise self.fault(node, "no list, or one too short", f"a list of {least} or more")
        return list(node.value)

    def text(self, node: Any, among: Sequence[str] = ()) -> str:
        """A scalar's text without spaces around it, one of ``among`` where given; empty is an error."""
        seen = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
        if not seen or (among and seen not in among):
            shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list or a mapping"
            raise self.fault(node, shown, f"one of {', '.join(among)}" if among else "text")
        return str(seen)

    def whole(self, node: Any, least: int, most: int) -> int:
        """A whole number within bounds, both included."""
        text = self.text(node)
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise self.fault(node, repr(text), f"a whole number from {least} to {most}")
        return int(text)

    def decimal(self, node: Any, *, least: Decimal | None = None, digits: int = 6) -> Decimal:
        """A decimal exactly as written, below 10^12 either way, with ``digits`` after the point at most."""
        text = self.text(node)
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        good = value.is_finite() and abs(value) < 10**12 and value == round(value, digits)
        if not good or (least is not None and value < least):
            bound = "" if least is None else f" of {least} or more"
            raise self.fault(node, repr(text), f"a decimal{bound} with {digits} digits after the point at most")
        return value

    def day(self, node: Any) -> date:
        """A calendar date."""
        text = self.text(node)
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.fault(node, repr(text), "a date such as 2026-03-02") from error
