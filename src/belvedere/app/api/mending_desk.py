"""Where mending is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi.responses import Response

from belvedere.app.api import mending
from belvedere.app.api import models_mending as model
from belvedere.app.api.asked import Asked
from belvedere.app.api.reading import Library, Reading
from belvedere.trust.gate import Read

CSV = "text/csv; charset=utf-8"


@dataclass
class MendingDesk:
    """Mending for one workspace. person: who signs, as the gate knows them."""

    library: Library

    def preview(self, asked: Asked, wanted: model.MendRequest) -> model.MendPreview:
        reading = self._now(asked)
        return mending.preview(reading, wanted)

    def mend(self, asked: Asked, wanted: model.Approved, person: str) -> model.MendResult:
        reading = self._now(asked)
        return mending.carry_out(reading, wanted, person)

    def dismiss(self, asked: Asked, wanted: model.DismissRequest, person: str) -> model.MendResult:
        reading = self._now(asked)
        return mending.dismiss(reading, wanted, person)

    def sheet_in(self, asked: Asked, sheet: model.Sheet, person: str) -> model.SheetAnswer:
        reading = self._now(asked)
        return mending.sheet_in(reading, sheet, person)

    def sheet_out(self, asked: Asked, feed: str, lang: str) -> Response:
        reading = self.library.open(asked)
        body = mending.sheet_out(reading, feed, lang)
        rows = body.count("\n") - 1
        self.library.gate.note(reading.request(asked.address), [Read("quarantine", {"feed": feed}, rows)])
        name = f"belvedere-quarantine-{feed}.csv"
        return Response(body, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _now(self, asked: Asked) -> Reading:
        """A reading of now. Raises where a past day is asked for."""
        reading = self.library.open(asked)
        mending.need_now(reading)
        return reading
