"""The parts a running service is made of, as the routes see them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.ledger import Ledger
from ledger.vault import Vault
from models.replay import Replayer
from serving.access import Keyring
from serving.admission import ScoringQueue
from serving.behaviour import BehaviourReader
from serving.champion import Champion
from serving.delivery import to_loop
from serving.grader import Grader
from serving.judge import Question
from serving.metrics import Metrics
from serving.published import Published
from serving.timed_reader import FeatureReader


@dataclass(frozen=True, slots=True)
class Parts:
    """Built once by ``serving.compose``; ``max_body`` in bytes, of one alert and of a batch.

    ``desk_reader`` reads features for people, so that a page never takes the grader's turn (``None``: the grader's).
    """

    ledger: Ledger
    grader: Grader
    champion: Champion
    queue: ScoringQueue[Question]
    keyring: Keyring
    metrics: Metrics
    clock: Callable[[], datetime]
    published: Published
    bundles: Path
    behaviour: BehaviourReader
    desk_reader: FeatureReader | None = None
    replayer: Replayer | None = None
    vault: Vault | None = None
    max_body: int = 256 * 1024
    max_batch_body: int = 16 * 1024 * 1024
    closing: list[Callable[[], None]] = field(default_factory=list)

    async def grade(self, questions: Sequence[Question], *, admitted: bool = False) -> list[Any]:
        """Grade in the worker thread, together with what else waits; raises ``Overloaded`` at the door."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()
        self.queue.put(questions, future, to_loop, admitted=admitted)
        loop.call_soon(self.queue.wake)  # when all that the loop has just read is put: one group, and one thread awake
        return await future

    def close(self) -> None:
        """Finish what waits and give the files back."""
        self.queue.close()
        for close in self.closing:
            close()
        self.ledger.close()
