"""A child ends with its parent, even where the parent was killed: no worker serves on behind a dead service."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(number: int = signal.SIGKILL) -> None:
    """Have Linux send this process the signal ``number`` when its parent ends; does nothing on other systems.

    A BentoML worker is a session of its own, so killing the service's process group leaves it serving on the service's
    port, and the next service could not start. What it had answered is on record, what it had not nobody was told.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
