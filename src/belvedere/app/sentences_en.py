"""The sentences of the pages, in English. A pair is (singular, plural). `*…*` marks what is a fact and set in bold."""

from __future__ import annotations

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

PLACES: dict[str, tuple[str, str]] = {
    "department": ("département", "départements"),
    "region": ("region", "regions"),
    "state": ("state", "states"),
    "province": ("province", "provinces"),
    "territory": ("territory", "territories"),
    "place": ("place", "places"),
}
FEMININE: frozenset[str] = frozenset()

TEXTS: dict[str, str | tuple[str, str]] = {
    "and": "{first} and {last}",
    "and_more": ("{names} and {n} other", "{names} and {n} others"),
    # the situation
    "passing": (
        "*{count} {places}* is more likely than not to run out of {beds} by {day}: *{names}*.",
        "*{count} {places}* are more likely than not to run out of {beds} by {day}: *{names}*.",
    ),
    "calm": "No {place} is more likely than not to run out of {beds} by {day}.",
    "most_exposed": "The highest chance: {name}, *{chance}*.",
    "no_chances": "Beds are not known: no chance of running out of them can be given.",
    "no_icu": "Intensive care cannot be foretold from what is reported.",
    "growing": ("R is above 1 in *{n} {places}* of {of}.", "R is above 1 in *{n} {places}* of {of}."),
    "limit_all_staffed": "Staff are the limit.",
    "limit_all_equipped": "Equipped beds are the limit.",
    "limit_all_physical": "The number of beds itself is the limit.",
    "limit_some_staffed": "In {count} of them staff are the limit.",
    "limit_some_equipped": "In {count} of them equipped beds are the limit.",
    "limit_some_physical": "In {count} of them the number of beds itself is the limit.",
    "others_unknown": "Only the patients of the epidemic are counted: the true strain is higher.",
    "not_reported": "Not reported: {names}.",
    "reported": ("{n} of {of} {places} has reported.", "{n} of {of} {places} have reported."),
    "stale": ("*Figures end on {day}, {n} day ago.*", "*Figures end on {day}, {n} days ago.*"),
    "failed_some": "No forecast for {names}.",
    "failed_many": "No forecast for {n} {places}.",
    "failed_rest": "The others are up to date.",
    "failed_all": "*No forecast for any of the {n} {places}*: {reason}.",
    "failed_all_mixed": "*No forecast for any of the {n} {places}.*",
    "none": "No outlook has been made yet.",
    "none_ended": "*The figures end on {day}:* too long ago to look ahead from today.",
    "none_then": "No outlook is known as of {day}.",
    # one place
    "place_chance": "{name}: *{chance}* chance of passing the {beds} by {day}{earliest}.",
    "earliest": " ({day} at the earliest)",
    "place_now": (
        "Counted on {day}: *{present}* patient in {beds} {kind}.",
        "Counted on {day}: *{present}* patients in {beds} {kind}.",
    ),
    "place_peak": "{name}: at most *{peak}* patients in intensive care within 28 days, between {low} and {high} (90%).",
    "place_peak_ward": "{name}: at most *{peak}* patients on the wards within 28 days, between {low} and {high} (90%).",
    "place_rising": "{name}: R is *{r}*, between {low} and {high} (90%).",
    "place_failed": "*No forecast for {name}*: {reason}.",
    "place_nothing": "{name}: nothing can be foretold from what is reported.",
    "place_doubtful": "Doubtful: {reason}.",
    "sum_passing": (
        "{name}: *{n} of {of} {places_of}* is more likely than not to run out of {beds} by {day}: *{names}*.",
        "{name}: *{n} of {of} {places_of}* are more likely than not to run out of {beds} by {day}: *{names}*.",
    ),
    "sum_calm": "{name}: none of the {of} {places} is more likely than not to run out of {beds} by {day}.",
    # a row of the watch list
    "row_over": ("{present} patient for {beds} {kind} already", "{present} patients for {beds} {kind} already"),
    "row_occupancy": ("{present} patient in {beds} {kind}, {share}", "{present} patients in {beds} {kind}, {share}"),
    "row_no_beds": ("{present} patient; beds are not known", "{present} patients; beds are not known"),
    "row_r": "R {r} ({low}–{high})",
    "row_rising": "at most {peak} within 28 days ({low}–{high})",
    "row_failed": "No forecast: {reason}",
    "row_unknown": "No figure of the patients present",
    # names of things
    "beds_icu": "intensive care beds",
    "beds_ward": "ward beds",
    "beds_all": "beds",
    "beds_staffed_icu": "staffed intensive care beds",
    "beds_equipped_icu": "equipped intensive care beds",
    "beds_physical_icu": "intensive care beds",
    "beds_staffed_ward": "staffed ward beds",
    "beds_equipped_ward": "equipped ward beds",
    "beds_physical_ward": "ward beds",
    "kind_staffed": ("staffed bed", "staffed beds"),
    "kind_equipped": ("equipped bed", "equipped beds"),
    "kind_physical": ("bed", "beds"),
    "kind_": ("bed", "beds"),
    # figures and charts
    "counted": "counted, not estimated",
    "counted_of": "counted; {of} {kind}",
    "counted_all": "counted; with all others {everyone} in {of} {kind}",
    "between": "between {low} and {high}, 90%",
    "expected_number": "{expected} expected on average",
    "no_interval": "no interval: too little is known",
    "admissions_7d": "Admissions, 7 days",
    "hospital_census": "In hospital",
    "ward_census": "On the wards",
    "icu_census": "In intensive care",
    "hospital_admissions": "Admissions a day",
    "icu_admissions": "Intensive care admissions a day",
    "reproduction_number": "Reproduction number R",
    "places_passing_icu": "{places} more likely than not to pass their ICU beds in 14 days",
    "caption_counted": "{label}, {name}: {value} on {day}, counted.",
    "caption_estimated": "{label}, {name}: {value} on {day}, between {low} and {high} (90%).",
    "caption_none": "{label}, {name}: nothing reported.",
    "caption_ahead": "Expected on {day}: {value}, between {low} and {high} (90%).",
    "caption_beds": "Beds: {beds}.",
    # scores
    "score_14": "At 14 days, {share} of what came fell inside the 90% interval.",
    "score_few": (
        "Too few past forecasts to judge: {n} day, {needed} needed.",
        "Too few past forecasts to judge: {n} days, {needed} needed.",
    ),
    "score_none": "No past forecast of this place is kept.",
    "score_no_truth": "Past forecasts cannot be judged yet: nothing of what they foretold has come.",
    "by_day_no_outlook": "No outlook of this place.",
    "by_day_no_beds": "Beds are not known.",
    "by_day_others": "Other patients are counted in the beds; their futures are not kept by day with this run.",
    # scenarios
    "what_if_peak": "Under “{title}”, the highest day of the next {days} differs from the current course by {value} "
    "({low} to {high}, 90%).",
    "what_if_total": "Under “{title}”, the next {days} days together differ from the current course by {value} "
    "({low} to {high}, 90%).",
    "what_if_untried": "*{name}*: no forecast has been made under “{title}” yet.",
    "what_if_same": "“{title}” changes nothing here in the next {days} days.",
    "what_if_not_alike": "“{title}” and the current course were not drawn on the same futures, or not from the same figures: "
    "the difference is not given. Run the scenario again.",
    "what_if_no_current": "There is no outlook without a scenario to set “{title}” against.",
    "what_if_no_samples": "The difference to the current course is not known here.",
    "per_100k_unit": " per 100,000 residents",
    "per_100k_missing": "The population of {name} is not known: counts are shown.",
    "per_100k_no_line": "The population of {name} is not known: no rate.",
    # what changed
    "since_yesterday": "Since yesterday",
    "since_day": "Since {day}",
    "changes_none": "Nothing has changed {since}.",
    "changes_nothing_then": "Nothing was known on {day}: there is nothing to compare with.",
    "cause_world": "situation",
    "cause_data": "figures",
    "cause_method": "method",
    "cause_work": "work",
    "change_code": "The program changed between the two outlooks ({before}, now {after}): chances may have moved for it alone.",
    "change_settings": ("A number of the method was changed: {ids}.", "*{n} numbers* of the method were changed: {ids}."),
    "change_source": "{indicator}: now read from {after}, no longer from {before}.",
    "change_passing": "{place}: *{now}* (was {was}) chance of running out of {level} within 14 days.",
    "change_relieved": "{place}: *{now}* (no longer {was}) chance of running out of {level} within 14 days.",
    "change_moved": "{place}: *{now}* (was {was}) chance of running out of {level} within 14 days.",
    "change_stopped": ("{names} has not reported the newest day.", "*{n} places* have not reported the newest day: {names}."),
    "change_came": ("{names} reports again.", "*{n} places* report again: {names}."),
    "change_failed": ("No forecast for {names} any more.", "No forecast for *{n} places* any more: {names}."),
    "change_restored": ("{names} has a forecast again.", "*{n} places* have a forecast again: {names}."),
    "change_corrected": (
        "{indicator}: {was} corrected to *{now}*, {place}, {day}.",
        "{indicator}: *{n} past figures* corrected in {places}; most of all {place}, {day}: {was}, now *{now}*.",
    ),
    "change_withdrawn": (
        "{indicator}: a past figure was withdrawn: {place}, {day}, {was}.",
        "{indicator}: *{n} past figures* of {places} were withdrawn; the largest: {place}, {day}, {was}.",
    ),
    "change_caught_up": "{title} is no longer late.",
    "change_figures": "{indicator}: *{now}* on {day}, {was} on {before}, in the places known on both days.",
    "change_run": "A new outlook was made, from figures to {day}.",
    "change_run_scenario": "An outlook was made under the scenario “{title}”, from figures to {day}.",
    "change_scenario": "{author}: scenario “{title}”, {state}.",
    "scenario_draft": "draft",
    "scenario_kept": "kept",
    "scenario_promoted": "promoted",
    "scenario_expired": "expired",
    # what a sum is made of
    "sum_short": ("{n} of {of} {places}", "{n} of {of} {places}"),
    "sum_patients": "patients",
    "sum_admissions": "admissions",
    "sum_others": " All patients are summed only where every place can be foretold.",
    "sum_whole": "Sum of {short}.",
    "sum_carried": (
        "{short} have a forecast of their own and hold {share} of the {what}. The sum carries {names} by its share of the "
        "others, as far as that share moved in the past: the interval is wider for it.",
        "{short} have a forecast of their own and hold {share} of the {what}. The sum carries {names} by their share of the "
        "others, as far as that share moved in the past: the interval is wider for it.",
    ),
    "sum_r": "Estimated from {short}, with {share} of the {what}: without {names}.",
    "sum_none": "No sum: {short} have a forecast, with {share} of the {what}. Missing: {names}.{everyone}",
    "sum_none_r": "No R of the whole: the counts of {short} can be believed, with {share} of the {what}.",
    # what a run says of itself
    "note_led_by": "Led by {indicator} of feed {feed} up to {last_day}.",
    "note_dates_assumed": (
        "Since when some figures were known is assumed from the usual lag of their source: "
        "their later corrections are not seen as of past days."
    ),
    "note_no_lag": "No past versions of the leading figures are held: their last days are taken for complete.",
    "note_lag": "Reporting lag learnt from past versions: known {shares}.",
    "note_share_after": "{share} after {n} d",
    "note_not_made": "No outlook of “{indicator}”: admissions and census of the same places are not both known.",
    "note_wards_alone": "Ward patients are foretold from their number alone: who comes to the wards is not published.",
    "note_others_unknown": (
        "Patients with other conditions are not known ({level}): beds are compared with those of the epidemic alone."
    ),
    "note_no_beds": (
        "The number of beds is not known for any place ({level}): no chance of running out can be given. "
        "Enter it in a small file: belvedere mapping show own-beds."
    ),
    "note_numbers_set": "Numbers set here in place of the shipped ones: {changes}.",
    "note_number_set": "{id} {value} instead of {was}",
    "note_hospitals_silent": (
        "{n} hospital has not reported its beds lately: capacity is counted without it.",
        "{n} hospitals have not reported their beds lately: capacity is counted without them.",
    ),
    "note_learnt_growth": (
        "Learnt: all places together change by {weekly_rate} a week now (90% interval {low_rate} to {high_rate})."
    ),
    "note_learnt_wander": (
        "Learnt: the growth rate of the whole wanders by {common} a day, that of one place’s departure by {regional}."
    ),
    "note_learnt_weekdays": (
        "Learnt: {busiest_weekday} is the busiest day ({busiest} times the mean), {quietest_weekday} the quietest ({quietest})."
    ),
    "note_learnt_holiday": (
        "Learnt: a holiday counts {factor} times a Sunday (from {n} day).",
        "Learnt: a holiday counts {factor} times a Sunday (from {n} days).",
    ),
    "note_learnt_no_holiday": "Learnt: no holiday seen, taken for a Sunday.",
    "note_overlay_elsewhere": "Overlay {overlay}: no region of this run lies there; it changes nothing.",
    "note_overlay_too_late": (
        "Overlay {overlay}: no admission of {first_day} to {last_day} comes of an infection in its days; it changes nothing."
    ),
    "note_overlay_other_days": "Overlay {overlay}: none of its days lies in {first_day} to {last_day}; it changes nothing.",
    "note_words": "{text}",
    # work
    "job_outlook": "Outlook of {country}",
    "job_outlook_as_of": "Outlook of {country} as known on {day}",
    "job_other": "{kind}",
    "scenario": "{what}, scenario {scenario}",
    # mending
    "rows_would_load": ("{n} row would load", "{n} rows would load"),
    "rows_loaded": ("{n} row loaded", "{n} rows loaded"),
    "rows_still_fail": ("{n} still fails", "{n} still fail"),
    # feeds
    "lede_none": "No feed has been loaded yet.",
    "lede_late": ("{n} of {of} feeds is late", "{n} of {of} feeds are late"),
    "lede_fine_one": "The only feed is on time",
    "lede_fine": "None of the {n} feeds is late",
    "lede_rows": ("{n} entry waits in quarantine", "{n} entries wait in quarantine"),
    "lede_rows_none": "nothing waits in quarantine",
    "state_fresh": "on time",
    "state_late": "late",
    "state_very_late": "very late",
    "state_ended": "ended",
    "state_never": "awaited",
    "state_unknown": "no calendar",
    "fresh_never": "Nothing has ever been received.",
    "fresh_ended": "Figures to {day}; no further publication is planned.",
    "fresh_unknown": "Figures to {day}; the mapping names no country, so no calendar says when the next are due.",
    "fresh_fresh": "Figures to {day}. The next are due by {due}.",
    "fresh_late": "Figures to {day}. Newer ones were due by {due}.",
    "fresh_very_late": "Figures to {day}. Newer ones were due by {due}, and others since.",
    "banner_one": "{feed}: nothing has arrived for {age}.",
    "banner_many": "{n} feeds are late: {feeds}.",
    "missing_one": "{names} not received",
    "missing_some": "{names} and {n} more not received",
    "all_reported": ("the one place reported", "all {n} places reported"),
    # where a figure comes from
    "correction": "Correction by hand",
    "read_again": "Row read again",
    "cite_value": "value: {value}",
    "cite_known": "known since {moment} ({basis})",
    "cite_basis_published": "as published",
    "cite_basis_ingested": "as received",
    "cite_basis_assumed": "on an assumed date",
    "cite_file": "file {file}, row {row}, sha256 {sha}…",
    "cite_corrected": "file {file}, row {row}, corrected by hand: {by}, {moment}, {reason}",
    "cite_input": "made from {table} after commit {at}",
    "cite_commit": "commit {n}, code {code}",
    "cite_seen": "read in Belvedere as known on {moment}, after commit {at}",
    "vintage": "{added} figures added, {changed} corrected, {withdrawn} withdrawn.",
}
