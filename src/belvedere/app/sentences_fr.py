"""Les phrases des pages, en français. Un couple est (singulier, pluriel). `*…*` marque un fait, écrit en gras."""

from __future__ import annotations

NUMBERS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize",
)  # fmt: skip

PLACES: dict[str, tuple[str, str]] = {
    "department": ("département", "départements"),
    "region": ("région", "régions"),
    "state": ("État", "États"),
    "province": ("province", "provinces"),
    "territory": ("territoire", "territoires"),
    "place": ("lieu", "lieux"),
}
FEMININE = frozenset({"region", "province"})

TEXTS: dict[str, str | tuple[str, str]] = {
    "and": "{first} et {last}",
    "and_more": ("{names} et {n} autre", "{names} et {n} autres"),
    # la situation
    "passing": (
        "*{count} {places}* manquera probablement de {beds} avant le {day} : *{names}*.",
        "*{count} {places}* manqueront probablement de {beds} avant le {day} : *{names}*.",
    ),
    "calm": "{none} {place} ne manquera probablement de {beds} avant le {day}.",
    "most_exposed": "Chance la plus haute : {name}, *{chance}*.",
    "no_chances": "Les lits ne sont pas connus : aucune chance d’en manquer ne peut être donnée.",
    "no_icu": "Ce qui est déclaré ne permet pas de prévoir la réanimation.",
    "growing": ("R dépasse 1 dans *{n} {places}* sur {of}.", "R dépasse 1 dans *{n} {places}* sur {of}."),
    "limit_all_staffed": "Ce sont les soignants qui limitent.",
    "limit_all_equipped": "Ce sont les lits équipés qui limitent.",
    "limit_all_physical": "C’est le nombre de lits lui-même qui limite.",
    "limit_some_staffed": "Dans {count} d’entre {them}, ce sont les soignants qui limitent.",
    "limit_some_equipped": "Dans {count} d’entre {them}, ce sont les lits équipés qui limitent.",
    "limit_some_physical": "Dans {count} d’entre {them}, c’est le nombre de lits lui-même qui limite.",
    "others_unknown": "Seuls les patients de l’épidémie sont comptés : la tension réelle est plus forte.",
    "not_reported": "Non reçu : {names}.",
    "reported": ("{n} {places_n} sur {of} a déclaré.", "{n} {places_n} sur {of} ont déclaré."),
    "stale": ("*Les chiffres s’arrêtent au {day}, il y a {n} jour.*", "*Les chiffres s’arrêtent au {day}, il y a {n} jours.*"),
    "failed_some": "Prévision indisponible : {names}.",
    "failed_many": "Prévision indisponible pour {n} {places}.",
    "failed_rest": "Les autres sont à jour.",
    "failed_all": "*Prévision indisponible pour les {n} {places}* : {reason}.",
    "failed_all_mixed": "*Prévision indisponible pour les {n} {places}.*",
    "none": "Aucune prévision n’a encore été faite.",
    "none_ended": "*Les chiffres s’arrêtent au {day} :* trop loin pour prévoir à partir d’aujourd’hui.",
    "none_then": "Aucune prévision n’est connue au {day}.",
    # un lieu
    "place_chance": "{name} : *{chance}* de chances de dépasser les {beds} d’ici le {day}{earliest}.",
    "earliest": " (au plus tôt le {day})",
    "place_now": (
        "Compté le {day} : *{present}* patient pour {beds} {kind}.",
        "Comptés le {day} : *{present}* patients pour {beds} {kind}.",
    ),
    "place_peak": "{name} : au plus *{peak}* patients en réanimation sous 28 jours, entre {low} et {high} (90 %).",
    "place_peak_ward": "{name} : au plus *{peak}* patients hors réanimation sous 28 jours, entre {low} et {high} (90 %).",
    "place_rising": "{name} : R vaut *{r}*, entre {low} et {high} (90 %).",
    "place_failed": "*{name} : prévision indisponible*. Raison : {reason}.",
    "place_nothing": "{name} : ce qui est déclaré ne permet aucune prévision.",
    "place_doubtful": "À prendre avec prudence : {reason}.",
    "sum_passing": (
        "{name} : *{n} {places} sur {of}* manquera probablement de {beds} avant le {day} : *{names}*.",
        "{name} : *{n} {places} sur {of}* manqueront probablement de {beds} avant le {day} : *{names}*.",
    ),
    "sum_calm": "{name} : {none} des {of} {places} ne manquera probablement de {beds} avant le {day}.",
    # une ligne de la liste de veille
    "row_over": ("Déjà {present} patient pour {beds} {kind}", "Déjà {present} patients pour {beds} {kind}"),
    "row_occupancy": ("{present} patient pour {beds} {kind}, {share}", "{present} patients pour {beds} {kind}, {share}"),
    "row_no_beds": ("{present} patient ; lits non connus", "{present} patients ; lits non connus"),
    "row_r": "R {r} ({low} – {high})",
    "row_rising": "au plus {peak} sous 28 jours ({low} – {high})",
    "row_failed": "Prévision indisponible : {reason}",
    "row_unknown": "Patients présents non reçus",
    # les noms des choses
    "beds_icu": "lits de réanimation",
    "beds_ward": "lits hors réanimation",
    "beds_all": "lits",
    "beds_staffed_icu": "lits de réanimation armés",
    "beds_equipped_icu": "lits de réanimation équipés",
    "beds_physical_icu": "lits de réanimation",
    "beds_staffed_ward": "lits armés hors réanimation",
    "beds_equipped_ward": "lits équipés hors réanimation",
    "beds_physical_ward": "lits hors réanimation",
    "kind_staffed": ("lit armé", "lits armés"),
    "kind_equipped": ("lit équipé", "lits équipés"),
    "kind_physical": ("lit", "lits"),
    "kind_": ("lit", "lits"),
    # figures et graphiques
    "counted": "compté, pas estimé",
    "counted_of": "compté ; {of} {kind}",
    "counted_all": "compté ; avec tous les autres {everyone} pour {of} {kind}",
    "between": "entre {low} et {high}, 90 %",
    "expected_number": "{expected} attendus en moyenne",
    "no_interval": "sans intervalle : trop peu est connu",
    "admissions_7d": "Admissions, 7 jours",
    "hospital_census": "Hospitalisés",
    "ward_census": "Hors réanimation",
    "icu_census": "En réanimation",
    "hospital_admissions": "Admissions par jour",
    "icu_admissions": "Entrées en réanimation par jour",
    "reproduction_number": "Nombre de reproduction R",
    "places_passing_icu": "{places} qui manqueront probablement de lits de réanimation sous 14 jours",
    "caption_counted": "{label}, {name} : {value} le {day}, compté.",
    "caption_estimated": "{label}, {name} : {value} le {day}, entre {low} et {high} (90 %).",
    "caption_none": "{label}, {name} : rien n’est déclaré.",
    "caption_ahead": "Attendu le {day} : {value}, entre {low} et {high} (90 %).",
    "caption_beds": "Lits : {beds}.",
    # ce que valaient les prévisions
    "score_14": "À 14 jours, {share} des valeurs observées sont tombées dans l’intervalle à 90 %.",
    "score_few": (
        "Trop peu de prévisions passées pour en juger : {n} jour, il en faut {needed}.",
        "Trop peu de prévisions passées pour en juger : {n} jours, il en faut {needed}.",
    ),
    "score_none": "Aucune prévision passée de ce lieu n’est conservée.",
    "score_no_truth": "Les prévisions passées ne peuvent pas encore être jugées : rien de ce qu’elles annonçaient n’est venu.",
    "by_day_no_outlook": "Pas de prévision pour ce lieu.",
    "by_day_no_beds": "Les lits ne sont pas connus.",
    "by_day_others": "Les autres patients comptent dans les lits ; leurs futurs ne sont pas conservés par jour avec ce calcul.",
    # scénarios
    "what_if_peak": "Avec « {title} », le jour le plus haut des {days} prochains jours s’écarte de la trajectoire actuelle de "
    "{value} (de {low} à {high}, 90 %).",
    "what_if_total": "Avec « {title} », la somme des {days} prochains jours s’écarte de la trajectoire actuelle de {value} "
    "(de {low} à {high}, 90 %).",
    "what_if_untried": "*{name}* : aucune prévision n’a encore été calculée avec « {title} ».",
    "what_if_same": "« {title} » ne change rien ici dans les {days} prochains jours.",
    "what_if_not_alike": "« {title} » et la trajectoire actuelle n’ont pas été tirées sur les mêmes futurs, ou pas des mêmes "
    "chiffres : l’écart n’est pas donné. Recalculez le scénario.",
    "what_if_no_current": "Aucune prévision sans scénario à laquelle comparer « {title} ».",
    "what_if_no_samples": "L’écart avec la trajectoire actuelle n’est pas connu ici.",
    "per_100k_unit": " pour 100 000 habitants",
    "per_100k_missing": "La population de {name} n’est pas connue : les effectifs sont affichés.",
    "per_100k_no_line": "La population de {name} n’est pas connue : pas de taux.",
    # ce qui a changé
    "since_yesterday": "Depuis hier",
    "since_day": "Depuis le {day}",
    "changes_none": "Rien n’a changé {since}.",
    "changes_nothing_then": "Rien n’était connu le {day} : il n’y a rien à comparer.",
    "cause_world": "situation",
    "cause_data": "chiffres",
    "cause_method": "méthode",
    "cause_work": "travail",
    "change_code": (
        "Le programme a changé entre les deux prévisions ({before}, maintenant {after}) : "
        "des chances ont pu varier de ce seul fait."
    ),
    "change_settings": ("Un nombre de la méthode a changé : {ids}.", "*{n} nombres* de la méthode ont changé : {ids}."),
    "change_source": "{indicator} : lu désormais dans {after}, et non plus dans {before}.",
    "change_passing": "{place} : *{now}* (contre {was}) de chances de manquer de {level} sous 14 jours.",
    "change_relieved": "{place} : *{now}* (et non plus {was}) de chances de manquer de {level} sous 14 jours.",
    "change_moved": "{place} : *{now}* (contre {was}) de chances de manquer de {level} sous 14 jours.",
    "change_stopped": ("Dernier jour non reçu : {names}.", "Dernier jour non reçu de *{n} lieux* : {names}."),
    "change_came": ("Déclare de nouveau : {names}.", "*{n} lieux* déclarent de nouveau : {names}."),
    "change_failed": (
        "Prévision désormais indisponible : {names}.",
        "Prévision désormais indisponible pour *{n} lieux* : {names}.",
    ),
    "change_restored": (
        "Prévision de nouveau disponible : {names}.",
        "Prévision de nouveau disponible pour *{n} lieux* : {names}.",
    ),
    "change_corrected": (
        "{indicator} : {was} corrigé en *{now}*, {place}, {day}.",
        "{indicator} : *{n} chiffres passés* corrigés dans {places} ; surtout {place}, {day} : {was}, maintenant *{now}*.",
    ),
    "change_withdrawn": (
        "{indicator} : un chiffre passé a été retiré : {place}, {day}, {was}.",
        "{indicator} : *{n} chiffres passés* de {places} ont été retirés ; le plus grand : {place}, {day}, {was}.",
    ),
    "change_caught_up": "{title} n’est plus en retard.",
    "change_figures": "{indicator} : *{now}* le {day}, {was} le {before}, dans les lieux connus aux deux jours.",
    "change_run": "Une nouvelle prévision a été faite, sur les chiffres jusqu’au {day}.",
    "change_run_scenario": "Une prévision a été faite sous le scénario « {title} », sur les chiffres jusqu’au {day}.",
    "change_scenario": "{author} : scénario « {title} », {state}.",
    "scenario_draft": "brouillon",
    "scenario_kept": "conservé",
    "scenario_promoted": "promu",
    "scenario_expired": "expiré",
    # de quoi une somme est faite
    "sum_short": ("{n} {places_n} sur {of}", "{n} {places_n} sur {of}"),
    "sum_patients": "patients",
    "sum_admissions": "admissions",
    "sum_others": " Tous les patients ne sont additionnés que si chaque lieu peut être prévu.",
    "sum_whole": "Somme de {short}.",
    "sum_carried": (
        "{short} ont leur propre prévision et portent {share} des {what}. La somme compte {names} selon sa part des autres, "
        "autant que cette part a varié par le passé : l’intervalle en est plus large.",
        "{short} ont leur propre prévision et portent {share} des {what}. La somme compte {names} selon leur part des autres, "
        "autant que cette part a varié par le passé : l’intervalle en est plus large.",
    ),
    "sum_r": "Estimé sur {short}, avec {share} des {what} : sans {names}.",
    "sum_none": "Pas de somme : {short} ont une prévision, avec {share} des {what}. Manquent : {names}.{everyone}",
    "sum_none_r": "Pas de R d’ensemble : les comptes de {short} sont crédibles, avec {share} des {what}.",
    # ce qu’un calcul dit de lui-même
    "note_led_by": "Mené par « {indicator} » du flux {feed} jusqu’au {last_day}.",
    "note_dates_assumed": (
        "Pour certains chiffres, la date où ils furent connus est supposée d’après le délai habituel de leur source : "
        "leurs corrections ultérieures ne se voient pas aux jours passés."
    ),
    "note_no_lag": "Aucune version passée des chiffres meneurs n’est conservée : leurs derniers jours sont pris pour complets.",
    "note_lag": "Délai de déclaration appris des versions passées : connu à {shares}.",
    "note_share_after": "{share} après {n} j",
    "note_not_made": "Pas de prévision de « {indicator} » : admissions et présents des mêmes lieux ne sont pas connus.",
    "note_wards_alone": "Hors réanimation, la prévision part des seuls présents : qui y entre n’est pas publié.",
    "note_others_unknown": (
        "Les autres patients ne sont pas connus ({level}) : les lits sont comparés aux seuls patients de l’épidémie."
    ),
    "note_no_beds": (
        "Le nombre de lits n’est connu pour aucun lieu ({level}) : aucune chance d’en manquer ne peut être donnée. "
        "Saisissez-le dans un petit fichier : belvedere mapping show own-beds."
    ),
    "note_numbers_set": "Nombres fixés ici à la place de ceux livrés : {changes}.",
    "note_number_set": "{id} {value} au lieu de {was}",
    "note_hospitals_silent": (
        "{n} hôpital n’a pas déclaré ses lits récemment : la capacité est comptée sans lui.",
        "{n} hôpitaux n’ont pas déclaré leurs lits récemment : la capacité est comptée sans eux.",
    ),
    "note_learnt_growth": (
        "Appris : tous les lieux ensemble varient de {weekly_rate} par semaine (intervalle à 90 % : {low_rate} à {high_rate})."
    ),
    "note_learnt_wander": (
        "Appris : le taux de croissance d’ensemble varie de {common} par jour, celui de l’écart d’un lieu de {regional}."
    ),
    "note_learnt_weekdays": (
        "Appris : le {busiest_weekday} est le jour le plus chargé ({busiest} fois la moyenne), "
        "le {quietest_weekday} le plus calme ({quietest})."
    ),
    "note_learnt_holiday": (
        "Appris : un jour férié vaut {factor} dimanche (d’après {n} jour).",
        "Appris : un jour férié vaut {factor} dimanche (d’après {n} jours).",
    ),
    "note_learnt_no_holiday": "Appris : aucun jour férié observé, pris pour un dimanche.",
    "note_overlay_elsewhere": "Changement {overlay} : aucun lieu de ce calcul ne s’y trouve ; il ne change rien.",
    "note_overlay_too_late": (
        "Changement {overlay} : aucune admission du {first_day} au {last_day} ne vient d’une infection de ses jours ; "
        "il ne change rien."
    ),
    "note_overlay_other_days": (
        "Changement {overlay} : aucun de ses jours n’est compris entre le {first_day} et le {last_day} ; il ne change rien."
    ),
    "note_words": "{text}",
    # le travail en cours
    "job_outlook": "Prévision : {country}",
    "job_outlook_as_of": "Prévision : {country}, état connu au {day}",
    "job_other": "{kind}",
    "scenario": "{what}, scénario {scenario}",
    # mending
    "rows_would_load": ("{n} ligne serait chargée", "{n} lignes seraient chargées"),
    "rows_loaded": ("{n} ligne chargée", "{n} lignes chargées"),
    "rows_still_fail": ("{n} reste en faute", "{n} restent en faute"),
    # feeds
    "lede_none": "Aucun flux n’a encore été chargé.",
    "lede_late": ("{n} flux sur {of} est en retard", "{n} flux sur {of} sont en retard"),
    "lede_fine_one": "Le seul flux est à l’heure",
    "lede_fine": "Aucun des {n} flux n’est en retard",
    "lede_rows": ("{n} entrée attend en quarantaine", "{n} entrées attendent en quarantaine"),
    "lede_rows_none": "rien n’attend en quarantaine",
    "state_fresh": "à l’heure",
    "state_late": "en retard",
    "state_very_late": "très en retard",
    "state_ended": "terminé",
    "state_never": "attendu",
    "state_unknown": "sans calendrier",
    "fresh_never": "Rien n’a jamais été reçu.",
    "fresh_ended": "Chiffres jusqu’au {day} ; aucune publication n’est plus prévue.",
    "fresh_unknown": "Chiffres jusqu’au {day} ; le descriptif ne nomme pas de pays, aucun calendrier ne dit la suite.",
    "fresh_fresh": "Chiffres jusqu’au {day}. Les suivants sont attendus pour le {due}.",
    "fresh_late": "Chiffres jusqu’au {day}. De plus récents étaient attendus pour le {due}.",
    "fresh_very_late": "Chiffres jusqu’au {day}. De plus récents étaient attendus pour le {due}, et d’autres depuis.",
    "banner_one": "{feed} : rien n’est arrivé depuis {age}.",
    "banner_many": "{n} flux sont en retard : {feeds}.",
    "missing_one": "{names} : non reçu",
    "missing_some": "{names} et {n} autres : non reçu",
    "all_reported": ("le seul lieu a déclaré", "les {n} lieux ont déclaré"),
    # where a figure comes from
    "correction": "Correction à la main",
    "read_again": "Ligne relue",
    "cite_value": "valeur : {value}",
    "cite_known": "connu depuis le {moment} ({basis})",
    "cite_basis_published": "tel que publié",
    "cite_basis_ingested": "tel que reçu",
    "cite_basis_assumed": "à une date supposée",
    "cite_file": "fichier {file}, ligne {row}, sha256 {sha}…",
    "cite_corrected": "fichier {file}, ligne {row}, corrigé à la main : {by}, {moment}, {reason}",
    "cite_input": "fait à partir de {table} après l’écriture {at}",
    "cite_commit": "écriture {n}, code {code}",
    "cite_seen": "lu dans Belvedere tel que connu le {moment}, après l’écriture {at}",
    "vintage": "Chiffres ajoutés : {added}, corrigés : {changed}, retirés : {withdrawn}.",
}

