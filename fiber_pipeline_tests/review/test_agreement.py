import math
import random

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from fiber_pipeline.review.agreement import agreement, cross_table, fleiss, kappa, micro_f1, specific_agreement
from fiber_pipeline.review.scoring import f1, macro_f1, precision, recall, share

LABELS = ["positive", "neutral", "negative", "mixed"]


def two_raters(size: int = 120, seed: int = 3) -> tuple[list[str], list[str]]:
    dice = random.Random(seed)
    first = [dice.choice(LABELS) for _ in range(size)]
    return first, [label if dice.random() < 0.7 else dice.choice(LABELS) for label in first]


def test_kappa_is_sklearns_and_lies_within_its_interval():
    first, second = two_raters()
    found = kappa(cross_table(first, second, LABELS))
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.low < found.value < found.high
    assert found.high - found.low < 0.3
    assert found == kappa(cross_table(first, second, LABELS))


def test_more_texts_make_the_interval_narrower():
    few, many = (kappa(cross_table(*two_raters(size), LABELS)) for size in (40, 1000))
    assert many.high - many.low < (few.high - few.low) / 2


def test_what_is_not_defined_is_not_claimed():
    always = kappa(cross_table(["neutral"] * 9, ["neutral"] * 9, LABELS))
    assert math.isnan(always.value)
    assert math.isnan(always.low)
    assert always.sample_size == 9
    for found in (kappa(cross_table([], [], LABELS)), fleiss([]), micro_f1([], []), share(0, 0)):
        assert math.isnan(found.value)
        assert found.sample_size == 0


def test_agreement_on_a_label_counts_its_uses():
    table = cross_table(
        ["positive"] * 3 + ["neutral"] * 2, ["positive", "positive", "neutral", "neutral", "mixed"], LABELS
    )
    assert agreement(table).value == pytest.approx(3 / 5)
    positive = specific_agreement(table, 0)
    assert positive.value == pytest.approx(2 * 2 / (3 + 2))
    assert positive.sample_size == 3
    assert math.isnan(specific_agreement(table, 2).value)


def test_fleiss_kappa_is_one_for_agreement_and_about_none_for_chance():
    dice = random.Random(5)
    said = [dice.choice(LABELS) for _ in range(90)]
    assert fleiss([said, said, said]).value == pytest.approx(1)
    apart = fleiss([[dice.choice(LABELS) for _ in range(300)] for _ in range(3)])
    assert apart.low < 0 < apart.high


def test_f1_over_all_themes():
    first = [frozenset({"speed", "wifi"}), frozenset({"price"}), frozenset()]
    second = [frozenset({"speed"}), frozenset({"price", "app"}), frozenset()]
    assert micro_f1(first, second).value == pytest.approx(2 * 2 / (3 + 3))
    assert micro_f1(first, second) == micro_f1(second, first)


def test_scores_against_the_truth_are_sklearns():
    truth, given = two_raters(seed=9)
    table = cross_table(truth, given, LABELS)
    assert macro_f1(table).value == pytest.approx(f1_score(truth, given, labels=LABELS, average="macro"))
    assert f1(table, 2).value == pytest.approx(f1_score(truth, given, labels=["negative"], average="macro"))
    assert f1(table, 2).sample_size == truth.count("negative")
    assert precision(table, 2).sample_size == given.count("negative")
    assert recall(table, 2).value == pytest.approx(
        np.mean([g == "negative" for t, g in zip(truth, given, strict=True) if t == "negative"])
    )
    assert recall(table, 2).low < recall(table, 2).value < recall(table, 2).high
