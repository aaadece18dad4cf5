from pathlib import Path

import pytest
import yaml

from fiber_pipeline.annotation.sentiment.data_files import DATA
from fiber_pipeline.annotation.sentiment.rules import FILES, RuleError, load_rules
from fiber_pipeline.annotation.sentiment.urgency_rules import load_urgency_rules


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"patterns": ["x"]}, "id is missing"),
        ({"id": "wish", "patterns": ["x"]}, "used twice"),
        ({"id": "mine", "patterns": []}, "no patterns"),
        ({"id": "mine", "patterns": [".."]}, "no word to find"),
        ({"id": "mine", "patterns": ["x"], "weight": 5}, "no number from -3 to 3"),
        ({"id": "mine", "patterns": ["x"], "effect": "shout"}, "unknown effect 'shout'"),
        ({"id": "mine", "patterns": ["x"], "emotions": ["rage"]}, "unknown emotions"),
        ({"id": "mine", "patterns": ["x"], "wieght": 2}, "unknown fields"),
    ],
)
def test_a_malformed_rule_is_named(tmp_path: Path, rule: dict[str, object], complaint: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump([rule]), encoding="utf-8")
    with pytest.raises(RuleError, match=r"own\.yaml") as raised:
        load_rules([own])
    assert complaint in str(raised.value)


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("id: mine\n", encoding="utf-8")
    with pytest.raises(RuleError, match="a list of rules was expected"):
        load_rules([own])


def test_every_alternative_is_one_written_once() -> None:
    for name in (*FILES, "urgency.yaml"):
        for rule in yaml.safe_load((DATA / name).read_text(encoding="utf-8")):
            for pattern in rule["patterns"]:
                for element in pattern.split():
                    words = element.lstrip("-").split("|")
                    assert len(words) == len(set(words)), (name, rule["id"], pattern)
                    assert "_" not in element, (name, rule["id"], pattern)


def test_every_urgency_rule_raises_the_level() -> None:
    assert {pattern.meaning.level for pattern in load_urgency_rules()} == {"medium", "high"}
