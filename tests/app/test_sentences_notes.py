"""What a run says of itself, in both languages: every code has words, and no value is lost."""

from __future__ import annotations

import re

import pytest

from belvedere.app import sentences_en, sentences_fr
from belvedere.app.sentences_notes import note_text
from belvedere.outlook.notes import Note, notes_of

NOTES = [
    (Note("led_by", {"indicator": "hospital_admissions", "feed": "f", "last_day": "2026-11-19"}),
     ("19 nov. 2026", "19 Nov 2026")),
    (Note("dates_assumed"), ("supposée", "assumed")),
    (Note("no_lag"), ("complets", "complete")),
    (Note("lag", {"shares": [0.48, 0.76]}), ("48 % après 0 j, 76 % après 1 j", "48% after 0 d, 76% after 1 d")),
    (Note("not_made", {"indicator": "icu_census"}), ("En réanimation", "In intensive care")),
    (Note("wards_alone"), ("Hors réanimation", "Ward")),
    (Note("others_unknown", {"level": "ward"}), ("Hors réanimation", "On the wards")),
    (Note("no_beds", {"level": "icu"}), ("Le nombre de lits n’est connu", "The number of beds is not known")),
    (Note("numbers_set", {"changes": [{"id": "leaving.weeks", "value": 4.0, "was": 6.5}]}), (
        "leaving.weeks 4 au lieu de 6,5", "leaving.weeks 4 instead of 6.5",
    )),
    (Note("hospitals_silent", {"n": 1}), ("1 hôpital n’a pas", "1 hospital has not")),
    (Note("hospitals_silent", {"n": 3}), ("3 hôpitaux n’ont pas", "3 hospitals have not")),
    (Note("learnt_growth", {"weekly_rate": 0.13, "low_rate": -0.15, "high_rate": 0.5}), (
        "+13 % par semaine (intervalle à 90 % : −15 % à +50 %)", "+13% a week now (90% interval −15% to +50%)",
    )),
    (Note("learnt_wander", {"common": 0.0119, "regional": 0.0028}), ("0,0119", "0.0119")),
    (Note("learnt_weekdays", {"busiest_weekday": 1, "busiest": 1.094, "quietest_weekday": 6, "quietest": 0.8}), (
        "mardi est le jour le plus chargé (1,09 fois la moyenne), le dimanche", "Tuesday is the busiest day (1.09 times",
    )),
    (Note("learnt_holiday", {"factor": 1.09, "n": 1}), ("d’après 1 jour)", "from 1 day)")),
    (Note("learnt_no_holiday"), ("dimanche", "Sunday")),
    (Note("overlay_elsewhere", {"overlay": "1: x"}), ("1: x", "1: x")),
    (Note("overlay_too_late", {"overlay": "1: x", "first_day": "2026-11-01", "last_day": "2026-11-28"}), (
        "1er nov. 2026 au 28 nov. 2026", "1 Nov 2026 to 28 Nov 2026",
    )),
    (Note("overlay_other_days", {"overlay": "1: x", "first_day": "2026-11-01", "last_day": "2026-11-28"}),
     ("28 nov.", "28 Nov")),
    (Note("words", {"text": "Led by x."}), ("Led by x.", "Led by x.")),
]  # fmt: skip


def plainly(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("note", "told"), NOTES, ids=lambda value: value.code if isinstance(value, Note) else "")
def test_a_note_is_told_in_both_languages(note, told):
    for lang, expected in zip(("fr", "en"), told, strict=True):
        said = plainly(note_text(lang, note))
        assert expected in said and not re.search(r"[{}*]|\bnan\b|\bNone\b", said)


def test_every_note_with_words_is_tried_here():
    tried = {note.code for note, _ in NOTES}
    for book in (sentences_fr, sentences_en):
        worded = {name.removeprefix("note_") for name in book.TEXTS if name.startswith("note_")}
        assert worded == tried | {"share_after", "number_set"}


def test_notes_of_older_runs_stay_the_sentences_they_were_and_unknown_codes_are_shown():
    assert notes_of(["Led by x.", {"code": "lag", "values": {"shares": [1.0]}}]) == (
        Note("words", {"text": "Led by x."}), Note("lag", {"shares": [1.0]}),
    )  # fmt: skip
    assert note_text("fr", Note("of_tomorrow", {"n": 2})) == "of_tomorrow {'n': 2}"
    assert note_text("en", Note("learnt_holiday", {"other": 2})) == "learnt_holiday {'other': 2}"


def test_a_note_is_kept_as_plain_data():
    note = Note("lag", {"shares": [0.5]})
    assert notes_of([note.kept()]) == (note,)
