"""The hospital: length of stay, census by level of care as sample paths, and when capacity is passed.

Pure functions on labelled arrays (`xarray.DataArray`, names from `belvedere.ontology.dimensions`); randomness comes in as `rng`.

    stays = [mixture([gamma_stay(mean=9, sd=9, max_days=90), gamma_stay(mean=40, sd=40, max_days=90)], [0.8, 0.2]), ...]
    fit = fit_leaving(admissions_past, census_past, stays=stays, prior=prior)
    paths = census_paths(admissions, **present_patients(...), rng=rng)
"""
