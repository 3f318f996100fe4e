"""Where mending is asked for: every asking stands in the log, with who asked, for what, and why."""

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
    """Mending for one workspace. The person who signs is the one the gate knows."""

    library: Library

    def preview(self, asked: Asked, wanted: model.MendRequest) -> model.MendPreview:
        reading = self._reading(asked, "preview_mending", wanted)
        return mending.preview(reading, wanted)

    def mend(self, asked: Asked, wanted: model.Approved) -> model.MendResult:
        reading = self._reading(asked, "mend", wanted)
        return mending.carry_out(reading, wanted, self._signed_by(reading))

    def dismiss(self, asked: Asked, wanted: model.DismissRequest) -> model.MendResult:
        reading = self._reading(asked, "dismiss", wanted)
        return mending.dismiss(reading, wanted, self._signed_by(reading))

    def sheet_in(self, asked: Asked, sheet: model.Sheet) -> model.SheetAnswer:
        reading = self._reading(asked, "mend_sheet", sheet)
        return mending.sheet_in(reading, sheet, self._signed_by(reading))

    def sheet_out(self, asked: Asked, feed: str, lang: str) -> Response:
        reading = self.library.open(asked)
        body = mending.sheet_out(reading, feed, lang)
        rows = body.count("\n") - 1
        self.library.gate.note(reading.request(asked.address), [Read("quarantine", {"feed": feed}, rows)])
        name = f"belvedere-quarantine-{feed}.csv"
        return Response(body, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _reading(self, asked: Asked, act: str, wanted: model.Model) -> Reading:
        """A reading of now; the log says what was asked, the cells themselves left out."""
        reading = self.library.open(asked)
        told = wanted.model_dump(exclude={"cells", "text"})
        told |= {"entries": sorted(wanted.cells)} if isinstance(wanted, model.MendRequest) else {}
        self.library.gate.note_act(reading.request(asked.address), act, told)
        mending.need_now(reading)
        return reading

    def _signed_by(self, reading: Reading) -> str:
        return reading.request(reading.asked.address).operator