REASONS: tuple[tuple[str, str], ...] = (
    (r"no admissions", "aucune admission déclarée"),
    (r"no hospital census", "aucun compte des hospitalisés"),
    (r"no ICU census", "aucun compte des patients en réanimation"),
    (r"no hospital census today", "pas de compte des hospitalisés ce jour"),
    (r"no ICU census today", "pas de compte des patients en réanimation ce jour"),
    (r"negative hospital census \((.+)\)", "compte des hospitalisés négatif ({0})"),
    (r"negative ICU census \((.+)\)", "compte des patients en réanimation négatif ({0})"),
    (r"negative admissions", "admissions négatives"),
    (
        r"only (\d+) days of hospital census, (\d+) needed",
        "données insuffisantes : {0} jours d’hospitalisés reçus, {1} nécessaires",
    ),
    (r"only (\d+) days of ICU census, (\d+) needed", "données insuffisantes : {0} jours de réanimation reçus, {1} nécessaires"),
    (r"(.+) of the days without hospital census", "{0} des jours sans compte des hospitalisés"),
    (r"(.+) of the days without ICU census", "{0} des jours sans compte des patients en réanimation"),
    (r"(.+) of the days without admissions", "{0} des jours sans admissions"),
    (r"hospital census jumps to (.+) from about (.+)", "le compte des hospitalisés saute à {0} depuis environ {1}"),
    (r"ICU census jumps to (.+) from about (.+)", "le compte des patients en réanimation saute à {0} depuis environ {1}"),
    (
        r"admissions jump to (.+), at most (.+) in the weeks before",
        "les admissions sautent à {0}, au plus {1} les semaines d’avant",
    ),
    (
        r"hospital census stands at (.+) for (\d+) days while (.+) patients came",
        "le compte des hospitalisés reste à {0} depuis {1} jours alors que {2} patients sont venus",
    ),
    (
        r"ICU census stands at (.+) for (\d+) days while (.+) patients came",
        "le compte des patients en réanimation reste à {0} depuis {1} jours alors que {2} patients sont venus",
    ),
    (r"no admissions reported in the last (\d+) days", "aucune admission déclarée depuis {0} jours"),
    (
        r"no admission in (\d+) days, about (.+) expected: silent\?",
        "aucune admission en {0} jours, environ {1} attendues : silence ?",
    ),
    (
        r"ICU census (.+) above hospital census (.+)",
        "plus de patients en réanimation ({0}) que d’hospitalisés ({1})",
    ),
    (r"the newest complete day is (\d+) days old", "le dernier jour complet a {0} jours"),
    (r"hospital census of (\d+) days? ago taken for today's", "compte des hospitalisés d’il y a {0} j pris pour celui du jour"),
    (
        r"intensive-care census of (\d+) days? ago taken for today's",
        "compte des patients en réanimation d’il y a {0} j pris pour celui du jour",
    ),
    (r"the hospital census could not be carried forward", "les hospitalisés n’ont pu être projetés"),
    (r"the intensive-care census could not be carried forward", "les patients en réanimation n’ont pu être projetés"),
    (
        r"patients with other conditions are not known \((.+)\): no chance of passing the beds is given",
        "les autres patients ne sont pas connus : aucune chance de dépassement n’est donnée",
    ),
    (
        r"(\d+) hospitals have not reported beds lately: capacity is counted without",
        "{0} hôpitaux n’ont pas déclaré leurs lits récemment : la capacité est comptée sans eux",
    ),
    (
        r"(\S+) has not reported beds lately: capacity is counted without",
        "{0} n’a pas déclaré ses lits récemment : la capacité est comptée sans lui",
    ),
    (
        r"patients with other conditions \((.+)\) are not known for the last days: a hospital is silent",
        "les autres patients ne sont pas connus ces derniers jours : un hôpital se tait",
    ),
    (r"(\d+) days are known, (\d+) are needed", "données insuffisantes : {0} jours connus, {1} nécessaires"),
    (r"no count known for the last (\d+) days", "aucun compte connu depuis {0} jours"),
    (r"too long ago to go on from", "trop ancien pour servir de départ"),
    (r"(.+) of the last (\d+) days are unknown", "{0} des {1} derniers jours sont inconnus"),
    (
        r"nobody counted in the last (\d+) days: true or not reported cannot be told",
        "personne de compté en {0} jours : vrai ou non déclaré, on ne peut le dire",
    ),
    (
        r"nobody counted for (\d+) days where about (.+) were expected: true or not reported cannot be told",
        "personne de compté en {0} jours où environ {1} étaient attendus : vrai ou non déclaré, on ne peut le dire",
    ),
    (
        r"the last week lies far above what the weeks before foretold \((.+) sd\)",
        "la dernière semaine est loin au-dessus de ce que les précédentes annonçaient ({0} écarts-types)",
    ),
    (
        r"the last week lies far below what the weeks before foretold \((.+) sd\)",
        "la dernière semaine est loin au-dessous de ce que les précédentes annonçaient ({0} écarts-types)",
    ),
    (r"(\d+) days? set aside \(first (.+)\): below zero", "{0} j mis de côté (premier : {1}) : au-dessous de zéro"),
    (
        r"(\d+) days? set aside \(first (.+)\): not a number of persons",
        "{0} j mis de côté (premier : {1}) : pas un nombre de personnes",
    ),
    (
        r"(\d+) days? set aside \(first (.+)\): ten times too high by the look of it",
        "{0} j mis de côté (premier : {1}) : dix fois trop haut, semble-t-il",
    ),
    (
        r"(\d+) days? set aside \(first (.+)\): more than (.+) times the days around",
        "{0} j mis de côté (premier : {1}) : plus de {2} fois les jours voisins",
    ),
    (
        r"(\d+) days? set aside \(first (.+)\): zero in a row where persons were expected: taken for missing reports",
        "{0} j mis de côté (premier : {1}) : zéros de suite où du monde était attendu, pris pour des déclarations manquantes",
    ),
    (r"(\d+) days? may be ten times too high \(first (.+)\)", "{0} j peut-être dix fois trop hauts (premier : {1})"),
)
"""What the models say of a place, as patterns of the English text, and the same in French."""
