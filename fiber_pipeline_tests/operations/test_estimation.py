"""What a run would ask, planned as it would ask it. Nobody is asked."""

from pathlib import Path

import pandas as pd

from fiber_pipeline.annotation.chains import build_chains
from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.operations.estimation import plan_services
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.settings import Settings

TEXTS = ("Muy caro para lo que es pero anda bien", "Ndaipóri internet, mbegueterei la conexión", "Excelente servicio")


def translated(folder: Path, **languages: str) -> int:
    """How many texts would be translated, given what people said of the languages of some, by the texts' first word."""
    store = open_store(None, folder)
    settings = Settings(google_cloud_project="p", google_translate_endpoint="127.0.0.1:1")
    comments = pd.DataFrame({"text": TEXTS, "text_key": [text_key(text) for text in TEXTS]}, dtype="string[pyarrow]")
    words = {text.split()[0]: text for text in TEXTS}
    said = [
        {
            "text_key": text_key(words[word]),
            "sentiment": "neutral",
            "urgency": "low",
            "language": language,
            "themes": [],
            "is_in_force": True,
        }
        for word, language in languages.items()
    ]
    corrections = pd.DataFrame(said, columns=list(DECIDING_COLUMNS)) if said else None
    try:
        (asking,) = plan_services(build_chains(settings, lambda: store), comments, corrections)
    finally:
        store.close()
    assert asking.kinds == ("translation",)
    return asking.plan.to_ask


def test_what_is_not_spanish_would_be_translated(tmp_path: Path):
    assert translated(tmp_path) == 1


def test_people_have_the_last_word_on_what_is_spanish(tmp_path: Path):
    assert translated(tmp_path, Muy="mixed", Excelente="gn") == 3
    assert translated(tmp_path, Ndaipóri="es") == 0
