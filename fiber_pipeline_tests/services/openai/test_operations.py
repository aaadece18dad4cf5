from pathlib import Path

import pytest

from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.services.openai.messages import write_request
from fiber_pipeline.services.openai.operations import annotate, is_reasoning, summarise, translate
from fiber_pipeline.services.openai.prompts import render_prompt
from fiber_pipeline.services.openai.trouble import duration, status_failure
from fiber_pipeline.services.operation import Item

MODEL = "gpt-4.1-mini"
OWN_THEME = """
themes:
  security:
    label_es: Seguridad
    label_en: Security
    category: connection
    description_es: Virus y estafas {id}.
    description_en: Viruses and scams {id}.
    words: [virus]
"""


def own_taxonomy(folder: Path, text: str = OWN_THEME):
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_taxonomy(path)


def test_a_users_own_theme_is_in_prompt_and_schema_and_makes_it_another_operation(tmp_path: Path):
    plain, own = annotate(load_taxonomy().descriptions, MODEL), annotate(own_taxonomy(tmp_path).descriptions, MODEL)
    assert "`security`: Security (Seguridad). Viruses and scams {id}." in own.instructions
    assert '"security"' not in str(plain.schema) and "'security'" in str(own.schema)
    assert plain.operation.fingerprint != own.operation.fingerprint


def test_a_rule_of_the_local_engine_changes_no_paid_answer(tmp_path: Path):
    own = own_taxonomy(tmp_path, "themes: {speed: {words: [turtlenet]}}")
    assert (
        annotate(own.descriptions, MODEL).operation.fingerprint
        == annotate(load_taxonomy().descriptions, MODEL).operation.fingerprint
    )


def test_what_decides_answers_is_in_the_key():
    themes = load_taxonomy().descriptions
    operations = [
        annotate(themes, MODEL).operation,
        annotate(themes, "gpt-4.1").operation,
        annotate(themes, MODEL, served_as=["their-deployment"]).operation,
        translate(MODEL).operation,
        translate(MODEL, with_english=True).operation,
        summarise(MODEL).operation,
    ]
    keys = {operation.key(Item("hola")) for operation in operations}
    assert len(keys) == len(operations)
    assert annotate(themes, MODEL, served_as=[MODEL]).operation.fingerprint == operations[0].fingerprint
    assert operations[0].prompt_version == "annotate-v1"


def test_an_answer_paid_for_by_an_earlier_version_is_found_until_the_prompt_says_otherwise():
    themes = {"speed": "Speed (Velocidad). How fast.", "billing": "Billing (Facturación). Charges."}
    key = annotate(themes, MODEL).operation.key(Item("Se corta"))
    assert key == "301c8ecff7c8a0118bbf35c5b998d05a0c380a455e8689f00eff44e9147f54ed"


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("gpt-4.1-mini", False),
        ("gpt-4o", False),
        ("gpt-5-mini", True),
        ("gpt-5-chat-latest", False),
        ("gpt-6-luna", True),
        ("o4-mini", True),
        ("llama-3.3-70b", False),
    ],
)
def test_models_that_reason_take_an_effort_and_no_temperature(model: str, reasons: bool):
    assert is_reasoning(model) is reasons
    question = translate(model)
    chat, response = (write_request(question, [Item("a")], model, api) for api in ("chat", "responses"))
    for body in (chat, response):
        assert ("temperature" in body) is not reasons
    assert ("reasoning_effort" in chat) is ("reasoning" in response) is reasons


def test_a_prompt_wants_every_part_and_nothing_is_filled_in_twice():
    assert "`{themes}`" in render_prompt("annotate-v1", themes="`{themes}`")
    with pytest.raises(KeyError, match="themes"):
        render_prompt("annotate-v1")
    with pytest.raises(FileNotFoundError):
        render_prompt("annotate-v0")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120ms", 0.12),
        ("1.5s", 1.5),
        ("6m0s", 360),
        ("1h2m3s", 3723),
        ("17", 17),
        ("", None),
        ("soon", None),
        ("-3", None),
    ],
)
def test_durations_as_the_service_writes_them(text: str, seconds: float | None):
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "9"}, 9),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "6m0s"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_taken_from_whatever_says_it(headers: dict[str, str], seconds: float | None):
    assert status_failure(429, "rate_limit_exceeded", "requests", headers).retry_after == seconds


def test_a_message_that_could_quote_us_is_not_passed_on():
    failure = status_failure(400, "invalid: «llamen al 0981 123 456»", "a b", {})
    assert str(failure) == "HTTP 400"
