"""What the report on past forecasts says, in English and French. A pair is (singular, plural), chosen by `n`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from belvedere.app import formats
from belvedere.app.sentences_words import fill
from belvedere.errors import UnknownName

ENGLISH: dict[str, str | tuple[str, str]] = {
    "bt_title": "Past forecasts, {country}",
    "bt_report": "Backtest",
    "bt_days": "Days replayed",
    "bt_days_of": ("{n} day, {span}", "{n} days, {span}"),
    "bt_units": "Forecasts compared",
    "bt_samples": "Sampled futures",
    "bt_basis": "Known since",
    "bt_basis_assumed": "assumed dates",
    "bt_basis_kept": "dates the sources state, or receipt",
    "bt_made": "Made",
    "bt_state": "Data and seed",
    "bt_state_of": "after commit {at}, seed {seed}",
    "bt_none": "Nothing could be scored: no day of the plan has both a forecast and what came.",
    "bt_better": "{target}, {places}: {share} less error than the baseline of the forecast hubs.",
    "bt_worse": "{target}, {places}: {share} more error than the baseline of the forecast hubs.",
    "bt_honest": "The 90% intervals held {share} of what came, as they should.",
    "bt_narrow": "The 90% intervals held only {share} of what came: they are too narrow.",
    "bt_wide": "The 90% intervals held {share} of what came: they are wider than they need be.",
    "bt_warned": (
        "Warnings, {days} days ahead, that patients pass {level} of the beds ({care}) saved {share} of the error of "
        "looking at today’s occupancy."
    ),
    "bt_warned_badly": (
        "Warnings, {days} days ahead, that patients pass {level} of the beds ({care}) were no better than looking at "
        "today’s occupancy."
    ),
    "bt_assumed_note": (
        "The sources kept no versions of these figures. The day on which each was known is assumed (its own day plus the "
        "usual lag), and its value is the one published last: corrections made later are already in it. Real forecasts "
        "of that time would have been somewhat less sure."
    ),
    "bt_partial_note": (
        "{n} sum over regions was made, on both sides, without the regions that failed that day.",
        "{n} sums over regions were made, on both sides, without the regions that failed that day.",
    ),
    "bt_overall": "Errors against peers, intervals against what came",
    "bt_overall_meta": "all days ahead together",
    "bt_where": "Where",
    "bt_n": "Forecasts",
    "bt_cover_50": "50% interval held",
    "bt_cover_90": "90% interval held",
    "bt_error_hub": "Error / hub baseline",
    "bt_error_persistence": "Error / persistence",
    "bt_log_error_hub": "Log error / hub",
    "bt_bias": "Bias",
    "bt_key_dots": (
        "Hollow dot: 50% interval, aim {low50}–{high50}. Full dot: 90% interval, aim {low90}–{high90} (shaded). Error: "
        "weighted interval score over that of the peer on the same forecasts; left of the line is better. Log error: the "
        "same of log(1 + x), so that small places weigh as much. Bias: from −1 (too low) to 1 (too high)."
    ),
    "bt_by_horizon": "Intervals by days ahead",
    "bt_by_horizon_meta": "share of what came that lay inside, by week ahead; shaded: aim",
    "bt_ratio_by_horizon": "Error against the hub baseline by days ahead",
    "bt_ratio_by_horizon_meta": "weighted interval score over that of the baseline; below 1 is better",
    "bt_by_phase": "By phase of the wave",
    "bt_by_phase_meta": "judged afterwards from what came; regions take the phase of the larger region around them",
    "bt_phase": "Phase",
    "bt_census": "Patients present, exactly so many days ahead",
    "bt_days_ahead": "Days ahead",
    "bt_error": "Error (WIS)",
    "bt_error_exponential": "Error / exponential",
    "bt_census_key": (
        "Exponential: the same share of those in bed leaves each day, as in the last four weeks; fed with our own admissions."
    ),
    "bt_alarms": "Warnings of passing a level of the beds",
    "bt_alarms_meta": "{places} · chance that the census passes the level within so many days",
    "bt_alarms_all": "All",
    "bt_alarms_below": "Not above on the day of the forecast",
    "bt_care_icu": "Intensive care",
    "bt_care_ward": "Ward",
    "bt_level": "Level",
    "bt_within": "Within",
    "bt_within_days": "{days} days",
    "bt_events": "Passed",
    "bt_brier": "Brier score",
    "bt_skill_now": "Skill / now",
    "bt_skill_occupancy": "Skill / occupancy",
    "bt_alarms_key": (
        "Skill: share of the peer’s Brier score that was saved; 0 is no better, 1 perfect, below 0 worse. Now: what is "
        "above today stays above, nothing else passes. Occupancy: how often places as full as this one passed, on "
        "earlier days whose outcome was known by then."
    ),
    "bt_reliability": "Chances told, and what came",
    "bt_reliability_meta": "all levels and days together; on the line, a chance is what it says",
    "bt_told": "Chance told",
    "bt_told_mean": "Mean",
    "bt_came_true": "Came true",
    "bt_no_alarms": "No capacity is known for this country on these days: warnings could not be made.",
    "bt_fans": "What was foretold, and what came",
    "bt_fans_meta": "each chart on a scale of its own",
    "bt_fan_of": "as known on {day}",
    "bt_fan_label": "{target}, {place}, as known on {day}: 50% and 90% intervals of the forecast and what came.",
    "bt_worst": "{place}: the region foretold worst",
    "bt_came_all": "what came",
    "bt_known_before": "known then",
    "bt_median": "foretold, median",
    "bt_bands": "50% and 90%",
    "bt_which": "Days replayed",
    "bt_which_meta": "each as known at the end of that day, UTC",
    "bt_as_of": "As known on",
    "bt_last_day": "Last complete day",
    "bt_regions": "Regions",
    "bt_ok": "ok",
    "bt_doubtful": "doubtful",
    "bt_failed": "failed",
    "bt_not_replayed": "not replayed: {reason}",
    "bt_failures": "Regions that failed or were in doubt",
    "bt_failures_none": "No region failed or was in doubt.",
    "bt_reason": "Reason given",
    "bt_times": "Times",
    "bt_region": "Region",
    "bt_more_failures": ("{n} more", "{n} more"),
    "bt_sources": "Sources",
    "bt_indicator": "Indicator",
    "bt_feed": "Feed",
    "bt_basis_head": "Basis of the known dates",
    "bt_newest": "Newest figure read was known",
    "bt_method": "How this was measured",
    "bt_method_text": (
        "Each past day was read as it was known at the end of that day, and the outlook was run on nothing else. What "
        "came is the newest word of the same feeds. All peers foretell the same places and days from the same past. "
        "Scores: weighted interval score at the 23 levels of the forecast hubs (Bracher et al. 2021), also of log(1 + x) "
        "(Bosse et al. 2023); Brier (1950). Hub baseline: Cramer et al. (2022). Persistence: the last value or week, "
        "with past changes over as many steps and their opposites; daily admissions by weekday."
    ),
    "bt_target_hospital_admissions_day": "Hospital admissions a day",
    "bt_target_hospital_admissions_week": "Hospital admissions a week",
    "bt_target_icu_admissions_day": "Intensive care admissions a day",
    "bt_target_icu_admissions_week": "Intensive care admissions a week",
    "bt_target_hospital_census_day": "Patients in hospital",
    "bt_target_ward_census_day": "Patients on wards",
    "bt_target_icu_census_day": "Patients in intensive care",
    "bt_phase_growth": "growth",
    "bt_phase_peak": "peak",
    "bt_phase_decline": "decline",
    "bt_phase_trough": "trough",
    "bt_place_country": "whole country",
    "bt_place_region": "régions",
    "bt_place_state": "states",
    "bt_place_department": "départements",
    "bt_place_province": "provinces",
    "bt_basis_name_published": "published",
    "bt_basis_name_ingested": "ingested",
    "bt_basis_name_assumed": "assumed",
}

FRENCH: dict[str, str | tuple[str, str]] = {
    "bt_title": "Prévisions passées, {country}",
    "bt_report": "Rejeu du passé",
    "bt_days": "Jours rejoués",
    "bt_days_of": ("{n} jour, {span}", "{n} jours, {span}"),
    "bt_units": "Prévisions comparées",
    "bt_samples": "Futurs tirés",
    "bt_basis": "Connu depuis",
    "bt_basis_assumed": "dates supposées",
    "bt_basis_kept": "dates données par les sources, ou réception",
    "bt_made": "Établi",
    "bt_state": "Données et graine",
    "bt_state_of": "après le commit {at}, graine {seed}",
    "bt_none": "Rien n’a pu être jugé\u00a0: aucun jour du plan n’a à la fois une prévision et ce qui est advenu.",
    "bt_better": "{target}, {places}\u00a0: {share} d’écart en moins que la référence des hubs de prévision.",
    "bt_worse": "{target}, {places}\u00a0: {share} d’écart en plus que la référence des hubs de prévision.",
    "bt_honest": "Les intervalles à 90\u00a0% ont contenu {share} de ce qui est advenu, comme il se doit.",
    "bt_narrow": ("Les intervalles à 90\u00a0% n’ont contenu que {share} de ce qui est advenu\u00a0: ils sont trop étroits."),
    "bt_wide": (
        "Les intervalles à 90\u00a0% ont contenu {share} de ce qui est advenu\u00a0: ils sont plus larges que nécessaire."
    ),
    "bt_warned": (
        "Les alertes à {days} jours d’un dépassement de {level} des lits ({care}) épargnent {share} de l’erreur de qui "
        "regarde l’occupation du jour."
    ),
    "bt_warned_badly": (
        "Les alertes à {days} jours d’un dépassement de {level} des lits ({care}) ne valent pas mieux que l’occupation du jour."
    ),
    "bt_assumed_note": (
        "Les sources n’ont pas gardé les versions de ces chiffres. Le jour où chacun a été connu est supposé (son propre "
        "jour, plus le délai habituel), et sa valeur est la dernière publiée\u00a0: les corrections ultérieures y sont "
        "déjà. De vraies prévisions d’alors auraient été un peu moins sûres."
    ),
    "bt_partial_note": (
        "{n} somme de territoires a été faite, des deux côtés, sans ceux qui étaient en échec ce jour-là.",
        "{n} sommes de territoires ont été faites, des deux côtés, sans ceux qui étaient en échec ce jour-là.",
    ),
    "bt_overall": "Écarts face aux références, intervalles face à ce qui est advenu",
    "bt_overall_meta": "tous les horizons ensemble",
    "bt_where": "Où",
    "bt_n": "Prévisions",
    "bt_cover_50": "Tenu à 50\u00a0%",
    "bt_cover_90": "Tenu à 90\u00a0%",
    "bt_error_hub": "Écart / réf. des hubs",
    "bt_error_persistence": "Écart / persistance",
    "bt_log_error_hub": "Écart log / hubs",
    "bt_bias": "Biais",
    "bt_key_dots": (
        "Point creux\u00a0: intervalle à 50\u00a0%, visé {low50}–{high50}. Point plein\u00a0: intervalle à 90\u00a0%, "
        "visé {low90}–{high90} (ombré). Écart\u00a0: score d’intervalle pondéré rapporté à celui de la référence sur les "
        "mêmes prévisions\u00a0; à gauche du trait, c’est mieux. Écart log\u00a0: le même pour log(1 + x), où les petits "
        "territoires pèsent autant. Biais\u00a0: de −1 (trop bas) à 1 (trop haut)."
    ),
    "bt_by_horizon": "Intervalles selon l’horizon",
    "bt_by_horizon_meta": "part de ce qui est advenu tombée dedans, par semaine devant\u00a0; ombré\u00a0: visé",
    "bt_ratio_by_horizon": "Écart face à la référence des hubs selon l’horizon",
    "bt_ratio_by_horizon_meta": ("score d’intervalle pondéré rapporté à celui de la référence\u00a0; sous 1, c’est mieux"),
    "bt_by_phase": "Selon la phase de la vague",
    "bt_by_phase_meta": "jugée après coup\u00a0; un territoire prend la phase de la région qui l’entoure",
    "bt_phase": "Phase",
    "bt_census": "Patients présents, exactement à tant de jours",
    "bt_days_ahead": "Jours devant",
    "bt_error": "Écart (WIS)",
    "bt_error_exponential": "Écart / exponentiel",
    "bt_census_key": (
        "Exponentiel\u00a0: chaque jour la même part des présents sort, comme ces quatre dernières semaines\u00a0; "
        "nourri de nos propres admissions."
    ),
    "bt_alarms": "Alertes de dépassement d’un niveau de lits",
    "bt_alarms_meta": "{places} · chance que les présents dépassent le niveau d’ici là",
    "bt_alarms_all": "Tous",
    "bt_alarms_below": "Pas au-dessus le jour de la prévision",
    "bt_care_icu": "Réanimation",
    "bt_care_ward": "Hospitalisation",
    "bt_level": "Niveau",
    "bt_within": "D’ici",
    "bt_within_days": "{days} jours",
    "bt_events": "Dépassé",
    "bt_brier": "Score de Brier",
    "bt_skill_now": "Gain / jour même",
    "bt_skill_occupancy": "Gain / occupation",
    "bt_alarms_key": (
        "Gain\u00a0: part du score de Brier de la référence qui est épargnée\u00a0; 0 pas mieux, 1 parfait, sous 0 pire. "
        "Jour même\u00a0: ce qui est au-dessus le reste, rien d’autre ne dépasse. Occupation\u00a0: fréquence à laquelle "
        "un territoire aussi plein a dépassé, aux jours antérieurs dont l’issue était connue."
    ),
    "bt_reliability": "Chances annoncées, et ce qui est advenu",
    "bt_reliability_meta": "tous les niveaux et délais ensemble\u00a0; sur la droite, une chance vaut ce qu’elle dit",
    "bt_told": "Chance annoncée",
    "bt_told_mean": "Moyenne",
    "bt_came_true": "Advenu",
    "bt_no_alarms": "Aucune capacité n’est connue pour ce pays à ces dates\u00a0: pas d’alertes possibles.",
    "bt_fans": "Ce qui était prévu, et ce qui est advenu",
    "bt_fans_meta": "chaque graphique à son échelle",
    "bt_fan_of": "tel que connu le {day}",
    "bt_fan_label": (
        "{target}, {place}, tel que connu le {day}\u00a0: intervalles à 50 et 90\u00a0% de la prévision, et ce qui est advenu."
    ),
    "bt_worst": "{place}\u00a0: le territoire le plus mal prévu",
    "bt_came_all": "ce qui est advenu",
    "bt_known_before": "connu alors",
    "bt_median": "prévu, médiane",
    "bt_bands": "50\u00a0% et 90\u00a0%",
    "bt_which": "Jours rejoués",
    "bt_which_meta": "chacun tel que connu à la fin du jour, UTC",
    "bt_as_of": "Tel que connu le",
    "bt_last_day": "Dernier jour complet",
    "bt_regions": "Territoires",
    "bt_ok": "bons",
    "bt_doubtful": "douteux",
    "bt_failed": "en échec",
    "bt_not_replayed": "non rejoué\u00a0: {reason}",
    "bt_failures": "Territoires en échec ou douteux",
    "bt_failures_none": "Aucun territoire en échec ni douteux.",
    "bt_reason": "Raison donnée",
    "bt_times": "Fois",
    "bt_region": "Territoire",
    "bt_more_failures": ("{n} de plus", "{n} de plus"),
    "bt_sources": "Sources",
    "bt_indicator": "Indicateur",
    "bt_feed": "Flux",
    "bt_basis_head": "Origine des dates de connaissance",
    "bt_newest": "Chiffre lu le plus récent, connu",
    "bt_method": "Comment cela a été mesuré",
    "bt_method_text": (
        "Chaque jour passé a été lu tel que connu à la fin du jour, et la prévision n’a rien vu d’autre. Ce qui est "
        "advenu est le dernier mot des mêmes flux. Toutes les références prévoient les mêmes territoires et jours à "
        "partir du même passé. Scores\u00a0: score d’intervalle pondéré aux 23 niveaux des hubs (Bracher et al. 2021), "
        "aussi pour log(1 + x) (Bosse et al. 2023)\u00a0; Brier (1950). Référence des hubs\u00a0: Cramer et al. (2022). "
        "Persistance\u00a0: la dernière valeur ou semaine, avec les variations passées sur autant de pas et leurs "
        "opposées\u00a0; admissions quotidiennes par jour de semaine."
    ),
    "bt_target_hospital_admissions_day": "Admissions à l’hôpital par jour",
    "bt_target_hospital_admissions_week": "Admissions à l’hôpital par semaine",
    "bt_target_icu_admissions_day": "Admissions en réanimation par jour",
    "bt_target_icu_admissions_week": "Admissions en réanimation par semaine",
    "bt_target_hospital_census_day": "Patients hospitalisés",
    "bt_target_ward_census_day": "Patients hors réanimation",
    "bt_target_icu_census_day": "Patients en réanimation",
    "bt_phase_growth": "montée",
    "bt_phase_peak": "pic",
    "bt_phase_decline": "baisse",
    "bt_phase_trough": "creux",
    "bt_place_country": "pays entier",
    "bt_place_region": "régions",
    "bt_place_state": "États",
    "bt_place_department": "départements",
    "bt_place_province": "provinces",
    "bt_basis_name_published": "publiées",
    "bt_basis_name_ingested": "reçues",
    "bt_basis_name_assumed": "supposées",
}


LANGUAGES = {"en": ENGLISH, "fr": FRENCH}


@dataclass(frozen=True)
class ReportWords:
    """One language of the report; numbers and dates as on the pages."""

    lang: str

    def __call__(self, name: str, n: float | None = None, **values: object) -> str:
        """A text by name, its singular or plural chosen by n."""
        return fill(self.lang, LANGUAGES[self.lang][name], n, **values)

    def number(self, value: float | None) -> str:
        return formats.number(self.lang, value)

    def percent(self, share: float | None) -> str:
        return formats.percent(self.lang, share)

    def date(self, day: dt.date | None, **options: bool) -> str:
        return formats.date(self.lang, day, **options)

    def moment(self, instant: dt.datetime | None, zone: str = "UTC", **options: bool) -> str:
        return formats.moment(self.lang, instant, zone, **options)

    def span(self, first: dt.date | None, last: dt.date | None) -> str:
        return formats.span(self.lang, first, last)


def report_words(lang: str) -> ReportWords:
    """The words of a language. Raises UnknownName."""
    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)
    return ReportWords(lang)
