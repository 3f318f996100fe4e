"""Les règles de santé en français : règle -> (titre, sens, que faire, phrase). L'anglais est dans `health.RULES`."""

from __future__ import annotations

RULES_FR: dict[str, tuple[str, str, str, str]] = {
    "missing_dates": (
        "Jours manquants",
        "Aucun des lieux habituels n’a de chiffre ces jours-là ; ou des versions du flux manquent.",
        "Demander à la source si le jour n’a jamais été publié ; charger le fichier s’il existe. Ne pas combler.",
        "{feed} : {n} jour(s) sans chiffres, du {first_date} au {last_date}.",
    ),
    "starts_late": (
        "L’indicateur commence après son flux",
        "La source a publié cet indicateur après les autres.",
        "Rien à corriger : ne comparer que les jours où il existe.",
        "{indicator} commence {n} jours après le reste de {feed}.",
    ),
    "ends_early": (
        "L’indicateur finit avant son flux",
        "La source a cessé de publier cet indicateur, les autres continuent.",
        "Chercher un successeur ; dire sur chaque écran qu’il a pris fin.",
        "{indicator} a pris fin {n} jours avant le reste de {feed}.",
    ),
    "stopped_reporting": (
        "Un lieu ne déclare plus",
        "Ce lieu n’a rien envoyé depuis plus longtemps que la fenêtre de complétude, les autres continuent.",
        "Appeler le lieu. S’il a fermé ou fusionné, clore sa validité au registre des lieux.",
        "{place} n’a plus envoyé {indicator} depuis {first_date} ({n} jours).",
    ),
    "zero_throughout": (
        "Zéro tous les jours",
        "Tous les chiffres de ce lieu sont nuls quand la plupart en déclarent : il ne participe peut-être pas.",
        "Demander si le lieu participe ; sinon, lire ses zéros comme non reçus.",
        "{place} : {indicator} vaut zéro les {n} jours.",
    ),
    "unknown_code": (
        "Code inconnu ou vide",
        "Des lignes portent un code qu’aucune liste ne connaît, ou aucun ; elles ne sont pas chargées.",
        "Ajouter le code au descriptif ou au registre des lieux, puis recharger la quarantaine.",
        "{feed} : {n} ligne(s) au code inconnu ou vide.",
    ),
    "duplicate_key": (
        "Deux fois la même clé",
        "Une version donne deux valeurs différentes pour le même lieu, jour et indicateur.",
        "Trouver la ligne voulue ; souvent une colonne qui les distingue n’est pas décrite.",
        "{feed} : {n} clé(s) de {indicator} à deux valeurs, la première {found} et {expected}.",
    ),
    "feeds_disagree": (
        "Deux flux se contredisent",
        "Deux sources donnent des chiffres différents pour la même chose.",
        "Comparer les définitions (heure du compte, confirmé ou suspect) ; en choisir une pour les écrans et noter pourquoi.",
        "{place} : {indicator} de {feed} diffère d’un autre flux sur {n} jour(s), au plus {found} contre {expected}.",
    ),
    "future_date": (
        "Jour dans le futur",
        "Un chiffre est daté après aujourd’hui.",
        "Souvent jour et mois échangés, ou une faute dans l’année : corriger à la source.",
        "{place} : {indicator} est daté du {first_date}, qui n’est pas venu.",
    ),
    "early_date": (
        "Jour antérieur au flux",
        "Un chiffre est daté d’avant que le flux puisse en avoir.",
        "Vérifier l’année et le format de date du descriptif.",
        "{place} : {indicator} est daté du {first_date}, avant le début du flux.",
    ),
    "negative_count": (
        "Compte négatif",
        "Le compte d’un jour est sous zéro : des jours passés corrigés en un seul ; un stock sous zéro est une erreur.",
        "Le garder (les sommes restent justes) ; ne pas lire ce jour seul.",
        "{place} : {indicator} vaut {found} le {first_date}.",
    ),
    "falling_cumulative": (
        "Un total cumulé baisse",
        "Un total depuis le début est plus bas qu’avant : des chiffres passés ont été corrigés vers le bas.",
        "Prendre les comptes du jour là où un flux les donne ; chercher la note du producteur.",
        "{place} : {indicator} tombe à {found}, de {expected}, le {first_date}.",
    ),
    "cumulative_against_flow": (
        "Total cumulé et compte du jour diffèrent",
        "Le total a crû d’un autre nombre que le compte du jour : des cas tardifs ne sont inscrits que dans l’un.",
        "Décider lequel des deux les écrans utilisent ; ne pas les mêler.",
        "{place} : {indicator} vaut {found}, la veille plus le compte du jour font {expected} ({n} jour(s)).",
    ),
    "stock_flow_day": (
        "Le stock ne suit pas des entrées et sorties",
        "Le nombre de présents a changé d’un autre nombre que les entrées moins les sorties du jour.",
        "Chercher une correction tardive, des transferts, un lieu arrivé ou parti.",
        "{place} : {indicator} vaut {found} le pire jour, entrées et sorties disent {expected} ({n} jour(s)).",
    ),
    "stock_flow_drift": (
        "Le stock dérive des entrées et sorties",
        "De petites différences s’ajoutent en quelques semaines : des sorties ou transferts que personne ne compte.",
        "Ne jamais reconstruire le stock par les seuls flux ; prendre le stock publié.",
        "{place} : après quatre semaines, {indicator} vaut {found} là où les flux font {expected}.",
    ),
    "part_above_whole": (
        "La partie dépasse le tout",
        "Une partie est plus grande que ce dont elle fait partie.",
        "Vérifier des colonnes échangées, ou deux définitions des mêmes personnes.",
        "{place} : {indicator} vaut {found}, plus que {expected}.",
    ),
    "sum_of_parts": (
        "Les parties ne font pas le total",
        "Niveaux de soins, sexes ou lieux ne s’additionnent pas au total publié.",
        "Chercher des parties non reçues (manquant n’est pas zéro) et des personnes de sexe ou lieu inconnu.",
        "{place} : {indicator} vaut {found}, ses parties font {expected} ({n} jour(s)).",
    ),
    "swapped_columns": (
        "Colonnes échangées",
        "Certains jours, deux colonnes poursuivent là où l’autre s’était arrêtée.",
        "Le dire à la source ; charger une version corrigée ; d’ici là, écarter ces jours des écrans.",
        "{place} : {indicator} semble échangé avec une autre colonne du {first_date} au {last_date}.",
    ),
    "decimal_slip": (
        "Facteur dix ou cent",
        "La valeur est environ 10 ou 100 fois, ou le dixième ou centième de, ce que disent ses voisines.",
        "Vérifier les signes de décimale et de milliers du descriptif, puis le chiffre de la source.",
        "{place} : {indicator} vaut {found} le {first_date}, ses voisines disent {expected}.",
    ),
    "jump": (
        "Saut",
        "La valeur est loin de ses voisines, au-delà du bruit et de la semaine : saisie en bloc, ou jour non reçu.",
        "Chercher la note du producteur ; si c’est un bloc de saisies tardives, lisser avec soin.",
        "{place} : {indicator} vaut {found} le {first_date}, ses voisines disent {expected}.",
    ),
    "sudden_zero": (
        "Zéro à côté de grands chiffres",
        "Un stock ou une somme mobile vaut zéro à côté de grands chiffres : il n’a pas été déclaré, et zéro a été écrit.",
        "Lire ces zéros comme non reçus, ou charger une version qui a les chiffres.",
        "{place} : {indicator} vaut zéro du {first_date} au {last_date}, à côté de {expected}.",
    ),
    "step": (
        "Le niveau change en une nuit",
        "Le nombre de présents change de niveau d’un jour à l’autre et y reste.",
        "Chercher une définition changée, un hôpital arrivé ou parti.",
        "{place} : {indicator} passe de {expected} à {found} le {first_date}.",
    ),
    "flat": (
        "Toujours le même chiffre",
        "Un grand chiffre se répète plus longtemps que le hasard ne le permet : le formulaire de la veille a été renvoyé.",
        "Demander au lieu s’il a compté ces jours-là.",
        "{place} : {indicator} reste à {found} du {first_date} au {last_date}.",
    ),
    "weekday_change": (
        "Le rythme de la semaine change",
        "Un jour de semaine commence ou cesse d’être déclaré comme les autres.",
        "Comparer des semaines entières ; prévenir ceux qui lisent des chiffres quotidiens.",
        "{feed} : dès le {first_date}, un jour de semaine de {indicator} passe de {expected} à {found} fois la moyenne.",
    ),
    "recent_incomplete": (
        "Derniers jours encore incomplets",
        "Les derniers jours sont incomplets : les déclarations arrivent tard.",
        "Ne pas y lire une baisse ; prendre l’estimation du présent, ou le dernier jour complet.",
        "{indicator} de {feed} : les jours du {first_date} au {last_date} ne sont pas complets.",
    ),
    "occupied_above_total": (
        "Plus de lits occupés qu’il n’y en a",
        "Les lits occupés dépassent le total : débordement réel, ou total mis à jour trop tard.",
        "Appeler le lieu : le total est-il à jour, des patients sont-ils dans des lits non comptés ?",
        "{place} : {indicator} vaut {found}, sur {expected} en tout ({n} jour(s)).",
    ),
    "negative_free": (
        "Moins que zéro lit libre",
        "Les lits libres sont sous zéro : la source soustrait les occupés d’un total périmé.",
        "Comme pour plus de lits occupés qu’il n’y en a.",
        "{place} : {indicator} vaut {found} ({n} jour(s)).",
    ),
}
