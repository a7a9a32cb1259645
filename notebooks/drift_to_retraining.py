# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Drift to retraining (从漂移到重新训练)
#
# Have the alerts moved, does the model suffer, and would training again help? Needs the demo's home (see the first
# notebook); its market is synthetic.

# %%
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from alertgrade.commands.train import labelled_inputs
from alertgrade.settings import Settings
from models.adaptive import AdaptiveSets, update
from monitoring.psi import FrozenBins, psi
from training.backtest import back_test
from training.dataset import build_dataset
from training.recipe import fit_and_grade, fit_scorer, inputs_of, policy_cost
from training.splits import SplitPlan, split
from training.weights import training_weights

home, known_by = Settings.read(), datetime.now(UTC)
labelled, history, store = labelled_inputs(home, home.home / "events", known_by)
data = build_dataset(labelled, store, known_by=known_by)
parts = split(data.alerts, SplitPlan())

# %% [markdown]
# ## Which features have moved?
#
# Population stability index (群体稳定性指标) of the later days against the training rows.

# %%
moved = {}
for name in data.X.columns:
    bins = FrozenBins.freeze(data.X.loc[parts.train, name].to_numpy())
    moved[name] = psi(bins.counts, bins.count(data.X.loc[parts.test, name].to_numpy()))
drift = pd.Series(moved).sort_values(ascending=False)
drift.head(10).to_frame("PSI")

# %% [markdown]
# ## Do the grade sets still hold?
#
# Fixed as trained, and following the outcomes as they come in.

# %%
scorer = fit_scorer(data, parts, training_weights(data.alerts).values, seed=7)
assert scorer.classifier is not None, scorer.skill and scorer.skill.words()  # silent: no sets to follow
later = data.alerts[parts.test].sort_values("decided_at").index
shares = scorer.predict_proba(data.X.loc[later])
state, fixed = AdaptiveSets.start(scorer.conformal), []
for p, grade in zip(shares.tolist(), data.y.loc[later], strict=True):
    fixed.append(grade in scorer.conformal.grade_set(p, (1, 2, 3, 4, 5)))
    state = update(state, p, grade - 1)
print(f"fixed sets hold {np.mean(fixed):.3f}; following ones {1 - state.missed.sum() / state.seen.sum():.3f}; stated 0.9")

# %% [markdown]
# ## Would training again have helped, month after month?
#
# The recipe trained at two origins and judged on the days after each, against the rules.

# %%
found = back_test(
    data, inputs_of(data, history), fit_and_grade(data, seed=7), policy_cost(), origins=2, seed=7,
    plan=SplitPlan(held_out_subjects=0.0),
)
pd.DataFrame(
    {f"{w.origin:%Y-%m-%d}": {v: row["expected_cost"].value for v, row in w.table.items()} for w in found.windows}
).rename_axis("expected cost")

# %% [markdown]
# If the newer origin is clearly better than the champion on the same days, train: `alertgrade train EVENTS`, then
# `alertgrade promote VERSION --approver NAME`. If only the sets have moved: `alertgrade adapt --approver NAME`.

# %%
assert len(found.windows) == 2 and drift.notna().all()
