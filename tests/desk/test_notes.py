"""Notes: dated twice, withdrawn with a reason, never edited away."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from belvedere.desk.notes import Note, notes_at, versions, withdraw, write
from belvedere.errors import Refused, UnknownName
from tests.desk.test_watch import DAY, HOUR, NOW

TODAY = NOW.date()
LAST = TODAY + dt.timedelta(days=366)
NOTE = Note(0, "FR-57", TODAY - DAY, "event", "Ward B opened, 12 beds", "A. Morel", NOW, language="en")


def test_a_note_is_read_back_as_it_was_written(workspace):
    first = write(workspace, NOTE, last_day=LAST)
    second = write(workspace, replace(NOTE, kind="measure", text="Curfew\nfrom 20:00", language=None), last_day=LAST)
    assert versions(workspace.snapshot()) == (replace(NOTE, id=1), replace(second, id=2)) and first.stands


def test_a_withdrawn_note_stays_readable_with_the_reason_and_stood_on_the_days_before(workspace):
    made = write(workspace, NOTE, last_day=LAST)
    gone = withdraw(workspace, made.id, by="C. Haddad", reason="wrong hospital", now=NOW + DAY)
    found = versions(workspace.snapshot())
    assert notes_at(found, NOW + DAY) == [gone] and not gone.stands and gone.text == NOTE.text
    assert notes_at(found, NOW + HOUR) == [made] and notes_at(found, NOW - HOUR) == []


def test_it_is_not_withdrawn_twice_nor_without_a_reason(workspace):
    made = write(workspace, NOTE, last_day=LAST)
    with pytest.raises(Refused, match="found no reason"):
        withdraw(workspace, made.id, by="C. Haddad", reason="", now=NOW)
    withdraw(workspace, made.id, by="C. Haddad", reason="wrong hospital", now=NOW)
    with pytest.raises(Refused, match=r"withdrawn by C\. Haddad already") as refused:
        withdraw(workspace, made.id, by="A. Morel", reason="again", now=NOW)
    assert refused.value.overtaken and len(versions(workspace.snapshot())) == 2
    with pytest.raises(UnknownName, match="no note '9'"):
        withdraw(workspace, 9, by="A. Morel", reason="none", now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"text": ""}, "text"), ({"date": LAST + DAY}, "date"), ({"date": dt.date(1026, 11, 22)}, "date")],
)
def test_a_note_that_cannot_be_is_refused_with_its_field(workspace, change, field):
    with pytest.raises(Refused) as refused:
        write(workspace, replace(NOTE, **change), last_day=LAST)
    assert refused.value.field == field and versions(workspace.snapshot()) == ()


def test_a_kind_that_does_not_exist_is_named(workspace):
    with pytest.raises(UnknownName, match="comment, event, measure"):
        write(workspace, replace(NOTE, kind="remark"), last_day=LAST)


def test_notes_stand_in_the_order_of_the_days_they_speak_of():
    made = [
        replace(NOTE, id=n, date=TODAY + dt.timedelta(days=d), written_at=NOW + n * HOUR) for n, d in enumerate((3, 1, 3, 2))
    ]
    assert [note.id for note in notes_at(made, NOW + DAY)] == [1, 3, 0, 2]
