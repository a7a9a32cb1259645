"""Online = offline point-in-time = plain Python from the raw events: every stored feature, thousands of rows.

``python -m benchmarks.feature_parity [SEEDS]``. Rows are (account, time), each read online and offline, over synthetic
markets of several kinds and seeds; the oracle is that of `tests/features/oracle`. Prints a line a market and one a
family, and ends with code 1 where a value differs.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from features.catalogue import FAMILIES, FEATURES, STORED, STORED_FAMILIES
from tests.features.market_random import random_market
from tests.features.oracle.dense import REQUIRED, dense
from tests.features.oracle.edges import edges
from tests.features.oracle.parity import (
    Scene,
    asked,
    moments,
    offline,
    online,
    scene,
    scene_of_rows,
    scene_of_simulation,
)
from tests.features.oracle.rows import read

MOMENTS, FEW = 24, 6  # asked of a market; of one that is asked for its crowd or for what it lacks
SHOWN = 3  # differences a feature


def scenes(scratch: Path, seeds: int) -> Iterator[tuple[Scene, int]]:
    """Each market, and how many moments to ask it about."""
    plain = random_market(scratch / "plain", seed=3)
    yield scene("plain market", plain, read(plain)), MOMENTS
    yield scene_of_rows("market by hand at its bounds", scratch / "edges", edges()), FEW
    for seed in range(seeds):
        tables = dense(100 + seed, accounts=30)
        yield scene_of_rows(f"dense market, seed {seed}", scratch / f"dense-{seed}", tables), MOMENTS
    optional = [name for name in dense(0, days=2) if name not in REQUIRED]
    for n, missing in enumerate([optional, *([name] for name in optional)]):
        tables = dense(200 + n, days=40, accounts=6, without=missing)
        without = f"dense market without {', '.join(missing)}"
        yield scene_of_rows(without, scratch / f"without-{n}", tables), FEW
    for seed in range(2):
        name, folder = f"simulated market, seed {seed}", scratch / f"simulated-{seed}"
        yield scene_of_simulation(name, folder, seed=seed, accounts=12, days=30), FEW


def main(seeds: int = 4) -> int:
    rows, differing = 0, []
    with tempfile.TemporaryDirectory() as scratch:
        for one, number in scenes(Path(scratch), seeds):
            at = moments(one.oracle, number)
            asked_rows = asked(one.oracle, at)
            found = offline(one, asked_rows) + online(one, at)
            print(f"{one.name[:70]:<72}{len(asked_rows):>6} rows{len(found):>6} differ", flush=True)
            rows, differing = rows + len(asked_rows), differing + found
    by_feature = Counter(difference.feature for difference in differing)
    for name in by_feature:
        print(*[d for d in differing if d.feature == name][:SHOWN], sep="\n")
    print(f"\n{'family':<14}{'features':>9}{'rows':>8}{'values':>11}{'differ':>8}")
    for family in STORED_FAMILIES:
        names = FAMILIES[family]
        print(
            f"{family:<14}{len(names):>9}{rows:>8,}{2 * rows * len(names):>11,}{sum(by_feature[n] for n in names):>8}"
        )
    print(f"{'all':<14}{len(STORED):>9}{rows:>8,}{2 * rows * len(STORED):>11,}{len(differing):>8}")
    print(
        f"values: each read online and offline; {sum(FEATURES[n].exact for n in STORED)} features compared to the bit"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
