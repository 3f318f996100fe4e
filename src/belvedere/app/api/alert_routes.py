"""Alerts under `/api/v1/alerts`: what is open, the rules, the channels. Every change is logged; bodies are JSON only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query

from belvedere.app.alerting import Alerting
from belvedere.app.api import alert_answers as answers
from belvedere.app.api import models_alerts as models
from belvedere.app.api.router import FAULTS
from belvedere.desk import alert_book as book
from belvedere.desk import alert_rules
from belvedere.errors import DataError
from belvedere.trust.gate import OPERATOR

JSON_ONLY = 415


def json_only(content_type: Annotated[str | None, Header(include_in_schema=False)] = None) -> None:
    """Refuses a body that a plain form of another site could send."""
    if (content_type or "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(JSON_ONLY, f"found content type {content_type!r}, expected application/json")


Json = Depends(json_only)


def make_alert_router(alerting: Alerting) -> APIRouter:
    """The router of one workspace's alerts."""
    router = APIRouter(prefix="/api/v1/alerts", responses=FAULTS, tags=["alerts"])

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

    @router.post("/rules", operation_id="make_alert_rule", status_code=201, dependencies=[Json])
    def make_rule(wanted: models.RuleBody) -> models.AlertsDone:
        """A new rule. Refused if the name is taken."""
        rule = answers.rule_from(wanted)
        answers.check_against(alerting, rule)
        if rule.id in alerting.rules():
            raise DataError(f"There is an alert rule {rule.id!r} already: change that one, or choose another name.")
        answers.note(alerting, "POST", "/rules", {"rule": rule.id})
        sequence = alert_rules.save_rules(alerting.workspace, [rule], by=OPERATOR, now=alerting.library.clock())
        return models.AlertsDone(id=rule.id, sequence=sequence)

    @router.patch("/rules/{rule}", operation_id="change_alert_rule", dependencies=[Json])
    def change_rule(rule: str, wanted: models.RulePatch) -> models.AlertsDone:
        """Changes a rule; a shipped one becomes one of the workspace."""
        changed = answers.patched(alerting.rule(rule), wanted)
        answers.check_against(alerting, changed)
        answers.note(alerting, "PATCH", f"/rules/{rule}", wanted.model_dump(mode="json", exclude_none=True))
        sequence = alert_rules.save_rules(alerting.workspace, [changed], by=OPERATOR, now=alerting.library.clock())
        return models.AlertsDone(id=rule, sequence=sequence)

    @router.delete("/rules/{rule}", operation_id="remove_alert_rule")
    def remove_rule(rule: str) -> models.AlertsDone:
        """Takes a rule away; its open alerts close at the next look."""
        alerting.rule(rule)
        answers.note(alerting, "DELETE", f"/rules/{rule}", {"rule": rule})
        sequence = alert_rules.remove_rule(
            alerting.workspace, rule, alerting.shipped(), by=OPERATOR, now=alerting.library.clock()
        )
        return models.AlertsDone(id=rule, sequence=sequence)

    @router.post("/preview", operation_id="preview_alert_rule", dependencies=[Json])
    def preview(wanted: models.RuleBody) -> models.RuleEffect:
        """What a rule would do now, and would have done over the past weeks. Changes nothing."""
        rule = answers.rule_from(wanted)
        answers.note(alerting, "POST", "/preview", {"rule": rule.id})
        return answers.effect_of(alerting, rule)

    @router.post("/check", operation_id="check_alerts", dependencies=[Json])
    def check() -> models.AlertsAnswer:
        """Looks at once, and sends what is to be told."""
        answers.note(alerting, "POST", "/check", {})
        alerting.check()
        return answers.page(alerting)

    @router.post("/channels/{channel}/test", operation_id="test_alert_channel", dependencies=[Json])
    def test(channel: str, wanted: models.TestBody) -> models.AttemptRow:
        """Sends a test message, and says how it went."""
        answers.note(alerting, "POST", f"/channels/{channel}/test", {"channel": channel})
        return answers.attempt_row(alerting.test(channel, wanted.language))

    @router.post("/{alert}/acknowledge", operation_id="acknowledge_alert", dependencies=[Json])
    def acknowledge(alert: int, wanted: models.AcknowledgeBody) -> models.AlertRow:
        """Says that somebody knows: no further message until it closes."""
        answers.note(alerting, "POST", f"/{alert}/acknowledge", {"alert": alert, "reason": wanted.reason})
        found = book.acknowledge(alerting.workspace, alert, wanted.reason, by=OPERATOR, now=alerting.library.clock())
        return answers.alert_row(alerting.voice(), found)

    return router
