# %% [markdown]
# # For epidemiologists: from a notebook
#
# The models are libraries. They take labelled arrays and give labelled arrays, read no file and no clock, and need no
# workspace. The first part uses them on a curve of your own; the second reads a workspace as it was known on a past day.
# This page is made from `docs/notebooks/epidemiologist.py`, which opens as a notebook in Jupyter or VS Code; a test runs it.

# %% [markdown]
# ## A reproduction number from a plain table
#
# Any long table with a region, a date and a count will do. A missing day stays missing: never fill it with zero.

# %%
import datetime as dt
import os

import numpy as np
import pandas as pd
import xarray as xr

import belvedere as bv
from belvedere.outlook import scores
from belvedere.outlook.backtest import Plan, backtest, past_days
from belvedere.outlook.summary import summary

rng = np.random.default_rng(1)
days = pd.date_range("2026-08-01", periods=90)
rise = 20 * np.exp(0.03 * np.arange(90))  # doubles in 23 days
frame = pd.concat(
    [
        pd.DataFrame({"region": "north", "date": days, "admissions": rng.poisson(rise)}),
        pd.DataFrame({"region": "south", "date": days, "admissions": rng.poisson(rise / 2)}),
    ]
)
counts = frame.set_index(["region", "date"])["admissions"].astype(float).to_xarray()

generation = bv.spread.discretise_gamma(5.0, 2.0)  # mean and standard deviation, days
r = bv.spread.reproduction_number(counts, generation=generation)
r[["q05", "median", "q95", "above_one"]].isel(date=-1).to_dataframe()

# %% [markdown]
# `informed` says how much the counts told: 0 is the prior alone. `status` and `reason` say whether a region can be believed;
# one that failed is nan and changes no other. For comparison, what the growth rate alone implies:

# %%
bv.spread.growth_to_reproduction(0.03, generation)

# %% [markdown]
# ## Nowcast: the last days completed
#
# The last days are never complete. With the share known after each delay, `nowcast` gives sample paths of what they will be.
# `estimate_delay` learns the delay from past versions (a reporting triangle); here it is given.

# %%
delay = bv.spread.given_delay(np.array([0.4, 0.3, 0.2, 0.1]), size=50.0)
known = counts.copy()
known[:, -3:] = np.round(known[:, -3:] * np.array([0.9, 0.7, 0.4]))  # as it looks this evening
completed = bv.spread.nowcast(known, delay, as_of=days[-1].to_datetime64(), rng=rng)
completed.isel(date=slice(-3, None)).quantile([0.05, 0.5, 0.95], dim="sample").sel(region="north").to_pandas()

# %% [markdown]
# ## Beds from your own admissions curve
#
# Sample paths of admissions, a length of stay, and the patients in bed today: that is all the census needs.

# %%
stay = bv.care.gamma_stay(mean=9.0, sd=9.0, max_days=90)
present = xr.DataArray([2_200.0, 1_100.0], {"region": ["north", "south"]}, ("region",))
in_bed = bv.care.inferred_elapsed(counts, present=present, stays=[stay], days=90)

growth = np.exp(0.03 * np.arange(1, 29))
level = rng.lognormal(0.0, 0.15, size=(500, 1, 1))  # how sure you are of the level: one draw a future
expected = level * counts.isel(date=slice(-7, None)).mean("date").values[None, :, None] * growth
admissions = xr.DataArray(
    rng.poisson(expected).astype(float),
    {"sample": np.arange(500), "region": counts.region, "horizon": np.arange(1, 29)},
    ("sample", "region", "horizon"),
)
leaving = bv.care.steady_leaving(stay, like=admissions)
census = bv.care.census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng).census

beds = xr.DataArray([3_000.0, 1_800.0], {"region": ["north", "south"]}, ("region",))
passed = bv.care.passing(census, capacity=beds, quantiles=[0.05, 0.5, 0.95])
passed.chance_within.sel(horizon=[7, 14, 28]).to_pandas()

# %% [markdown]
# Sample 17 is the same future in both regions, so sums and joint questions are right: the chance that both pass together is
# `((census > beds).any("horizon").all("region")).mean()`.

# %% [markdown]
# ## Scores
#
# The scores of the forecast hubs, on samples: shape (sample, …) against what was observed.

# %%
observed = rng.poisson(counts.isel(date=slice(-7, None)).mean("date").values[:, None] * growth)
wis = scores.wis(admissions.values, observed)
crps = scores.crps(admissions.values, observed)
pd.DataFrame({"WIS": wis.mean(axis=1), "CRPS": crps.mean(axis=1)}, index=counts.region.values)

# %% [markdown]
# ## With a workspace: as it was known
#
# `workspace` is the one of the [tutorial](tutorial.md). `as_of` reads what was known on a day; without it, what is known now.

# %%
workspace = bv.open(os.environ.get("BELVEDERE_WORKSPACE", "workspace"))
paris = workspace.frame("indicators", as_of="2020-10-20", place="FR-75", indicator="icu_census")
paris[["date", "value", "known_at", "known_basis"]].tail()

# %% [markdown]
# `known_basis` is *published* where the source dates its versions, *ingested* where we saw the figure arrive, *assumed* where
# only the usual delay is known: then later corrections are already in it, and a replay says so.
#
# Large reads stay in the database as Ibis expressions (`workspace.table(…)`); a snapshot reads several tables from one commit.

# %%
snapshot = workspace.snapshot(as_of="2020-10-20")
flows = snapshot.table("indicators").filter(lambda t: t.indicator == "hospital_admissions")
flows.group_by("date").agg(admissions=lambda t: t.value.sum()).order_by("date").to_pandas().tail()

# %% [markdown]
# ## A backtest
#
# Past days are replayed on what was known then and scored against what came, beside the baselines. Each row of `units` is one
# forecast with its scores; `belvedere backtest` writes the same as a report.

# %%
days = past_days(dt.date(2020, 10, 20), dt.date(2020, 10, 20), every=14)  # one day here, for speed: take a year of them
plan = Plan("FR", days, at=workspace.snapshot().at, samples=100)
found = backtest(workspace, plan)
summary(found.units, ["target", "period", "level"])[["target", "level", "units", "cover_50", "cover_90", "persistence_ratio"]]
