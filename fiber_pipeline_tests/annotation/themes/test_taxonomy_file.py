"""Reading taxonomy files: the package's own, a user's extension, and what is said about mistakes."""

from pathlib import Path

import pytest

from fiber_pipeline.annotation.themes import LocalThemeEngine, TaxonomyError, load_taxonomy

SPEC_THEMES = [
    "speed",
    "outages",
    "coverage",
    "wifi",
    "price",
    "billing",
    "plans",
    "customer_service",
    "technical_support",
    "resolution_time",
    "installation",
    "app",
    "tv_streaming",
    "cancellation",
]

SECURITY = """
  security:
    label_es: Seguridad
    label_en: Security
    category: connection
    description_es: Virus, estafas y robo de datos.
    description_en: Viruses, scams and stolen data.
    words: [virus, estafa*]
    rules:
      - match: [me hackearon, robaron .. datos]
        polarity: negative
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def themes_of(engine: LocalThemeEngine, text: str) -> list[str]:
    return [found.theme for found in engine.find(text)]


def test_the_default_has_the_themes_of_the_contract_in_order() -> None:
    taxonomy = load_taxonomy()
    assert list(taxonomy.themes) == SPEC_THEMES
    for theme in taxonomy.themes.values():
        assert theme.category in taxonomy.categories
        for text in (theme.label_es, theme.label_en, theme.description_es, theme.description_en):
            assert text
        assert theme.rules


def test_a_user_file_adds_a_theme(tmp_path: Path) -> None:
    engine = LocalThemeEngine(load_taxonomy(write(tmp_path, "extends: default\nthemes:" + SECURITY)))
    assert themes_of(engine, "Me hackearon y encima es lento") == ["speed", "security"]


def test_a_user_file_adds_words_and_keeps_the_rest(tmp_path: Path) -> None:
    text = "themes:\n  wifi:\n    words: [cosito]\n    label_es: WiFi nuestro\n"
    taxonomy = load_taxonomy(write(tmp_path, text))
    engine = LocalThemeEngine(taxonomy)
    assert themes_of(engine, "el cosito") == ["wifi"]
    assert themes_of(engine, "el router") == ["wifi"]
    assert taxonomy.themes["wifi"].label_es == "WiFi nuestro"
    assert taxonomy.themes["wifi"].label_en == load_taxonomy().themes["wifi"].label_en


def test_a_user_file_removes_a_theme_and_lengthens_a_list(tmp_path: Path) -> None:
    text = "remove: [tv_streaming]\nlists:\n  competitor: [fibranova]\n"
    taxonomy = load_taxonomy(write(tmp_path, text))
    engine = LocalThemeEngine(taxonomy)
    assert "tv_streaming" not in taxonomy.themes
    assert themes_of(engine, "Flow se tilda") == []
    assert themes_of(engine, "me voy a Fibranova") == ["cancellation"]


def test_a_user_file_replaces_the_default(tmp_path: Path) -> None:
    text = "extends: none\ncategories:\n  connection: {label_es: Conexión, label_en: Connection}\nthemes:" + SECURITY
    taxonomy = load_taxonomy(write(tmp_path, text))
    assert list(taxonomy.themes) == ["security"]
    assert themes_of(LocalThemeEngine(taxonomy), "muy lento y con virus") == ["security"]


def test_the_model_changes_with_the_rules(tmp_path: Path) -> None:
    default = LocalThemeEngine().model
    longer = LocalThemeEngine(load_taxonomy(write(tmp_path, "lists:\n  competitor: [fibranova]\n"))).model
    assert LocalThemeEngine().model == default
    assert longer != default
    assert default.startswith("rules-1+")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("extends: everything\n", "mine.yaml:1:10: extends is default or none, not 'everything'"),
        ("remove: [speeed]\n", "mine.yaml:1:10: there is no theme 'speeed' to remove"),
        ("remove: speed\n", "mine.yaml:1:9: remove should be a list"),
        ("temas: {}\n", "mine.yaml:1:1: unknown key 'temas'"),
        ("themes:\n  Speed: {words: [a]}\n", "mine.yaml:2:3: the slug 'Speed' is not"),
        ("themes:\n  noise: {words: [ruido]}\n", "mine.yaml:2:3: theme 'noise' lacks label_es, label_en"),
        ("themes:\n  speed:\n    word: [a]\n", "mine.yaml:3:5: unknown key 'word' of a theme"),
        ("themes:\n  speed:\n    words: [paso lento]\n", "mine.yaml:3:13: 'paso lento' is not one word"),
        ("themes:\n  speed:\n    words: [lent-o]\n", "mine.yaml:3:13: 'lent-o' is no word"),
        ("themes:\n  speed:\n    rules:\n      - a .. <nothing>\n", "mine.yaml:4:9: 'a .. <nothing>' names a list"),
        ("themes:\n  speed:\n    rules:\n      - {near: a}\n", "mine.yaml:4:9: the rule lacks match"),
        ("themes:\n  speed:\n    rules:\n      - {match: a, nearby: b}\n", "mine.yaml:4:20: unknown key 'nearby'"),
        ("themes:\n  speed:\n    rules:\n      - {match: a, polarity: bad}\n", "mine.yaml:4:30: polarity is"),
        ("themes:\n  speed:\n    rules:\n      - {match: a, weight: 2}\n", "mine.yaml:4:28: weight is a number"),
        ("themes:\n  speed:\n    category: fun\n", "names category 'fun', which does not exist"),
        ("themes:\n  speed: {}\n  speed: {}\n", "mine.yaml:3:3: 'speed' is given twice"),
        ("themes: [speed]\n", "mine.yaml:1:9: themes should be keys with values"),
        ("categories:\n  fun: {label_es: Ocio}\n", "mine.yaml:2:3: category 'fun' lacks label_en"),
        ("spelling:\n  typos: []\n", "mine.yaml:2:3: unknown key 'typos' of spelling"),
        ("negation:\n  word: []\n", "mine.yaml:2:3: unknown key 'word' of negation"),
        ("themes:\n  speed: {words: [a\n", "mine.yaml:3:1: is not YAML"),
        ("", "mine.yaml:1:1: the file is empty"),
        ("just words\n", "mine.yaml:1:1: a taxonomy file should be keys with values"),
        ("themes:\n  speed:\n    words: ['']\n", "mine.yaml:3:13: a text should stand here"),
    ],
)
def test_a_mistake_is_reported_with_file_line_and_reason(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(write(tmp_path, text))
    assert any(mistake in line for line in caught.value.mistakes), caught.value.mistakes
    assert all(line.startswith(("mine.yaml", "taxonomy.yaml")) for line in caught.value.mistakes)


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    text = "themes:\n  speed:\n    words: [a b, c-d]\n    rules:\n      - {match: .. x}\n"
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(write(tmp_path, text))
    assert len(caught.value.mistakes) == 3


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"nowhere\.yaml: cannot be read"):
        load_taxonomy(tmp_path / "nowhere.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("themes: {ñ: 1}".encode("latin-1"))
    with pytest.raises(TaxonomyError, match="is not UTF-8 text"):
        load_taxonomy(latin)
