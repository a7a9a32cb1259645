"""Named shares that cannot change: a mapping from names to numbers that can be a key and go to another process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Shares(Mapping[str, float]):
    """A read-only mapping in the order it was given.

    >>> shares = Shares({"a": 0.5, "b": 0.25})
    >>> shares["b"], len(shares), hash(shares) == hash(Shares({"a": 0.5, "b": 0.25}))
    (0.25, 2, True)
    """

    __slots__ = ("_pairs",)

    def __init__(self, named: Mapping[str, float]) -> None:
        self._pairs = tuple(named.items())

    def __getitem__(self, name: str) -> float:
        for known, share in self._pairs:
            if known == name:
                return share
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(frozenset(self._pairs))

    def __repr__(self) -> str:
        return f"Shares({dict(self._pairs)})"
