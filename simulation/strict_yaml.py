"""A YAML file in, a frozen dataclass out; whatever does not fit is an error that names the file and the line."""

from __future__ import annotations

import math
import types
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from alertgrade.yaml_lines import YamlLines
from simulation.shares import Shares

T = TypeVar("T")
_NAMES = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "text"}


class Unfit(ValueError):
    """A value of a settings dataclass is out of range; ``name`` is the field it stands in."""

    def __init__(self, name: str, seen: object, wanted: str) -> None:
        super().__init__(f"{name} is {seen!r}; wanted {wanted}")
        self.name, self.seen, self.wanted = name, seen, wanted


def check_ranges(settings: Any) -> None:
    """Raise `Unfit` where a number lies outside its field's ``metadata["within"]`` = (least, most)."""
    for one in fields(settings):
        value, within = getattr(settings, one.name), one.metadata.get("within")
        if within is None or value is None:
            continue
        if not within[0] <= value <= within[1]:
            raise Unfit(one.name, value, f"a number from {within[0]:g} to {within[1]:g}")


def read(path: Path, kind: type[T]) -> T:
    """The settings in ``path``: a mapping with the fields of ``kind``, and in it nested ones, lists and numbers.

    A field left out has its default. `AlertError` on a file that is no YAML, on an unknown, doubled or missing key,
    on a value of another type and on one the dataclass itself refuses; each names ``path`` and the line.
    """
    reader = _Reader(path, "a scenario file")
    made: T = reader.made(reader.root, kind)
    return made


class _Reader(YamlLines):
    """Turns YAML nodes into values of wanted types; an empty file is a mapping without keys."""

    def of_nothing(self, wanted: str) -> Any:
        """The top node of an empty file."""
        start = yaml.Mark(str(self.path), 0, 0, 0, "", 0)
        return yaml.MappingNode("tag:yaml.org,2002:map", [], start, start)

    def made(self, node: Any, wanted: Any) -> Any:
        """The node's value as ``wanted``."""
        origin = get_origin(wanted)
        if origin in (Union, types.UnionType):
            return self.optional(node, get_args(wanted))
        if origin is tuple:
            return self.several(node, get_args(wanted))
        if wanted is Shares:
            return Shares({name: self.made(value, float) for name, (_, value) in self.pairs(node).items()})
        return self.settings(node, wanted) if is_dataclass(wanted) else self.scalar(node, wanted)

    def optional(self, node: Any, choices: tuple[Any, ...]) -> Any:
        """A value of the first type that fits; null where null is a choice."""
        if type(None) in choices and node.tag.endswith(":null"):
            return None
        real = [choice for choice in choices if choice is not type(None)]
        for choice in real[:-1]:
            if is_dataclass(choice) or get_origin(choice) is not None or node.tag.endswith(f":{choice.__name__}"):
                return self.made(node, choice)
        return self.made(node, real[-1])

    def several(self, node: Any, item: tuple[Any, ...]) -> tuple[Any, ...]:
        """A list: any length of one type, or as many as there are types."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(node, "something that is no list", "a list")
        if len(item) == 2 and item[1] is Ellipsis:
            return tuple(self.made(child, item[0]) for child in node.value)
        if len(node.value) != len(item):
            raise self.fault(node, f"a list of {len(node.value)}", f"a list of {len(item)}")
        return tuple(self.made(child, kind) for child, kind in zip(node.value, item, strict=True))

    def settings(self, node: Any, kind: Any) -> Any:
        """A nested dataclass."""
        pairs, wanted = self.pairs(node), get_type_hints(kind)
        known = [one.name for one in fields(kind) if one.init]
        for name, (key, _) in pairs.items():
            if name not in known:
                raise self.fault(key, f"unknown key {name!r}", f"one of {', '.join(known)}")
        values = {name: self.made(value, wanted[name]) for name, (_, value) in pairs.items()}
        try:
            return kind(**values)
        except Unfit as error:
            at = pairs[error.name][1] if error.name in pairs else node
            raise self.fault(at, f"{error.name} is {error.seen!r}", error.wanted) from error
        except TypeError as error:
            raise self.fault(node, f"something is missing ({error})", f"the keys {', '.join(known)}") from error
        except ValueError as error:
            name = str(error).partition(":")[0]
            at = pairs[name][1] if name in pairs else node
            raise self.fault(at, str(error), "values that fit together") from error

    def scalar(self, node: Any, wanted: Any) -> Any:
        """A number, a text or a truth value; a whole number also where a fraction may stand."""
        tags = {"float": ("float", "int"), "int": ("int",), "bool": ("bool",), "str": ("str",)}[wanted.__name__]
        if not isinstance(node, yaml.ScalarNode) or node.tag.rpartition(":")[2] not in tags:
            seen = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list or a mapping"
            raise self.fault(node, seen, _NAMES[wanted.__name__])
        value = yaml.safe_load(yaml.serialize(node))
        if isinstance(value, float) and not math.isfinite(value):
            raise self.fault(node, repr(node.value), _NAMES[wanted.__name__])
        return wanted(value)
