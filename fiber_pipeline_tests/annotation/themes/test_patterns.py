"""The language of rules: what each notation matches, shown on one-rule taxonomies."""

import pytest

from fiber_pipeline.annotation.themes.matcher import Matcher, match_tokens
from fiber_pipeline.annotation.themes.patterns import PatternError, parse_pattern
from fiber_pipeline.annotation.themes.taxonomy import Category, Negation, Rule, Spelling, Taxonomy, Theme
from fiber_pipeline.text import tokenize

LISTS = {"operator": ["tigo", "vox"]}


def matched_words(pattern: str, text: str) -> list[str]:
    """The stretches of `text` that `pattern` matches."""
    rule = Rule(match=(parse_pattern(pattern, LISTS),))
    theme = Theme("it", "Eso", "It", "all", "", "", (rule,))
    taxonomy = Taxonomy({"all": Category("all", "Todo", "All")}, {"it": theme}, Spelling(), Negation())
    tokens = tokenize(text)
    found = match_tokens(Matcher(taxonomy), tokens).counting
    return [text[tokens[match.first].start : tokens[match.last - 1].end] for match in found]


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("técnico", "vino el TECNICO", ["TECNICO"]),
        ("técnico", "vino el técnicooo", ["técnicooo"]),
        ("técnico", "una técnica", []),
        ("factur*", "mis facturas", ["facturas"]),
        ("*pe", "Paraguaýpe oĩ", ["Paraguaýpe"]),
        ("*kyti*", "noñekytĩri", ["noñekytĩri"]),
        ("nd*i", "ndoikói", ["ndoikói"]),
        ("nd*i", "indio", []),
        ("corte|caída", "una caída", ["caída"]),
        ("muy caro", "muy caro", ["muy caro"]),
        ("muy caro", "muy muy barato y caro", []),
        ("(muy) caro", "caro", ["caro"]),
        ("(muy) caro", "muy caro", ["muy caro"]),
        ("me voy a <operator>", "Me voy a Vox", ["Me voy a Vox"]),
        ("<number> mega*", "300 megas y 50MB", ["300 megas"]),
        ("plan <any> caro", "plan nuevo caro", ["plan nuevo caro"]),
        ("plan <any> caro", "plan caro", []),
        ("no .. llega", "no me llega", ["no me llega"]),
        ("no .. llega", "no llega", ["no llega"]),
        ("no .. llega", "no uno dos tres cuatro llega", []),
        ("no ..5 llega", "no uno dos tres cuatro llega", ["no uno dos tres cuatro llega"]),
        ("no .. llega", "no, llega", []),
        ("lluvia ... corta", "con la lluvia, siempre se corta", ["lluvia, siempre se corta"]),
        ("lluvia ... corta", "Hubo lluvia. No se corta", []),
        ("^ lento", "lento todo", ["lento"]),
        ("^ lento", "muy lento", []),
        ("lento $", "muy lento!!!", ["lento"]),
        ("lento $", "lento todo", []),
        ("^ no $", "¡No!", ["No"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, text: str, words: list[str]) -> None:
    assert matched_words(pattern, text) == words


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("..  llega", "dots stand between two words"),
        ("llega ..", "dots stand between two words"),
        ("no .. ... llega", "dots stand between two words"),
        ("<nobody> llega", "does not exist"),
        ("no-llega", "is no word"),
        ("lle**ga", "is no word"),
        ("*", "is no word"),
        ("(muy) (re)", "no word that must be there"),
        ("", "no word that must be there"),
        ("a||b", "is no word"),
    ],
)
def test_a_pattern_that_breaks_the_rules_says_why(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        parse_pattern(pattern, LISTS)
