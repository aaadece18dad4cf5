"""Near duplicates are grouped by what they say, whatever their order and however many there are."""

import random

from fiber_pipeline.cleaning.near_duplicates import near_duplicate_groups

TEXTS = [
    "El internet se corta todas las noches en mi casa",
    "El internet se corta todas las noche en mi casa",
    "Pero el internet se corta todas las noches en mi casa",
    "Muy conforme con la velocidad y con el precio del plan",
    "Contraté 300 megas y me llegan solamente 40",
    "Contraté 300 megas y me llegan solamente 30",
    "Los técnicos vinieron a tiempo y fueron amables",
    "Los técnicos no vinieron a tiempo y fueron amables",
    "muy bueno",
    "muy buena",
]


def test_typos_and_added_words_join_numbers_and_negations_part() -> None:
    groups = near_duplicate_groups(TEXTS, "a.csv")
    assert groups[0] == groups[1] == groups[2] is not None
    assert groups[3:] == [None] * 7


def test_groups_do_not_depend_on_order() -> None:
    expected = dict(zip(TEXTS, near_duplicate_groups(TEXTS, "a.csv"), strict=True))
    shuffled = random.Random(7).sample(TEXTS, len(TEXTS))
    assert dict(zip(shuffled, near_duplicate_groups(shuffled, "a.csv"), strict=True)) == expected


def test_batches_have_groups_of_their_own() -> None:
    assert near_duplicate_groups(TEXTS, "a.csv")[0] != near_duplicate_groups(TEXTS, "b.csv")[0]


def test_few_texts_have_no_groups() -> None:
    assert near_duplicate_groups([], "a.csv") == []
    assert near_duplicate_groups([TEXTS[0]], "a.csv") == [None]


def test_a_pair_is_found_among_thousands_that_begin_alike() -> None:
    draw = random.Random(3)
    words = ["señal", "precio", "técnico", "factura", "router", "plan", "velocidad", "corte", "reclamo", "app"]
    crowd = [f"la verdad que {' '.join(draw.choices(words, k=6))} {number}" for number in range(4000)]
    pair = ["la verdad que un árbol caído tumbó el poste", "la verdad que un árbol caido tumbo el postee"]
    groups = near_duplicate_groups(crowd + pair, "a.csv")
    assert groups[-1] == groups[-2] is not None
