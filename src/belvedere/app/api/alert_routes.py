"""Alerts under `/api/v1/alerts`: what is open, the rules, the channels. Every change stands in the log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from belvedere.app.alerting import Alerting
from belvedere.app.api import alert_answers as answers
from belvedere.app.api import models_alerts as models
from belvedere.app.api.acting import Person, acting_route
from belvedere.app.api.router import ACT_FAULTS, FAULTS
from belvedere.desk import alert_book as book
from belvedere.desk import alert_rules
from belvedere.errors import DataError


def make_alert_router(alerting: Alerting) -> APIRouter:
    """The router of one workspace's alerts."""
    router = APIRouter(
        prefix="/api/v1/alerts", responses=FAULTS | ACT_FAULTS, tags=["alerts"], route_class=acting_route(alerting)
    )

    @router.get("", operation_id="alerts")
    def page() -> models.AlertsAnswer:
        """Everything the page of the alerts shows."""
        return answers.page(alerting)

    @router.get("/history", operation_id="alert_history")
    def history(newest: Annotated[int, Query(ge=1, le=1000)] = 100) -> models.AlertHistory:
        """Alerts that have closed, the newest first."""
        return answers.history(alerting, newest)

    @router.get("/rules", operation_id="alert_rules")
    def rules() -> list[models.RuleRow]:
        """Every rule, the shipped ones among them."""
        return answers.rules(alerting)

    @router.post("/rules", operation_id="make_alert_rule", status_code=201)
    def make_rule(person: Person, wanted: models.RuleBody) -> models.AlertsDone:
        """A new rule. Refused if the name is taken."""
        rule = answers.rule_from(wanted)
        answers.check_against(alerting, rule)
        if rule.id in alerting.rules():
            raise DataError(f"There is an alert rule {rule.id!r} already: change that one, or choose another name.")
        sequence = alert_rules.save_rules(alerting.workspace, [rule], by=person, now=alerting.library.clock())
        return models.AlertsDone(id=rule.id, sequence=sequence)

    @router.patch("/rules/{rule}", operation_id="change_alert_rule")
    def change_rule(person: Person, rule: str, wanted: models.RulePatch) -> models.AlertsDone:
        """Changes a rule; a shipped one becomes one of the workspace."""
        changed = answers.patched(alerting.rule(rule), wanted)
        answers.check_against(alerting, changed)
        sequence = alert_rules.save_rules(alerting.workspace, [changed], by=person, now=alerting.library.clock())
        return models.AlertsDone(id=rule, sequence=sequence)

    @router.delete("/rules/{rule}", operation_id="remove_alert_rule")
    def remove_rule(person: Person, rule: str) -> models.AlertsDone:
        """Takes a rule away; its open alerts close at the next look."""
        alerting.rule(rule)
        sequence = alert_rules.remove_rule(
            alerting.workspace, rule, alerting.shipped(), by=person, now=alerting.library.clock()
        )
        return models.AlertsDone(id=rule, sequence=sequence)

    @router.post("/preview", operation_id="preview_alert_rule")
    def preview(wanted: models.RuleBody) -> models.RuleEffect:
        """What a rule would do now, and would have done over the past weeks. Changes nothing."""
        rule = answers.rule_from(wanted)
        return answers.effect_of(alerting, rule)

    @router.post("/check", operation_id="check_alerts")
    def check() -> models.AlertsAnswer:
        """Looks at once, and sends what is to be told."""
        alerting.check()
        return answers.page(alerting)

    @router.post("/channels/{channel}/test", operation_id="test_alert_channel")
    def test(channel: str, wanted: models.TestBody) -> models.AttemptRow:
        """Sends a test message, and says how it went."""
        return answers.attempt_row(alerting.test(channel, wanted.language))

    @router.post("/{alert}/acknowledge", operation_id="acknowledge_alert")
    def acknowledge(person: Person, alert: int, wanted: models.AcknowledgeBody) -> models.AlertRow:
        """Says that somebody knows: no further message until it closes."""
        found = book.acknowledge(alerting.workspace, alert, wanted.reason, by=person, now=alerting.library.clock())
        return answers.alert_row(alerting.voice(), found)

    return router
