"""The glossary as an answer."""

from __future__ import annotations

from belvedere.app.api.models import Model, Text


class GlossaryTerm(Model):
    """A term of the house and what it means. pages: where it is shown."""

    id: str
    term: Text
    definition: Text
    pages: list[str]


class Glossary(Model):
    """Every term, in the order of the house; who shows them sorts them."""

    terms: list[GlossaryTerm]
