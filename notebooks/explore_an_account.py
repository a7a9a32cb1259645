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
# # Explore an account (查看一个账户)
#
# Which alerts it raised, what it did on those days, and how it stands beside its peers. Needs a home with a feature
# build: `make demo DEMO=--check`, then `ALERTGRADE_HOME=var/demo`. The demo's market is synthetic.

# %%
import pandas as pd

from alertgrade.commands.context import open_events, open_store
from alertgrade.settings import Settings
from features.catalogue import FEATURES
from features.rows import moments_of
from training.history import past_alerts

home = Settings.read()
raw = open_events(home.home / "events", home)
alerts = past_alerts(raw).alerts
frame = pd.DataFrame([a.model_dump(exclude={"evidence"}) for a in alerts])
print(f"{len(frame):,} alerts of {frame['account_id'].nunique():,} accounts")

# %% [markdown]
# ## The account with the most alerts

# %%
account = frame["account_id"].value_counts().index[0]
own = frame[frame["account_id"] == account]
own[["trading_day", "rule_id", "level", "contract", "measured", "threshold", "occurrence"]].tail(10)

# %% [markdown]
# ## What it did, day by day

# %%
orders = raw.table("orders")
mine = orders.filter(orders.account_id == account)
days = mine.group_by(["trading_day", "event"]).agg(rows=mine.count())
by_day = days.to_pandas().pivot_table(index="trading_day", columns="event", values="rows", fill_value=0)
by_day.tail(10)

# %% [markdown]
# ## Its features at its last alert, beside the other alerts' median
#
# As known at that instant: nothing in here knows what came after.

# %%
store = open_store(home)
last = own["alert_id"].iloc[-1]
known = store.historical(moments_of(alerts[-400:] + [a for a in alerts if a.alert_id == last]))
numbers = known.drop(columns=["account_id", "event_timestamp"], errors="ignore").select_dtypes("number")
beside = pd.DataFrame({"here": numbers.iloc[-1], "median of alerts": numbers.median()})
beside["what"] = [FEATURES[name].en if name in FEATURES else "" for name in beside.index]
far = (beside["here"] - beside["median of alerts"]).abs() / (numbers.std() + 1e-9)
beside.loc[far.sort_values(ascending=False).index].head(15)

# %%
assert not own.empty and not by_day.empty and beside["here"].notna().any()
raw.close()
