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
# # Train and compare (训练与比较)
#
# The same code as `alertgrade train`, step by step: dataset, split, fit, table of voices. Nothing is registered here.
# Needs the demo's home (see the first notebook); its market is synthetic.

# %%
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from alertgrade.commands.train import labelled_inputs
from alertgrade.settings import Settings
from training.dataset import build_dataset
from training.evaluate import as_markdown
from training.judge import judge
from training.recipe import fit_scorer, inputs_of
from training.splits import SplitPlan, split
from training.weights import training_weights

home, known_by = Settings.read(), datetime.now(UTC)
labelled, history, store = labelled_inputs(home, home.home / "events", known_by)
data = build_dataset(labelled, store, known_by=known_by)
print(f"{len(data.X):,} labelled alerts in {data.alerts['case'].nunique():,} cases, {data.X.shape[1]} features")
data.y.value_counts().sort_index().rename("alerts by grade").to_frame()

# %% [markdown]
# ## Split in time, with an embargo, some subjects never seen

# %%
parts = split(data.alerts, SplitPlan())
weights = training_weights(data.alerts)
print({name: int(getattr(parts, name).sum()) for name in ("train", "calibration", "test", "unseen")})
print(f"alerts count by case: as {weights.effective:,.0f} independent ones")

# %% [markdown]
# ## Fit, and judge on the later days

# %%
scorer = fit_scorer(data, parts, weights.values, seed=7)
graded = scorer.grade(inputs_of(data, history), explain=False)
judged = judge(data, parts, graded, scorer.policy, weights.values, seed=7)
print(as_markdown(judged.table))

# %% [markdown]
# ## What does each voice add?
#
# All three less the ablation: a cost below 0 means that all three together are better.

# %%
print(as_markdown(judged.voices, "all three voices less"))

# %% [markdown]
# ## Where is it weakest?

# %%
judged.slices.sort_values("expected_cost", ascending=False)[["by", "slice", "rows", "expected_cost", "cost_against_rules"]].head(10)

# %%
assert judged.table["alertgrade"]["expected_cost"].value < judged.table["rules only"]["expected_cost"].value
assert np.isfinite(judged.coverage["coverage"].value) and isinstance(judged.slices, pd.DataFrame)
