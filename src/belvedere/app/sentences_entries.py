"""Why something was set aside, and what to do: rule -> (title, what to do), in French and English."""

from __future__ import annotations

Words = tuple[str, str]

_CODE = ("Corriger le code, ou l’ajouter au descriptif du flux.", "Correct the code, or add it to the feed's mapping.")
_FILE = (
    "Demander un fichier entier à la source ; le charger de nouveau.",
    "Ask the source for a whole file and load it again.",
)
_LAYOUT = (
    "Comparer le fichier au descriptif du flux ; changer le descriptif si la source a changé de forme.",
    "Compare the file with the feed's mapping; change the mapping if the source has changed its layout.",
)
_BOUND = (
    "Demander la valeur juste à la source. Si elle est exacte, l’écarter avec le motif.",
    "Ask the source for the right value. If it is exact, set it aside with the reason.",
)
_CELL = ("Demander la valeur à la source, ou vider la cellule.", "Ask the source for the value, or empty the cell.")

ENTRIES: dict[str, tuple[Words, Words]] = {
    "not-a-number": (("Ce n’est pas un nombre", _CELL[0]), ("Not a number", _CELL[1])),
    "not-a-whole-number": (("Ce n’est pas un nombre entier", _CELL[0]), ("Not a whole number", _CELL[1])),
    "negative-stock": (("Un stock négatif", _BOUND[0]), ("A negative stock", _BOUND[1])),
    "out-of-range": (("Hors des bornes", _BOUND[0]), ("Out of range", _BOUND[1])),
    "too-low": (("Trop bas", _BOUND[0]), ("Too low", _BOUND[1])),
    "too-high": (("Trop haut", _BOUND[0]), ("Too high", _BOUND[1])),
    "bad-date": (
        ("Date illisible", "Écrire la date dans la forme attendue."),
        ("Unreadable date", "Write the date in the form expected."),
    ),
    "bad-time": (
        ("Heure illisible", "Écrire l’heure dans la forme attendue."),
        ("Unreadable time", "Write the time in the form expected."),
    ),
    "not-yes-or-no": (("Ni oui ni non", _CELL[0]), ("Neither yes nor no", _CELL[1])),
    "unknown-code": (("Code inconnu", _CODE[0]), ("Unknown code", _CODE[1])),
    "unknown-place": (
        ("Lieu inconnu", "Corriger le code du lieu, ou ajouter le lieu au registre, puis réessayer."),
        ("Unknown place", "Correct the code of the place, or add the place to the register and try again."),
    ),
    "no-match": (("Forme inattendue", _CODE[0]), ("Unexpected form", _CODE[1])),
    "wrong-form": (("Forme inattendue", _CODE[0]), ("Unexpected form", _CODE[1])),
    "missing": (("Valeur manquante", _CELL[0].split(",")[0] + "."), ("Missing value", _CELL[1].split(",")[0] + ".")),
    "missing-value": (("Valeur manquante", _CELL[0].split(",")[0] + "."), ("Missing value", _CELL[1].split(",")[0] + ".")),
    "duplicate-key": (
        ("Deux lignes se contredisent", "Choisir la ligne juste ; écarter l’autre."),
        ("Two rows contradict each other", "Choose the right row; set the other aside."),
    ),
    "truncated": (("Ligne coupée", _FILE[0]), ("Row cut off", _FILE[1])),
    "wrong-number-of-fields": (("Nombre de colonnes inattendu", _LAYOUT[0]), ("Unexpected number of fields", _LAYOUT[1])),
    "broken-record": (("Ligne abîmée", _FILE[0]), ("Broken row", _FILE[1])),
    "wrong-encoding": (("Codage des caractères inattendu", _LAYOUT[0]), ("Unexpected character encoding", _LAYOUT[1])),
    "wrong-separator": (("Séparateur inattendu", _LAYOUT[0]), ("Unexpected separator", _LAYOUT[1])),
    "missing-column": (("Colonne absente", _LAYOUT[0]), ("Missing column", _LAYOUT[1])),
    "missing-header": (("En-tête absent", _LAYOUT[0]), ("Missing header", _LAYOUT[1])),
    "blank-header": (("Colonne sans nom", _LAYOUT[0]), ("Column without a name", _LAYOUT[1])),
    "duplicate-header": (("Nom de colonne en double", _LAYOUT[0]), ("Column name twice", _LAYOUT[1])),
    "nested-column": (("Colonne imbriquée", _LAYOUT[0]), ("Nested column", _LAYOUT[1])),
    "no-such-sheet": (("Feuille absente", _LAYOUT[0]), ("No such sheet", _LAYOUT[1])),
    "not-a-table": (("Ce n’est pas un tableau", _FILE[0]), ("Not a table", _FILE[1])),
    "empty-file": (("Fichier vide", _FILE[0]), ("Empty file", _FILE[1])),
    "damaged": (("Fichier abîmé", _FILE[0]), ("Damaged file", _FILE[1])),
    "nul-byte": (("Fichier abîmé", _FILE[0]), ("Damaged file", _FILE[1])),
    "encrypted": (("Fichier protégé par un mot de passe", _FILE[0]), ("File protected by a password", _FILE[1])),
    "too-large": (("Fichier trop grand", _FILE[0]), ("File too large", _FILE[1])),
    "unpacks-too-large": (("Fichier trop grand une fois ouvert", _FILE[0]), ("File too large once unpacked", _FILE[1])),
    "line-too-long": (("Ligne trop longue", _FILE[0]), ("Line too long", _FILE[1])),
    "formula-error": (("Erreur de formule", _CELL[0]), ("Formula error", _CELL[1])),
    "withdraws-too-much": (
        ("Fichier probablement coupé", "Vérifier auprès de la source ; si le retrait est voulu, charger en l’acceptant."),
        ("File probably cut off", "Check with the source; if the withdrawal is meant, load it and accept that."),
    ),
    "older-than-held": (
        ("Plus ancien que ce qui est chargé", "Charger les fichiers dans leur ordre."),
        ("Older than what is held", "Load the files in their order."),
    ),
}
_ANY = (
    ("Règle non tenue", "Voir ce qui était attendu ; corriger la cellule ou écarter la ligne."),
    ("Rule not kept", "See what was expected; correct the cell or set the row aside."),
)


def entry_words(lang: str, rule: str) -> Words:
    """Title and advice; for a rule between columns of a table, the general ones."""
    return ENTRIES.get(rule, _ANY)[0 if lang == "fr" else 1]
