"""Records on their way from the cells to the files: appended day by day to raw files, read back day by day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.orders import ORDER

Records = npt.NDArray[np.void]
LOGIN = np.dtype([("account", "i8"), ("time", "i8"), ("event", "i1"), ("machine", "i8"), ("relay", "?"), ("app", "i1")])
FLOW = np.dtype([("account", "i8"), ("time", "i8"), ("amount", "i8"), ("bank", "i8"), ("cross_border", "?")])
ACCOUNT_DAY = np.dtype(
    [("account", "i8"), ("equity", "i8"), ("margin", "i8"), ("net_pnl", "i8"), ("fee", "i8"), ("exchange_fee", "i8")]
)
POSITION = np.dtype([("account", "i8"), ("contract", "i4"), ("short", "?"), ("hedge", "i1"), ("volume", "i8")])
KINDS: dict[str, np.dtype[np.void]] = {
    "orders": ORDER,
    "logins": LOGIN,
    "cash_flows": FLOW,
    "account_days": ACCOUNT_DAY,
    "positions": POSITION,
}
_BUFFER = 32 << 20  # bytes kept in memory before they go to disk


class Spill:
    """Collects records of one range of cells by kind and day; memory stays below a buffer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending: dict[tuple[str, int], list[bytes]] = {}
        self._bytes = 0
        folder.mkdir(parents=True)

    def add(self, kind: str, day: int, records: Records) -> None:
        """Take records of one kind and day."""
        if len(records):
            packed = records.tobytes()
            self._pending.setdefault((kind, day), []).append(packed)
            self._bytes += len(packed)
            if self._bytes > _BUFFER:
                self.flush()

    def flush(self) -> None:
        """Bring everything to disk."""
        for (kind, day), pieces in self._pending.items():
            with _file(self._folder, kind, day).open("ab") as target:
                target.writelines(pieces)
        self._pending.clear()
        self._bytes = 0


def read_day(folders: Sequence[Path], kind: str, day: int) -> Records:
    """All records of one kind and day, folder by folder; none where no file is. The files are removed."""
    found = [np.zeros(0, dtype=KINDS[kind])]
    for folder in folders:
        file = _file(folder, kind, day)
        if file.exists():
            found.append(np.fromfile(file, dtype=KINDS[kind]))
            file.unlink()
    return np.concatenate(found)


def _file(folder: Path, kind: str, day: int) -> Path:
    return folder / f"{kind}-{day:05d}"
