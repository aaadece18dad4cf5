"""Why a comment got its label: the matched entries and rules, what was done to them, and the sums."""

from dataclasses import dataclass

from fiber_pipeline.annotation.sentiment.confidence import confidence
from fiber_pipeline.annotation.sentiment.emotions import emotions_of
from fiber_pipeline.annotation.sentiment.hits import Hit
from fiber_pipeline.annotation.sentiment.judgement import Judgement, judge
from fiber_pipeline.annotation.sentiment.reading import default_reader


@dataclass(frozen=True)
class Evidence:
    """Words that weigh: where they stand (character offsets), what they matched, and the arithmetic from base to value.

    source: word, phrase, rule, emoji or answer; name: the entry or rule. steps: what was done, by which factor.
    """

    words: str
    start: int
    end: int
    source: str
    name: str
    base: float
    steps: tuple[tuple[str, float], ...]
    value: float


@dataclass(frozen=True)
class Clause:
    """A clause with its evidence, its sums and how much it counts in the comment."""

    words: str
    evidence: tuple[Evidence, ...]
    positive: float
    negative: float
    factor: float


@dataclass(frozen=True)
class Explanation:
    """All that led to a label. `read`: the text that was read, the gloss if `from_gloss`. `str()` renders it."""

    read: str
    from_gloss: bool
    clauses: tuple[Clause, ...]
    positive: float
    negative: float
    sentiment: str
    score: float
    intensity: str
    confidence: float
    emotions: tuple[tuple[str, float, tuple[str, ...]], ...]
    urgency: str
    urgency_rules: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Plain text, a line a clause and a line each piece of evidence."""
        lines = [f"«{self.read}»" + (" (read in its gloss)" if self.from_gloss else "")]
        for clause in self.clauses:
            factor = "" if clause.factor == 1 else f", counts × {clause.factor:.2f}"
            lines.append(f"  {clause.words}   +{clause.positive:.2f} −{clause.negative:.2f}{factor}")
            lines.extend(f"    {_line(evidence)}" for evidence in clause.evidence)
        if not any(clause.evidence for clause in self.clauses):
            lines.append("  nothing weighs")
        lines.append(f"  sum: +{self.positive:.2f} −{self.negative:.2f} → {self.sentiment} {self.score:+.2f}")
        lines.append(f"  {self.intensity}, confidence {self.confidence:.2f}")
        lines.extend(f"  {name} {strength:.2f}: {', '.join(words)}" for name, strength, words in self.emotions)
        because = "; ".join(f"{words} ({rule})" for rule, words in self.urgency_rules)
        lines.append(f"  urgency {self.urgency}" + (f": {because}" if because else ""))
        return "\n".join(lines)


def explain(text: str, text_es: str | None = None) -> Explanation:
    """Explain the label that `LocalSentimentEngine` with the package's own data gives `text` (and its gloss)."""
    judgement = judge(default_reader(), text, text_es)
    reading, label = judgement.reading, judgement.verdict
    clauses = tuple(
        Clause(
            judgement.span(first, last),
            tuple(_evidence(judgement, hit) for hit in reading.hits if first <= hit.first < last),
            positive,
            negative,
            factor,
        )
        for (first, last), positive, negative, factor in zip(
            reading.clauses, reading.clause_positive, reading.clause_negative, reading.clause_factors, strict=True
        )
    )
    return Explanation(
        judgement.text,
        judgement.from_gloss,
        clauses,
        reading.positive,
        reading.negative,
        label.sentiment,
        label.score,
        label.intensity,
        confidence(reading, label, judgement.words, from_gloss=judgement.from_gloss),
        tuple(
            (emotion.emotion, emotion.strength, tuple(judgement.span(hit.first, hit.last) for hit in emotion.hits))
            for emotion in emotions_of(reading.hits)
        ),
        judgement.urgency,
        tuple(
            (rule.id, judgement.span(first, last))
            for rule, first, last in reading.urgency
            if (first, last) in judgement.urgency_spans and rule.level == judgement.urgency
        ),
    )


def _evidence(judgement: Judgement, hit: Hit) -> Evidence:
    return Evidence(
        judgement.span(hit.first, hit.last),
        judgement.tokens[hit.first].start,
        judgement.tokens[hit.last - 1].end,
        hit.source,
        hit.name,
        hit.base,
        tuple(hit.steps),
        hit.value,
    )


def _line(evidence: Evidence) -> str:
    steps = "".join(f" × {factor:.2f} {step}" for step, factor in evidence.steps)
    return f"{evidence.words}: {evidence.source} “{evidence.name}” {evidence.base:+.2f}{steps} = {evidence.value:+.2f}"
