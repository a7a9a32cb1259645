"""A booster that is grown: single rows by LightGBM's C interface, whose wrapper costs more than the trees of a row."""

from __future__ import annotations

import ctypes
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]
_RAW, _PARTS = 1, 3  # of LightGBM's C interface: C_API_PREDICT_RAW_SCORE and C_API_PREDICT_CONTRIB
_FLOAT64 = 1
_ONE_THREAD = b"num_threads=1"


class Trees:
    """``booster``'s raw scores and TreeSHAP parts, one thread; a row alone is the same bit for bit as in a batch.

    The booster must not grow any further. ``RuntimeError`` where LightGBM refuses. Threads wait for each other.
    """

    def __init__(self, booster: Booster) -> None:
        self._booster, columns = booster, booster.num_feature()
        self._raw, self._parts = (_OneRow(booster, columns, kind) for kind in (_RAW, _PARTS))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew from a copy of the booster: what is prepared for single rows belongs to one process."""
        return Trees, (self._booster,)

    def raw(self, X: Floats) -> Floats:
        """Raw scores of a C-ordered float64 matrix, shape (n,)."""
        if len(X) == 1:
            return self._raw.of(X[0])
        return np.asarray(self._booster.predict(X, raw_score=True, num_threads=1), dtype=np.float64)

    def parts(self, X: Floats) -> Floats:
        """Parts of the raw scores, the base last, shape (n, d + 1); the caller's own to write to."""
        if len(X) == 1:
            return self._parts.of(X[0])[None]
        return np.array(self._booster.predict(X, pred_contrib=True, num_threads=1), dtype=np.float64)


class _OneRow:
    """What the booster says of single rows of ``columns`` values, raw scores or parts by ``kind``."""

    def __init__(self, booster: Booster, columns: int, kind: int) -> None:
        from lightgbm.basic import _LIB

        self._booster, self._columns = booster, columns  # the booster must outlive what is made of it
        self._found = columns + 1 if kind == _PARTS else 1
        self._library, self._lock, self._prepared = _LIB, threading.Lock(), ctypes.c_void_p()
        self._length = ctypes.c_int64(0)
        self._checked(
            _LIB.LGBM_BoosterPredictForMatSingleRowFastInit(
                booster._handle,
                ctypes.c_int(kind),
                ctypes.c_int(0),
                ctypes.c_int(-1),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(columns),
                ctypes.c_char_p(_ONE_THREAD),
                ctypes.byref(self._prepared),
            )
        )
        weakref.finalize(self, _LIB.LGBM_FastConfigFree, self._prepared)

    def of(self, row: Floats) -> Floats:
        """The raw score, shape (1,), or the parts, shape (columns + 1,)."""
        if row.shape != (self._columns,) or row.dtype != np.float64 or not row.flags.c_contiguous:
            raise ValueError(f"a row of shape {row.shape}, {row.dtype}; wanted {self._columns} float64 side by side")
        found = np.empty(self._found, dtype=np.float64)
        with self._lock:
            self._checked(
                self._library.LGBM_BoosterPredictForMatSingleRowFast(
                    self._prepared,
                    ctypes.c_void_p(row.ctypes.data),
                    ctypes.byref(self._length),
                    ctypes.c_void_p(found.ctypes.data),
                )
            )
            if self._length.value != self._found:
                raise RuntimeError(f"LightGBM gave {self._length.value} numbers; wanted {self._found}")
        return found

    def _checked(self, code: int) -> None:
        if code != 0:
            raise RuntimeError(f"LightGBM: {self._library.LGBM_GetLastError().decode()}")
