"""One word for one thing: the glossary is whole, and both word books keep to it."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from belvedere.app import sentences_en, sentences_fr
from belvedere.app.glossary import Term, glossary
from tests.project.repository import REPOSITORY

SENTENCES = {"fr": sentences_fr.TEXTS, "en": sentences_en.TEXTS}


def web_book(lang: str) -> dict[str, str]:
    """The texts of the pages by key, as the source has them: a string, or the body of a function."""
    source = (REPOSITORY / "web" / "src" / "text" / f"{lang}.ts").read_text(encoding="utf-8")
    return dict(re.findall(r"^  (\w+): (.+),$", source, flags=re.MULTILINE))


BOOKS = {lang: {"sentences": SENTENCES[lang], "web": web_book(lang)} for lang in ("fr", "en")}


def forms(text: object) -> str:
    """All forms of a text, apostrophes and blanks made plain."""
    whole = " ".join(text) if isinstance(text, tuple) else str(text)
    return whole.replace("’", "'").replace("\\u00a0", " ").replace("\u00a0", " ").lower()


def test_the_glossary_is_whole():
    terms = glossary()
    assert len(terms) >= 40 and len({term.id for term in terms}) == len(terms)
    for term in terms:
        assert all(getattr(term, field.name) for field in fields(Term) if field.name not in ("used", "never_fr", "never_en")), (
            term
        )
        assert term.definition_fr.endswith((".", ")")) and term.definition_en.endswith((".", ")"))
    for lang in ("fr", "en"):
        assert len({getattr(term, lang) for term in terms}) == len(terms)


@pytest.mark.parametrize("term", [term for term in glossary() if term.used], ids=lambda term: term.id)
def test_texts_say_the_term_of_the_glossary(term):
    for name in term.used:
        book, key = name.split(".")
        for lang in ("fr", "en"):
            said, wanted = forms(BOOKS[lang][book][key]), forms(getattr(term, lang))
            assert all(re.search(rf"\b{re.escape(word[:-1] if len(word) > 4 else word)}", said) for word in wanted.split()), (
                f"{name} ({lang}): {said!r} does not say {wanted!r}"
            )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_text_uses_another_word_for_a_term(lang):
    every = [*SENTENCES[lang].values(), *BOOKS[lang]["web"].values()]
    never = [word for term in glossary() for word in getattr(term, f"never_{lang}")]
    assert never
    for word in never:
        assert not [text for text in every if re.search(rf"\b{re.escape(word)}", forms(text))], word


@pytest.mark.parametrize("page", sorted((REPOSITORY / "web" / "src").rglob("*.tsx")), ids=lambda path: path.name)
def test_terms_marked_on_the_pages_are_in_the_glossary(page):
    source = page.read_text(encoding="utf-8")
    marked = set(re.findall(r'<Term id="(\w+)"', source))
    assert marked <= {term.id for term in glossary()}
