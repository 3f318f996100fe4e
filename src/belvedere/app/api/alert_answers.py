"""What the addresses of the alerts answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from belvedere.app import formats
from belvedere.app.alert_replay import effect
from belvedere.app.alert_words import UNITS, Voice, amount, say
from belvedere.app.alerting import Alerting
from belvedere.app.api import models_alerts as models
from belvedere.app.api.asked import Asked
from belvedere.app.api.common import sentence, text
from belvedere.app.sentences_words import names, stretches
from belvedere.desk import alert_book as book
from belvedere.desk.alert_rules import Rule, check_rule, rule_changes, rule_of
from belvedere.desk.alerts import Alert, gravity, reaches
from belvedere.desk.delivery import DeliverySettings
from belvedere.errors import UnknownName
from belvedere.trust.gate import Read

SHOWN = 50
"""Closed alerts, tries and changes on the page."""
UTC = "UTC"

# --- the page ---


def page(alerting: Alerting) -> models.AlertsAnswer:
    """Open alerts the gravest first, those closed last, rules, channels, tries."""
    voice, workspace = alerting.voice(), alerting.workspace
    standing = sorted(book.open_alerts(workspace), key=gravity)
    _note(alerting, "", len(standing))
    settings = alerting.settings()
    last = max((alert.judged_at for alert in standing), default=None)
    looked_at, fault = alerting.looked.at or last, alerting.looked.error or settings.faults.get("") or None
    broken = failing(alerting)
    return models.AlertsAnswer(
        now=voice.now,
        lede=sentence(lambda lang: _lede(lang, voice, standing, looked_at, fault, broken, untold=_untold(alerting))),
        synthetic=any(alert.facts.get("synthetic") for alert in standing),
        looked_at=looked_at,
        fault=fault,
        open=[alert_row(voice, alert) for alert in standing],
        closed=[alert_row(voice, alert) for alert in book.closed_alerts(workspace, newest=SHOWN)],
        rules=rules(alerting),
        templates=[_body(rule) for rule in alerting.shipped().values()],
        channels=channels(alerting, settings),
        base_url=settings.base_url or None,
        attempts=[attempt_row(tried) for tried in book.attempts(workspace, newest=SHOWN)],
        changes=[
            models.ChangeRow(
                at=c.at,
                by=c.by,
                id=c.id,
                rule=None if c.rule is None else _body(c.rule),
                sequence=c.sequence,
                text=text(lambda lang, c=c: say(lang, "removed") if c.rule is None else _limits(lang, c.rule)),
            )
            for c in rule_changes(workspace, newest=SHOWN)
        ],
    )


def _lede(
    lang: str, voice: Voice, standing: Sequence[Alert], looked_at, fault: str | None, broken: Sequence[str], *, untold: bool
):
    """What stops the alerts first, then what is open."""
    said = [say(lang, "lede_fault", reason=fault)] if fault else []
    if broken:
        said.append(say(lang, "lede_channels", names=names(lang, broken)))
    if standing:
        said.append(say(lang, "lede", len(standing), first=voice.short(lang, standing[0])))
    else:
        said.append(say(lang, "lede_none" if looked_at else "lede_never"))
    if untold:
        said.append(say(lang, "lede_untold"))
    return stretches(" ".join(said))


def _untold(alerting: Alerting) -> bool:
    return not any(rule.channels and rule.active for rule in alerting.rules().values())


def history(alerting: Alerting, newest: int) -> models.AlertHistory:
    """Alerts that have closed."""
    voice = alerting.voice()
    rows = [alert_row(voice, a) for a in book.closed_alerts(alerting.workspace, newest=newest)]
    _note(alerting, "/history", len(rows))
    return models.AlertHistory(rows=rows)


def alert_row(voice: Voice, alert: Alert) -> models.AlertRow:
    """One alert in both languages."""
    basis = zip(voice.basis("fr", alert), voice.basis("en", alert), strict=True)
    return models.AlertRow(
        id=alert.id, rule=alert.rule, kind=alert.kind, subject=alert.subject, level=alert.level or None,
        name=text(lambda lang: voice.name(lang, alert.kind, alert.subject, alert.facts)),
        short=text(lambda lang: voice.short(lang, alert)), sentence=sentence(lambda lang: voice.sentence(lang, alert)),
        basis=[sentence(lambda lang, fr=fr, en=en: stretches({"fr": fr, "en": en}[lang])) for fr, en in basis],
        stale_days=voice.stale(alert), value=alert.facts.get("value"), unit=UNITS[alert.kind],
        address=replace(voice, base_url="").address(alert), synthetic=bool(alert.facts.get("synthetic")),
        opened_at=alert.opened_at, judged_at=alert.judged_at, told_at=alert.told_at, closed_at=alert.closed_at,
        closed=alert.closed_because and text(lambda lang: say(lang, f"closed_{alert.closed_because}")),
        acknowledged_at=alert.acknowledged_at, acknowledged_by=alert.acknowledged_by,
        acknowledged_reason=alert.acknowledged_reason,
    )  # fmt: skip


def attempt_row(tried: book.Attempt) -> models.AttemptRow:
    """One try to send."""
    return models.AttemptRow(at=tried.at, channel=tried.channel, subject=tried.subject, outcome=tried.outcome,
                             reason=tried.reason, next_try_at=tried.next_try_at)  # fmt: skip


# --- rules ---


def rules(alerting: Alerting) -> list[models.RuleRow]:
    """Every rule with its title and how many alerts are open under it."""
    voice = alerting.voice()
    standing = Counter(alert.rule for alert in book.open_alerts(alerting.workspace))
    return [
        models.RuleRow(
            rule=_body(rule), title=text(lambda lang, rule=rule: voice.rule_title(lang, rule)),
            scope=text(lambda lang, rule=rule: voice.rule_scope(lang, rule)), unit=UNITS[rule.kind],
            unit_text=text(lambda lang, rule=rule: say(lang, f"unit_{UNITS[rule.kind]}")),
            limits=text(lambda lang, rule=rule: _limits(lang, rule)), shipped=rule.shipped,
            holds=rule.holds(voice.now.date()), open=standing[rule.id],
        )
        for rule in alerting.rules().values()
    ]  # fmt: skip


def _limits(lang: str, rule: Rule) -> str:
    opens, clears = (amount(lang, rule.kind, value) for value in (rule.threshold, rule.clear_at))
    return say(lang, "limits", opens=opens, clears=clears)


def _body(rule: Rule) -> models.RuleBody:
    return models.RuleBody(**rule.told())


def rule_from(wanted: models.RuleBody) -> Rule:
    """The rule a body writes. Raises DataError."""
    return rule_of(wanted.model_dump())


def patched(rule: Rule, wanted: models.RulePatch) -> Rule:
    """A rule with what is to change. Raises DataError."""
    changes = wanted.model_dump(exclude_none=True, exclude={"open_end"})
    if "channels" in changes:
        changes["channels"] = tuple(changes["channels"])
    if wanted.open_end:
        changes["active_until"] = None
    return check_rule(replace(rule, shipped=False, **changes))


def check_against(alerting: Alerting, rule: Rule) -> None:
    """Raises UnknownName for a place that does not exist, or a channel that the settings do not name."""
    places = alerting.voice().places
    if rule.place and rule.place not in places:
        raise UnknownName("place", rule.place, places)
    settings = alerting.settings()
    known = {*settings.channels, *settings.faults} - {""}
    for channel in rule.channels:
        if channel not in known:
            raise UnknownName("channel of the alerts", channel, known)


def effect_of(alerting: Alerting, rule: Rule) -> models.RuleEffect:
    """What a rule would do: now, and over the past outlooks."""
    check_against(alerting, replace(rule, channels=()))
    judged, replayed = alerting.judged(rule, alerting.facts()), alerting.replayed(rule)
    weeks = int(alerting.numbers()["replay.weeks"])
    return models.RuleEffect(
        text=sentence(lambda lang: effect(lang, rule, judged, replayed, weeks=weeks)),
        alerts_now=sum(reaches(rule, found) for found in judged),
        unknown_now=sum(found.value is None and not found.forced for found in judged),
        past_outlooks=replayed and replayed.outlooks,
        past_alerts=replayed and replayed.alerts,
        lead_days=sum(replayed.lead_days) / replayed.came if replayed and replayed.came else None,
    )


# --- channels ---


def channels(alerting: Alerting, settings: DeliverySettings) -> list[models.ChannelRow]:
    """Every channel of the settings, and those that only rules name."""
    named = {channel for rule in alerting.rules().values() for channel in rule.channels}
    tried = book.last_attempts(alerting.workspace)
    zone = _zone(alerting)
    return [
        _channel(name, settings, tried.get(name), zone)
        for name in sorted({*settings.channels, *settings.faults, *named} - {""})
    ]


def _channel(name: str, settings: DeliverySettings, tried: book.Attempt | None, zone: str) -> models.ChannelRow:
    channel = settings.channels.get(name)
    state, told = _state(name, settings, tried, zone)
    return models.ChannelRow(
        name=name, kind=channel and channel.kind, target=channel and channel.told, state=state,
        text=sentence(lambda lang: stretches(told(lang))),
    )  # fmt: skip


def _state(name: str, settings: DeliverySettings, tried: book.Attempt | None, zone: str):
    """(state, what it says in a language) of a channel: a fault of its settings first, then its newest try."""
    if name in settings.faults:
        return "fault", lambda lang: say(lang, "channel_fault", reason=settings.faults[name])
    if name not in settings.channels:
        return "fault", lambda lang: say(lang, "channel_missing")
    if tried is None:
        return "unused", lambda lang: say(lang, "channel_unused")
    state = "works" if tried.outcome == book.SENT else tried.outcome
    at = tried.next_try_at if state == book.AGAIN and tried.next_try_at else tried.at
    return state, lambda lang: say(
        lang, f"channel_{state}", when=formats.moment(lang, at, zone, year=False), reason=tried.reason
    )


def failing(alerting: Alerting) -> list[str]:
    """Channels that do not work, of those that rules tell."""
    settings = alerting.settings()
    named = {channel for rule in alerting.rules().values() for channel in rule.channels if rule.active}
    tried = book.last_attempts(alerting.workspace)
    states = {name: _state(name, settings, tried.get(name), UTC)[0] for name in named}
    return sorted(name for name, state in states.items() if state not in ("works", "unused"))


def alert_frame(alerting: Alerting) -> dict:
    """What the frame of every page says of the alerts."""
    faults = [text(lambda lang, name=name: say(lang, "frame_fault", channel=name)) for name in failing(alerting)]
    return {"alerts_open": len(book.open_alerts(alerting.workspace)), "alert_faults": faults}


def _zone(alerting: Alerting) -> str:
    """Of the country of the newest outlook."""
    state = alerting.library.open(Asked.plain()).state
    return state.places.timezone(state.runs[0].country).key if state.runs else UTC


# --- the log ---


def _note(alerting: Alerting, path: str, rows: int) -> None:
    """Writes a reading into the log."""
    reading = alerting.library.open(Asked.plain())
    alerting.library.gate.note(reading.request(f"/api/v1/alerts{path}"), [Read("alerts", {}, rows)])
