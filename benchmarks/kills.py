"""Kill the service again and again under load: every grade it acknowledged must be on record, once.

    python -m benchmarks.kills --kills 20

Four callers post new alerts; after a random time the service and its worker get ``kill -9`` and are started again. At
the end each alert is sent once more: it must get a grade, and the very bytes it was given before. Without ``--home``
the rules grade; the record is the same.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._http_load import Request, answer
from benchmarks.serving import accounts_of, copied, requests_for
from ledger.ledger import Ledger
from serving.process import kill_service, start_service, wait_ready

LANES = 4


async def until_cut(port: int, request: Request, numbers: list[int], given: dict[int, bytes]) -> None:
    """Post alert after alert until the connection breaks; ``numbers`` grows by what was asked."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            number = numbers[0] = numbers[0] + 1
            writer.write(request(number))
            status, _, body = await answer(reader)
            if status == 200:
                given[number] = body
    except (OSError, asyncio.IncompleteReadError):
        return


async def one_turn(
    port: int,
    process: subprocess.Popen[bytes],
    request: Request,
    asked: list[int],
    given: dict[int, bytes],
    kill_after: float,
) -> None:
    async def cut() -> None:
        await asyncio.sleep(kill_after)
        await asyncio.to_thread(kill_service, process)

    await asyncio.gather(cut(), *(until_cut(port, request, asked, given) for _ in range(LANES)))


async def again(port: int, request: Request, number: int) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status = 429
    while status == 429:
        writer.write(request(number))
        status, _, body = await answer(reader)
    writer.close()
    return status, body


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--port", type=int, default=8660)
    told = options.parse_args()
    chance, asked, given = random.Random(told.seed), [0], {}  # noqa: S311  # a dice for a test
    with tempfile.TemporaryDirectory() as scratch:
        home = copied(told.home, Path(scratch))
        url = f"sqlite:///{home / 'ledger.db'}"
        ledger = Ledger(url, lambda: datetime.now(UTC))
        before = len(list(ledger.entries(kinds=["score"])))
        _, key = ledger.create_key("benchmark", "scorer")
        request = requests_for(key, *accounts_of(home))
        for turn in range(told.kills + 1):
            process = start_service(home, "127.0.0.1", told.port, log=home / "kills.log")
            wait_ready(f"http://127.0.0.1:{told.port}", 120, process)
            if turn < told.kills:
                asyncio.run(one_turn(told.port, process, request, asked, given, chance.uniform(0.2, 2.0)))
        wrong = 0
        for number in range(1, asked[0] + 1):
            status, body = asyncio.run(again(told.port, request, number))
            wrong += status != 200 or given.get(number, body) != body
        kill_service(process)
        verdict, scores = ledger.verify(), len(list(ledger.entries(kinds=["score"]))) - before
        ledger.close()
    print(
        f"{told.kills} kills, {asked[0]} alerts asked, {len(given)} acknowledged, {scores} scores on record, ", end=""
    )
    print(f"{wrong} wrong, chain {'intact' if verdict.intact else 'BROKEN'}")
    for problem in verdict.problems[:20]:
        print(problem)
    return 0 if not wrong and scores == asked[0] and verdict.intact else 1


if __name__ == "__main__":
    sys.exit(main())
