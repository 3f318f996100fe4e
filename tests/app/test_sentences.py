"""The ledes and reasons, case by case, in both languages."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.app import sentences_en, sentences_fr
from belvedere.app.sentences import PlaceFacts, SituationFacts, place_lede, row_reason, situation_kind, situation_lede
from belvedere.app.sentences_words import chance, estimates, main_reason, names, number_word, plain, reason_of, say, stretches

DAY, TODAY = dt.date(2026, 11, 24), dt.date(2026, 11, 25)
STALE_DAYS = 3


def place(name: str = "Moselle", chance_14: float | None = 0.78, **more) -> PlaceFacts:
    told = dict(
        name=name, level="icu", status="ok", day=DAY, chance_14=chance_14, binding="staffed", others_known=True, present=38.0,
        beds=39.0, r=(0.96, 1.24, 1.59), peak=(35.0, 47.0, 63.0), growing=0.9,
    )  # fmt: skip
    return PlaceFacts(**{**told, **more})


def situation(places, **more) -> SituationFacts:
    told = dict(place_level="department", today=TODAY, stale_days=STALE_DAYS, reference_date=DAY)
    return SituationFacts(places=places, **{**told, **more})


def lede(lang: str, facts: SituationFacts) -> str:
    """The sentence with every kind of blank made plain."""
    return plainly(plain(situation_lede(lang, facts)))


def plainly(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2011", "-")


FOUR = [
    place("Moselle", 0.78),
    place("Bas-Rhin", 0.64),
    place("Nord", 0.55),
    place("Meurthe-et-Moselle", 0.52, binding="equipped"),
]
CALM = [place("Vosges", 0.31), place("Aube", 0.004)]

SITUATIONS = {
    "four pass": (
        situation([*FOUR, *CALM]), "passing",
        "Quatre départements manqueront probablement de lits de réanimation avant le 8 déc. : Moselle, Bas-Rhin, Nord et "
        "Meurthe-et-Moselle. Dans trois d’entre eux, ce sont les soignants qui limitent.",
        "Four départements are more likely than not to run out of intensive care beds by 8 Dec: Moselle, Bas-Rhin, Nord and "
        "Meurthe-et-Moselle. In three of them staff are the limit.",
    ),
    "one passes": (
        situation([place(), *CALM]), "passing",
        "Un département manquera probablement de lits de réanimation avant le 8 déc. : Moselle. Ce sont les soignants qui "
        "limitent.",
        "One département is more likely than not to run out of intensive care beds by 8 Dec: Moselle. Staff are the limit.",
    ),
    "six regions, feminine": (
        situation([place(f"R{n}", 0.9 - n / 100, binding="physical" if n < 4 else "staffed") for n in range(6)],
                  place_level="region"), "passing",
        "Six régions manqueront probablement de lits de réanimation avant le 8 déc. : R0, R1, R2, R3 et 2 autres. Dans quatre "
        "d’entre elles, c’est le nombre de lits lui-même qui limite.",
        "Six regions are more likely than not to run out of intensive care beds by 8 Dec: R0, R1, R2, R3 and 2 others. In four "
        "of them the number of beds itself is the limit.",
    ),
    "one region": (
        situation([place("Lazio", 0.6)], place_level="region"), "passing",
        "Une région manquera probablement de lits de réanimation avant le 8 déc. : Lazio. Ce sont les soignants qui limitent.",
        "One region is more likely than not to run out of intensive care beds by 8 Dec: Lazio. Staff are the limit.",
    ),
    "no majority of a limit": (
        situation([place("A", 0.9), place("B", 0.8, binding="equipped")]), "passing",
        "Deux départements manqueront probablement de lits de réanimation avant le 8 déc. : A et B.",
        "Two départements are more likely than not to run out of intensive care beds by 8 Dec: A and B.",
    ),
    "calm": (
        situation(CALM), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : "
        "Vosges, 31 %.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Vosges, 31%.",
    ),
    "calm and nearly nothing": (
        situation([place("Aube", 0.0)], place_level="region"), "calm",
        "Aucune région ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, < 1 %.",
        "No region is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, < 1%.",
    ),
    "exactly half is not more likely than not": (
        situation([place("Aube", 0.5)]), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, 50 %.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, 50%.",
    ),
    "others unknown": (
        situation([place("Aube", 0.2, others_known=False)]), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, 20 %. "
        "Seuls les patients de l’épidémie sont comptés : la tension réelle est plus forte.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, 20%. "
        "Only the patients of the epidemic are counted: the true strain is higher.",
    ),
    "silent, few and many": (
        situation([place("Aube", 0.2)], silent=["Aisne", "Nord"], expected=101), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, 20 %. "
        "Non reçu : Aisne et Nord.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, 20%. "
        "Not reported: Aisne and Nord.",
    ),
    "many silent": (
        situation([place("Aube", 0.2)], silent=["A", "B", "C", "D", "E"], expected=101), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, 20 %. "
        "96 départements sur 101 ont déclaré.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, 20%. "
        "96 of 101 départements have reported.",
    ),
    "stale": (
        situation([place()], today=DAY + dt.timedelta(days=12)), "stale",
        "Les chiffres s’arrêtent au 24 nov., il y a 12 jours. Un département manquera probablement de lits de "
        "réanimation avant "
        "le 8 déc. : Moselle. Ce sont les soignants qui limitent.",
        "Figures end on 24 Nov, 12 days ago. One département is more likely than not to run out of intensive care beds by "
        "8 Dec: Moselle. Staff are the limit.",
    ),
    "stale, one failed: the others are not up to date": (
        situation([place("Aube", 0.2), place("Lozère", None, status="failed")], today=DAY + dt.timedelta(days=12)), "stale",
        "Les chiffres s’arrêtent au 24 nov., il y a 12 jours. Aucun département ne manquera probablement de lits de "
        "réanimation "
        "avant le 8 déc. Chance la plus haute : Aube, 20 %. Prévision indisponible : Lozère.",
        "Figures end on 24 Nov, 12 days ago. No département is more likely than not to run out of intensive care beds "
        "by 8 Dec. "
        "The highest chance: Aube, 20%. No forecast for Lozère.",
    ),
    "one failed": (
        situation([place("Aube", 0.2), place("Lozère", None, status="failed")]), "calm",
        "Aucun département ne manquera probablement de lits de réanimation avant le 8 déc. Chance la plus haute : Aube, 20 %. "
        "Prévision indisponible : Lozère. Les autres sont à jour.",
        "No département is more likely than not to run out of intensive care beds by 8 Dec. The highest chance: Aube, 20%. "
        "No forecast for Lozère. The others are up to date.",
    ),
    "all failed, one reason": (
        situation([place(n, None, status="failed", status_reason="no admissions") for n in "AB"]), "failed",
        "Prévision indisponible pour les 2 départements : aucune admission déclarée.",
        "No forecast for any of the 2 départements: no admissions.",
    ),
    "all failed, several reasons": (
        situation([place("A", None, status="failed", status_reason="no admissions"),
                   place("B", None, status="failed", status_reason="no ICU census")]), "failed",
        "Prévision indisponible pour les 2 départements.",
        "No forecast for any of the 2 départements.",
    ),
    "beds not known": (
        situation([place("A", None, growing=0.9), place("B", None, growing=0.1)], place_level="region"), "calm",
        "Les lits ne sont pas connus : aucune chance d’en manquer ne peut être donnée. R dépasse 1 dans 1 région sur 2.",
        "Beds are not known: no chance of running out of them can be given. R is above 1 in 1 region of 2.",
    ),
    "nothing yet": (
        situation([], reference_date=None), "none",
        "Aucune prévision n’a encore été faite.", "No outlook has been made yet.",
    ),
    "nothing then": (
        situation([], reference_date=None, as_of=dt.date(2026, 1, 1)), "none",
        "Aucune prévision n’est connue au 1er janv. 2026.", "No outlook is known as of 1 Jan 2026.",
    ),
    "figures of another year": (
        situation([], reference_date=None, ended=dt.date(2023, 3, 31)), "none",
        "Les chiffres s’arrêtent au 31 mars 2023 : trop loin pour prévoir à partir d’aujourd’hui.",
        "The figures end on 31 Mar 2023: too long ago to look ahead from today.",
    ),
    "inside a larger region": (
        situation(FOUR, name="Grand-Est"), "passing",
        "Grand-Est : 4 départements sur 4 manqueront probablement de lits de réanimation avant le 8 déc. : Moselle, Bas-Rhin, "
        "Nord et Meurthe-et-Moselle. Dans trois d’entre eux, ce sont les soignants qui limitent.",
        "Grand-Est: 4 of 4 départements are more likely than not to run out of intensive care beds by 8 Dec: Moselle, "
        "Bas-Rhin, "
        "Nord and Meurthe-et-Moselle. In three of them staff are the limit.",
    ),
    "calm inside a larger region": (
        situation(CALM, name="Bretagne"), "calm",
        "Bretagne : aucun des 2 départements ne manquera probablement de lits de réanimation avant le 8 déc.",
        "Bretagne: none of the 2 départements is more likely than not to run out of intensive care beds by 8 Dec.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SITUATIONS)
def test_the_lede_of_a_situation(case):
    facts, kind, french, english = SITUATIONS[case]
    assert situation_kind(facts) == kind
    assert lede("fr", facts) == french
    assert lede("en", facts) == english


def test_facts_are_marked_and_names_do_not_break():
    said = situation_lede("fr", situation([place("Bas-Rhin", 0.6)]))
    assert [text for text, strong in said if strong] == ["Un département", "Bas\u2011Rhin"]
    assert "\u00a0:" in plain(said)


PLACES = {
    "chance": (
        place(first_day=dt.date(2026, 11, 27)),
        "Moselle : 78 % de chances de dépasser les lits de réanimation armés d’ici le 8 déc. (au plus tôt le 27 nov.). Comptés "
        "le 24 nov. : 38 patients pour 39 lits armés.",
        "Moselle: 78% chance of passing the staffed intensive care beds by 8 Dec (27 Nov at the earliest). Counted on 24 Nov: "
        "38 patients in 39 staffed beds.",
    ),
    "others unknown, one patient": (
        place(chance_14=0.999, present=1.0, beds=12.0, binding="physical", others_known=False),
        "Moselle : > 99 % de chances de dépasser les lits de réanimation d’ici le 8 déc. Compté le 24 nov. : 1 patient pour "
        "12 lits. Seuls les patients de l’épidémie sont comptés : la tension réelle est plus forte.",
        "Moselle: > 99% chance of passing the intensive care beds by 8 Dec. Counted on 24 Nov: 1 patient in 12 beds. Only the "
        "patients of the epidemic are counted: the true strain is higher.",
    ),
    "beds unknown: the peak with its interval": (
        place(chance_14=None, beds=None, binding=None),
        "Moselle : au plus 47 patients en réanimation sous 28 jours, entre 35 et 63 (90 %).",
        "Moselle: at most 47 patients in intensive care within 28 days, between 35 and 63 (90%).",
    ),
    "only R is known": (
        place(chance_14=None, beds=None, peak=(None, None, None)),
        "Moselle : R vaut 1,2, entre 1,0 et 1,6 (90 %).",
        "Moselle: R is 1.2, between 1.0 and 1.6 (90%).",
    ),
    "failed": (
        place(chance_14=None, status="failed", status_reason="only 9 days of ICU census, 57 needed; no ICU census today"),
        "Moselle : prévision indisponible. Raison : pas de compte des patients en réanimation ce jour.",
        "No forecast for Moselle: no ICU census today.",
    ),
    "doubtful": (
        place(status="doubtful", status_reason="negative admissions", present=None),
        "Moselle : 78 % de chances de dépasser les lits de réanimation armés d’ici le 8 déc. À prendre avec prudence : "
        "admissions négatives.",
        "Moselle: 78% chance of passing the staffed intensive care beds by 8 Dec. Doubtful: negative admissions.",
    ),
    "nothing": (
        None, "Moselle : ce qui est déclaré ne permet aucune prévision.",
        "Moselle: nothing can be foretold from what is reported.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_the_lede_of_a_place(case):
    facts, french, english = PLACES[case]
    said = {lang: plain(place_lede(lang, facts, name="Moselle", today=TODAY, stale_days=STALE_DAYS)) for lang in ("fr", "en")}
    assert plainly(said["fr"]) == french
    assert plainly(said["en"]) == english


ROWS = {
    "full but for one": (place(), "38 patients pour 39 lits armés, 97 % ; R 1,2 (1,0 – 1,6)",
                         "38 patients in 39 staffed beds, 97%; R 1.2 (1.0–1.6)"),
    "over already": (place(present=41.0), "Déjà 41 patients pour 39 lits armés ; R 1,2 (1,0 – 1,6)",
                     "41 patients for 39 staffed beds already; R 1.2 (1.0–1.6)"),
    "one short of full is not full": (place(present=199.0, beds=200.0, r=(None,) * 3, peak=(None,) * 3),
                                      "199 patients pour 200 lits armés, 99 %", "199 patients in 200 staffed beds, 99%"),
    "nobody in one bed": (place(present=0.0, beds=1.0, binding="physical", r=(None,) * 3),
                          "0 patient pour 1 lit, 0 % ; au plus 47 sous 28 jours (35 – 63)",
                          "0 patients in 1 bed, 0%; at most 47 within 28 days (35–63)"),
    "beds not known": (place(beds=None), "38 patients ; lits non connus ; R 1,2 (1,0 – 1,6)",
                       "38 patients; beds are not known; R 1.2 (1.0–1.6)"),
    "patients not known": (place(present=None), "Patients présents non reçus ; R 1,2 (1,0 – 1,6)",
                           "No figure of the patients present; R 1.2 (1.0–1.6)"),
    "failed": (place(status="failed", status_reason="hospital census jumps to 920 from about 74"),
               "Prévision indisponible : le compte des hospitalisés saute à 920 depuis environ 74",
               "No forecast: hospital census jumps to 920 from about 74"),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_the_reason_of_a_row(case):
    facts, french, english = ROWS[case]
    assert plainly(row_reason("fr", facts)) == french
    assert plainly(row_reason("en", facts)) == english


@pytest.mark.parametrize(
    ("share", "french", "english"),
    [(0.0, "< 1 %", "< 1%"), (0.004, "< 1 %", "< 1%"), (0.0099, "< 1 %", "< 1%"), (0.01, "1 %", "1%"), (0.5, "50 %", "50%"),
     (0.99, "99 %", "99%"), (0.995, "> 99 %", "> 99%"), (1.0, "> 99 %", "> 99%")],
)  # fmt: skip
def test_a_chance_is_never_certain(share, french, english):
    assert (plainly(chance("fr", share)), plainly(chance("en", share))) == (french, english)


@given(st.floats(0, 1))
def test_no_chance_reads_0_or_100(share):
    assert not re.match(r"(0|100)\D", chance("en", share))


@pytest.mark.parametrize(
    ("values", "low", "high", "whole", "expected"),
    [((390.0,), 340.0, 430.0, True, ("390",)), ((6512.0,), 6200.0, 6800.0, True, ("6,500",)),
     ((1.214,), 1.14, 1.29, False, ("1.21",)), ((1.24,), 0.96, 1.59, False, ("1.2",)), ((3.4,), 3.0, 4.2, True, ("3",)),
     ((5.0,), 5.0, 5.0, True, ("5",))],
)  # fmt: skip
def test_an_estimate_is_rounded_as_its_interval_deserves(values, low, high, whole, expected):
    assert estimates("en", *values, low=low, high=high, whole=whole) == expected


@pytest.mark.parametrize(
    ("lang", "n", "feminine", "word"),
    [("fr", 1, False, "un"), ("fr", 1, True, "une"), ("fr", 16, False, "seize"), ("fr", 21, False, "21"),
     ("en", 12, False, "twelve"), ("en", 13, False, "13")],
)  # fmt: skip
def test_numbers_are_words_while_they_are_short(lang, n, feminine, word):
    assert number_word(lang, n, feminine=feminine) == word


@pytest.mark.parametrize(
    ("found", "french"), [([], ""), (["A"], "A"), (["A", "B"], "A et B"), (list("ABCDE"), "A, B, C, D et 1 autre")]
)
def test_names_in_a_row(found, french):
    assert names("fr", found) == french


REASONS = {
    "only 32 days of hospital census, 57 needed": "données insuffisantes : 32 jours d’hospitalisés reçus, 57 nécessaires",
    "33% of the days without ICU census": "33 % des jours sans compte des patients en réanimation",
    "hospital census of 2 days ago taken for today's": "compte des hospitalisés d’il y a 2 j pris pour celui du jour",
    "3 hospitals have not reported beds lately: capacity is counted without":
        "3 hôpitaux n’ont pas déclaré leurs lits récemment : la capacité est comptée sans eux",
    "1 day set aside (first 2026-11-01): below zero": "1 j mis de côté (premier : 1er nov. 2026) : au-dessous de zéro",
    "2 days may be ten times too high (first 2026-11-02)": "2 j peut-être dix fois trop hauts (premier : 2 nov. 2026)",
    "no admission in 7 days, about 40 expected: silent?": "aucune admission en 7 jours, environ 40 attendues : silence ?",
    "the last week lies far above what the weeks before foretold (4.2 sd)":
        "la dernière semaine est loin au-dessus de ce que les précédentes annonçaient (4,2 écarts-types)",
    "something new": "something new",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize("told", REASONS)
def test_what_a_model_says_of_a_place_in_french(told):
    assert plainly(reason_of("fr", told)) == REASONS[told]
    assert reason_of("en", told) == told


def test_every_reason_is_told_and_the_gravest_first():
    told = "only 32 days of ICU census, 57 needed; hospital census jumps to 920 from about 74"
    assert plainly(reason_of("fr", told)).count(" ; ") == 1
    assert main_reason("en", told) == "hospital census jumps to 920 from about 74"
    assert main_reason("en", "only 32 days of ICU census, 57 needed") == "only 32 days of ICU census, 57 needed"
    assert main_reason("en", None) == ""


def test_both_languages_have_the_same_texts_with_the_same_blanks():
    assert sentences_en.TEXTS.keys() == sentences_fr.TEXTS.keys()
    assert sentences_en.PLACES.keys() == sentences_fr.PLACES.keys()
    words = {"places", "places_n", "places_of", "none", "them", "place"}
    for name, english in sentences_en.TEXTS.items():
        both = [set(re.findall(r"{(\w+)}", str(text))) - words for text in (english, sentences_fr.TEXTS[name])]
        assert both[0] == both[1], name


def test_a_sentence_ends_with_one_full_stop():
    assert plainly(say("en", "caption_counted", label="L", name="N", value="3", day="3 Dec.")) == "L, N: 3 on 3 Dec., counted."
    assert stretches("a *b* c") == [("a ", False), ("b", True), (" c", False)]
