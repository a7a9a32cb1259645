"""What ties accounts together in the family ``network``: a small file, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from alertgrade.errors import AlertError

_SHIPPED = Path(__file__).with_name("network.yaml")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """``most_users`` of a linking address or bank account, ips and macs never a link, ``least_pairs`` of a partner."""

    most_users: int
    whitelist: tuple[str, ...]
    least_pairs: int


@cache
def network_settings(file: Path = _SHIPPED) -> NetworkSettings:
    """The settings of ``file``; ``AlertError`` where one is missing, or a number is too small to link anything."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    if set(raw) != {"most_users", "whitelist", "least_pairs"} or raw["most_users"] < 2 or raw["least_pairs"] < 1:
        raise AlertError(
            f"{file.name}: {raw}",
            "wanted most_users of 2 or more, a whitelist (of nothing: []) and least_pairs of 1 or more",
            "mend the file",
        )
    return NetworkSettings(raw["most_users"], tuple(map(str, raw["whitelist"])), raw["least_pairs"])
