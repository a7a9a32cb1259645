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
# # What moved this grade (是什么决定了这个等级)
#
# The champion's answer for one alert taken apart: severity into features, probabilities into a decision, clause by
# clause. Needs the demo's home (see the first notebook); its market is synthetic.

# %%
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from alertgrade.commands.models import load_keypair
from alertgrade.commands.train import labelled_inputs
from alertgrade.settings import Settings
from models.bundle import load_bundle
from models.policy_steps import steps
from rules_baseline.grade import BaselineGrade
from training.dataset import build_dataset
from training.recipe import inputs_of
from training.registry import POINTER

home, known_by = Settings.read(), datetime.now(UTC)
pointer = json.loads((home.bundles_dir / POINTER).read_text())
scorer = load_bundle(Path(pointer["path"]), load_keypair(home)[1])
assert scorer.classifier is not None, scorer.skill and scorer.skill.words()  # silent: there is nothing to take apart
labelled, history, store = labelled_inputs(home, home.home / "events", known_by)
data = build_dataset(labelled[-200:], store, known_by=known_by)
inputs = inputs_of(data, history)
graded = scorer.grade(inputs)
place = min(range(len(graded)), key=lambda n: (graded[n].grade, n))
one, asked = graded[place], inputs[place]
print(one.alert_id, "grade", one.grade, one.grade_name_zh, one.decided_by.policy_clause)

# %% [markdown]
# ## The reasons, as the desk sees them

# %%
pd.DataFrame([r.model_dump() for r in one.reasons])[["voice", "key", "value", "own_past", "peer_median", "contribution", "text_zh"]]

# %% [markdown]
# ## The severity, feature by feature
#
# Contributions and base sum to the severity.

# %%
row = data.X.iloc[[place]][list(scorer.feature_names)].to_numpy(dtype="float64")
moved = pd.Series(scorer.classifier.contributions_of_matrix(row)[0], index=[*scorer.feature_names, "base"])
assert abs(moved.sum() - one.severity) < 1e-9
moved.reindex(moved.abs().sort_values(ascending=False).index).head(10).to_frame("contribution")

# %% [markdown]
# ## From probabilities to a grade, step by step

# %%
baseline = BaselineGrade(one.baseline.grade, one.baseline.decided_by_alert, "recorded")
decision, told = steps(scorer.policy, one.probabilities, one.anomaly.share, baseline, asked.trigger, one.grade_set)
assert decision.grade == one.grade
for step in told:
    print(step.zh, "|", step.en)

# %% [markdown]
# ## What if one feature had been as it is with its peers?

# %%
strongest = moved.drop("base").abs().idxmax()
changed = data.X.iloc[[place]].assign(**{strongest: data.X[strongest].median()})
print(strongest, "as usual: probabilities", scorer.predict_proba(changed).round(3).tolist()[0])
print("as it was: ", [round(p, 3) for p in one.probabilities])
