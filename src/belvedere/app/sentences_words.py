"""Words for the sentences of the pages: texts by name, chances, numbers as their interval deserves, names, days, reasons."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence

from belvedere.app import formats, sentences_en, sentences_fr

LANGUAGES = {"fr": sentences_fr, "en": sentences_en}
NAMES_SHOWN = 4
NO_BREAK_HYPHEN = "\u2011"

DOUBTS = (
    r"only \d+ days|.* of the days without|.* of the last \d+ days are|negative admissions|.* days? ago taken for|"
    r"patients with other conditions|.* not reported beds lately|.* days? set aside|.* may be ten times|the newest complete day"
)
"""Reasons that by themselves make an outlook doubtful, seldom worse."""

Stretch = tuple[str, bool]


def both(make: Callable[[str], str]) -> dict[str, str]:
    """The same text in both languages."""
    return {lang: make(lang) for lang in LANGUAGES}


def say(lang: str, name: str, n: float | None = None, /, **values: object) -> str:
    """A text by name, singular or plural by n. French counts 0 and 1 as singular, English only 1."""
    return typeset(lang, fill(lang, LANGUAGES[lang].TEXTS[name], n, **values))


def fill(lang: str, text: str | tuple[str, str], n: float | None = None, /, **values: object) -> str:
    """A text, singular or plural by n, with its values; numbers as the language writes them."""
    if isinstance(text, tuple):
        text = text[_many(lang, n)]
    shown = {k: formats.number(lang, v) if isinstance(v, (int, float)) else v for k, v in values.items()}
    return text.format(**shown, **({} if n is None else {"n": formats.number(lang, n)}))


def _many(lang: str, n: float | None) -> bool:
    return n is not None and (abs(n) >= 2 if lang == "fr" else n != 1)


def typeset(lang: str, text: str) -> str:
    """One full stop after an abbreviation that ends a sentence; French blanks before : ; ? % stay on their line."""
    text = re.sub(r"\.(\*?)\.(?!\.)", r".\1", text)
    if lang != "fr":
        return text
    return re.sub(rf"[ {formats.NO_BREAK}]([:;?!%])", rf"{formats.NO_BREAK}\1", text)


def chance(lang: str, share: float) -> str:
    """A chance in whole per cent; below 1 and above 99 it says so."""
    blank = formats.NO_BREAK
    percent = f"{blank}%" if lang == "fr" else "%"
    if share < 0.01:
        return f"<{blank}1{percent}"
    return f">{blank}99{percent}" if share > 0.99 else f"{round(100 * share)}{percent}"


def rounded(value: float, low: float | None, high: float | None) -> float:
    """An estimate as its 90 % interval deserves: to the power of ten below half the width of the 50 % interval."""
    step = _step(low, high)
    return value if step is None else round(value / step) * step


def _step(low: float | None, high: float | None) -> float | None:
    if low is None or high is None or high <= low:
        return None
    half = (high - low) * 0.41 / 2  # the 50 % interval of a bell is 0.41 of the 90 % one
    return 10.0 ** math.floor(math.log10(half))


def estimates(lang: str, *values: float, low: float, high: float, whole: bool = True) -> tuple[str, ...]:
    """Numbers written to the digits that the interval from low to high deserves; whole: persons, never parts of one."""
    step = _step(low, high) or 1.0
    step = max(step, 1.0) if whole else step
    digits = max(0, -math.floor(math.log10(step)))
    return tuple(formats.number(lang, round(value / step) * step, digits) for value in values)


def number_word(lang: str, n: int, *, feminine: bool = False, capital: bool = False) -> str:
    """Four, quatre; digits from where words grow long."""
    words = LANGUAGES[lang].NUMBERS
    if not 0 <= n < len(words):
        return formats.number(lang, n)
    word = "une" if lang == "fr" and n == 1 and feminine else words[n]
    return word.capitalize() if capital else word


def places_word(lang: str, level: str, n: float) -> str:
    """département or départements."""
    return LANGUAGES[lang].PLACES.get(level, LANGUAGES[lang].PLACES["place"])[_many(lang, n)]


def feminine(lang: str, level: str) -> bool:
    return level in LANGUAGES[lang].FEMININE


def unbroken(name: str) -> str:
    """A name whose hyphens do not break."""
    return name.replace("-", NO_BREAK_HYPHEN)


def names(lang: str, found: Sequence[str], shown: int = NAMES_SHOWN) -> str:
    """Moselle, Nord and Vosges; Moselle, Nord and 3 others. Hyphens of names do not break."""
    kept = [unbroken(name) for name in found]
    if len(kept) > shown:
        return say(lang, "and_more", len(kept) - shown, names=", ".join(kept[:shown]))
    return ", ".join(kept) if len(kept) < 2 else say(lang, "and", first=", ".join(kept[:-1]), last=kept[-1])


def day(lang: str, date: dt.date, today: dt.date | None = None) -> str:
    """8 Dec, 1er déc.; with its year when that is not today's."""
    return formats.date(lang, date, year=today is not None and abs((date - today).days) > 180)


def reason_of(lang: str, text: str | None) -> str:
    """What a model said of a place, in the language; what has no pattern stays as it was said."""
    parts = [part for part in re.split(r"; ", text or "") if part]
    return f"{formats.NO_BREAK if lang == 'fr' else ''}; ".join(_one_reason(lang, part) for part in parts)


def main_reason(lang: str, text: str | None) -> str:
    """The gravest of the reasons, for a sentence: one that only makes doubtful gives way to one that fails."""
    parts = [part for part in re.split(r"; ", text or "") if part]
    grave = [part for part in parts if not re.match(DOUBTS, part)]
    return _one_reason(lang, (grave or parts)[0]) if parts else ""


def _one_reason(lang: str, text: str) -> str:
    if lang == "en":
        return text
    for pattern, told in sentences_fr.REASONS:
        if found := re.fullmatch(pattern, text):
            return typeset(lang, told.format(*(_french_cell(group) for group in found.groups())))
    return text


def _french_cell(text: str) -> str:
    """A number, share or day inside a model's English, as French writes it."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return formats.date("fr", dt.date.fromisoformat(text))
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return formats.number("fr", float(text))
    return re.sub(r"(\d)%$", rf"\1{formats.NO_BREAK}%", text)


def stretches(text: str) -> list[Stretch]:
    """`*…*` as marked stretches; the text without marks is the sentence."""
    return [(part, i % 2 == 1) for i, part in enumerate(text.split("*")) if part]


def plain(found: Sequence[Stretch]) -> str:
    """The sentence without marks."""
    return "".join(text for text, _ in found)
