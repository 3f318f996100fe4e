"""What the desk says, in both languages: states, history, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from belvedere.app import formats
from belvedere.app.sentences_words import chance, typeset
from belvedere.desk.watch import FAILED, Action, Facts, Item

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "open": "Open",
        "taken": "Taken by {owner}",
        "snoozed": "Snoozed until {until} by {actor}: {reason}",
        "acknowledged": "Acknowledged by {actor}: {reason}",
        "ended_snoozed": "Back from a snooze by {actor}: {reason}",
        "ended_acknowledged": "Acknowledged by {actor}: {reason}",
        "graver_snoozed": "graver since snoozed: {then} → {now}",
        "graver_acknowledged": "graver since acknowledged: {then} → {now}",
        "no_forecast": "no forecast",
        "not_known": "not known",
        "did_take": "taken",
        "did_assign": "assigned to {assignee}",
        "did_release": "released",
        "did_snooze": "snoozed until {until}",
        "did_acknowledge": "acknowledged",
        "did_reopen": "reopened",
        "refused_past_day": "This is a past day: the list shows what stood then. Go back to now to act.",
        "refused_scenario": "This is a scenario: people act on the current course. Leave the scenario to act.",
        "refused_overtaken": "{actor} was first: {did}, {at}. Nothing was changed; the list now shows it.",
        "refused_never_acted": "The list has changed since. Nothing was changed; look again.",
        "refused_not_listed": "This place is not on the watch list of the current outlook.",
        "refused_yours_already": "You follow it already.",
        "refused_theirs_already": "{owner} follows it already.",
        "refused_not_in_this_state": "This cannot be done now. State: {state}.",
        "refused_reason_needed": "Give the reason: the next reader will ask.",
        "refused_until_needed": "Say until when.",
        "refused_assignee_needed": "Say to whom.",
        "refused_until_only": "Only a snooze has an end.",
        "refused_assignee_only": "Only an assignment names somebody.",
        "refused_until_past": "Choose a day still to come.",
        "refused_until_far": "At most {days} days: further ahead nothing is foretold.",
        "refused_text_needed": "Write some words.",
        "refused_date_out": "Choose a day up to {last}.",
        "refused_withdrawn_already": "Withdrawn already by {by}, {at}. Nothing was changed.",
        "state_open": "open",
        "state_taken": "taken",
        "state_snoozed": "snoozed",
        "state_acknowledged": "acknowledged",
    },
    "fr": {
        "open": "À suivre",
        "taken": "Suivi par {owner}",
        "snoozed": "En pause jusqu’au {until}, par {actor} : {reason}",
        "acknowledged": "Acte pris par {actor} : {reason}",
        "ended_snoozed": "Fin de la pause mise par {actor} : {reason}",
        "ended_acknowledged": "Acte pris par {actor} : {reason}",
        "graver_snoozed": "plus grave depuis la pause : {then} → {now}",
        "graver_acknowledged": "plus grave depuis qu’acte a été pris : {then} → {now}",
        "no_forecast": "prévision indisponible",
        "not_known": "non connu",
        "did_take": "a pris la ligne",
        "did_assign": "a confié la ligne à {assignee}",
        "did_release": "a rendu la ligne",
        "did_snooze": "a mis en pause jusqu’au {until}",
        "did_acknowledge": "a pris acte",
        "did_reopen": "a rouvert la ligne",
        "refused_past_day": "C’est un jour passé : la liste montre l’état d’alors. Revenez à maintenant pour agir.",
        "refused_scenario": "C’est un scénario : on agit sur la trajectoire actuelle. Quittez le scénario pour agir.",
        "refused_overtaken": "{actor} vous a précédé : {did}, {at}. Rien n’a été changé ; la liste est à jour.",
        "refused_never_acted": "La liste a changé entre-temps. Rien n’a été changé ; regardez de nouveau.",
        "refused_not_listed": "Ce lieu n’est pas dans la liste de veille de la prévision actuelle.",
        "refused_yours_already": "Vous suivez déjà ce lieu.",
        "refused_theirs_already": "{owner} suit déjà ce lieu.",
        "refused_not_in_this_state": "C’est impossible maintenant. État : {state}.",
        "refused_reason_needed": "Donnez le motif : le prochain lecteur le demandera.",
        "refused_until_needed": "Dites jusqu’à quand.",
        "refused_assignee_needed": "Dites à qui.",
        "refused_until_only": "Seule une pause a une fin.",
        "refused_assignee_only": "On ne nomme quelqu’un que pour lui confier la ligne.",
        "refused_until_past": "Choisissez un jour à venir.",
        "refused_until_far": "Au plus {days} jours : au-delà, rien n’est prévu.",
        "refused_text_needed": "Écrivez quelques mots.",
        "refused_date_out": "Choisissez un jour jusqu’au {last}.",
        "refused_withdrawn_already": "Déjà retirée par {by}, {at}. Rien n’a été changé.",
        "state_open": "à suivre",
        "state_taken": "suivi",
        "state_snoozed": "en pause",
        "state_acknowledged": "acte pris",
    },
}


def say(lang: str, name: str, *, zone: str, **values: object) -> str:
    """A text by name; days and instants written as people do, instants in the zone."""
    shown = {key: _shown(lang, value, zone) for key, value in values.items()}
    return typeset(lang, TEXTS[lang][name].format(**shown))


def _shown(lang: str, value: object, zone: str) -> object:
    if isinstance(value, dt.datetime):
        return formats.moment(lang, value, zone, year=False)
    return formats.date(lang, value) if isinstance(value, dt.date) else value


def state(lang: str, item: Item, zone: str) -> str:
    """What the row's state is, by whom and why."""
    name = f"ended_{item.ended}" if item.ended else item.state
    told = {} if item.last is None else {"actor": item.last.actor, "until": item.last.until, "reason": item.last.reason}
    return say(lang, name, zone=zone, owner=item.owner, **told)


def graver(lang: str, item: Item, zone: str) -> str:
    """How the row got graver since somebody left it as it was; "" where it did not."""
    if item.graver is None:
        return ""
    then, now = (facts_text(lang, facts, zone) for facts in item.graver)
    return say(lang, f"graver_{item.ended or item.state}", zone=zone, then=then, now=now)


def facts_text(lang: str, facts: Facts, zone: str) -> str:
    """A chance, or that there is none."""
    if facts.chance is not None:
        return chance(lang, facts.chance)
    return say(lang, "no_forecast" if facts.mark == FAILED else "not_known", zone=zone)


def did(lang: str, action: Action, zone: str) -> str:
    """What was done, as a line of the history."""
    return say(lang, f"did_{action.action}", zone=zone, assignee=action.assignee, until=action.until)


def refusal(lang: str, rule: str, values: Mapping[str, object], zone: str) -> str:
    """Why something is not allowed, and what to do instead."""
    told = dict(values)
    if isinstance(last := told.pop("last", None), Action):
        told |= {"actor": last.actor, "did": did(lang, last, zone), "at": last.at}
    elif last is not None:
        told["last"] = last
    if "state" in told:
        told["state"] = say(lang, f"state_{told['state']}", zone=zone)
    return say(lang, f"refused_{rule}", zone=zone, **told)
