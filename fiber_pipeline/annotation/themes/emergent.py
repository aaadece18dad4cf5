"""Themes the taxonomy lacks, discovered in the comments it has no theme for.

Non-negative matrix factorisation of TF-IDF (Lee and Seung 1999; initialised as in Boutsidis and Gallopoulos 2008, so
that runs repeat) proposes more topics than there should be. The data decide how many stand: topics about the same word
are merged, and those with too few comments or no word that holds them together are dropped.
"""

import warnings
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiber_pipeline.annotation.themes.emergent_text import Surfaces, read_contents
from fiber_pipeline.annotation.themes.matcher import Matcher, match_tokens
from fiber_pipeline.annotation.themes.taxonomy import Taxonomy
from fiber_pipeline.tables import EMERGENT_THEMES
from fiber_pipeline.text import fold, tokenize

FEWEST_COMMENTS = 30
# More comments than these are sampled to learn words and topics; all are then assigned.
_READ_IN_FULL = 50_000
_FITTED_ON = 6_000
_MOST_TERMS = 2_000
_MOST_TOPICS = 24
_SMALLEST_CLUSTER = 8
_SMALLEST_SHARE = 0.004
# A comment belongs to a topic when the cosine between them is at least this.
_LEAST_LIKENESS = 0.25
# Of a topic's comments, how many must hold its leading word for it to be about one thing.
_LEAD_SHARE = 0.5
# How many must hold a word that goes with it, and how much oftener than chance the two must meet.
_COMPANION_SHARE = 0.2
_LEAST_LIFT = 2.0
# A text many people repeat word for word is an answer, not a theme.
_FEWEST_WORDINGS = 3
_LABEL_SHARE = 0.2
_KEYWORDS = 6
_EXAMPLES = 5
_SAME_CLUSTER = 0.3

Matrix = Any  # scipy.sparse.csr_matrix, which carries no types


@dataclass(frozen=True)
class _Cluster:
    keywords: tuple[str, ...]
    members: list[int]  # rows, most typical first


def discover_emergent_themes(
    comments: pd.DataFrame, taxonomy: Taxonomy, previous: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Cluster comments into themes the taxonomy lacks; an `emergent_themes` frame, most mentions first.

    comments: columns comment_id, text (redacted, NFC) and commented_at, informative and without a theme of the
        taxonomy, each response once. Fewer than FEWEST_COMMENTS give an empty frame: too few to tell a theme.
    previous: the frame of an earlier run; a cluster that shares keywords or examples with one of it keeps its name.

    The result depends on the comments alone, not on their order.
    """
    if len(comments) < FEWEST_COMMENTS:
        return EMERGENT_THEMES.empty()
    ordered = comments.sort_values("comment_id", kind="stable").reset_index(drop=True)
    ids, texts = ordered["comment_id"].tolist(), ordered["text"].tolist()
    surfaces = Surfaces()
    sampled = _sample(ids, range(len(ids)), _READ_IN_FULL)
    of_sample = read_contents([texts[row] for row in sampled], surfaces)
    terms = _vocabulary(of_sample)
    if len(terms) < 2:
        return EMERGENT_THEMES.empty()
    known = frozenset(terms)
    if len(sampled) == len(texts):
        contents = [content & known for content in of_sample]
    else:
        contents = read_contents(texts, known=known)
    matrix = _tfidf(contents, terms)
    clusters = _clusters(matrix, terms, contents, ids)

    rows: dict[str, list[Any]] = {name: [] for name in EMERGENT_THEMES.columns}
    matcher = Matcher(taxonomy)
    names: set[str] = set()
    for cluster in clusters:
        label = _label(cluster, contents, surfaces)
        if match_tokens(matcher, tokenize(label)).counting:
            continue
        keywords = [surfaces.usual(term) for term in cluster.keywords]
        examples = _examples(cluster, ids, texts)
        name = _name(keywords, examples, names, previous)
        names.add(name)
        rows["cluster"].append(name)
        rows["label"].append(label)
        rows["keywords"].append(keywords)
        rows["mentions"].append(len(cluster.members))
        seen = ordered["commented_at"].take(cluster.members).dropna()
        rows["first_seen"].append(seen.min() if len(seen) else None)
        rows["examples"].append(examples)
    return EMERGENT_THEMES.frame(rows)


def _sample(ids: Sequence[str], rows: Sequence[int], size: int) -> list[int]:
    """At most `size` of `rows`, in order: those whose comments have the smallest checksums, whatever else there is."""
    if len(rows) <= size:
        return list(rows)
    return sorted(sorted(rows, key=lambda row: (zlib.crc32(ids[row].encode()), ids[row]))[:size])


def _smallest(count: int) -> int:
    return max(_SMALLEST_CLUSTER, round(_SMALLEST_SHARE * count))


def _vocabulary(contents: Sequence[frozenset[str]]) -> list[str]:
    """Terms in enough comments to matter, the most frequent first."""
    counts: Counter[str] = Counter()
    for terms in contents:
        counts.update(terms)
    fewest = max(3, _smallest(len(contents)) // 2)
    frequent = [term for term, count in counts.items() if count >= fewest]
    frequent.sort(key=lambda term: (-counts[term], term))
    return frequent[:_MOST_TERMS]


def _tfidf(contents: Sequence[frozenset[str]], terms: Sequence[str]) -> Matrix:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    place = {term: column for column, term in enumerate(terms)}
    columns: list[int] = []
    bounds = [0]
    for content in contents:
        columns.extend(sorted(place[term] for term in content if term in place))
        bounds.append(len(columns))
    counts = csr_matrix((np.ones(len(columns)), columns, bounds), shape=(len(contents), len(terms)))
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def _clusters(
    matrix: Matrix, terms: Sequence[str], contents: Sequence[frozenset[str]], ids: Sequence[str]
) -> list[_Cluster]:
    topics = _topics(matrix, ids)
    likeness = np.asarray(matrix @ topics.T)
    best, strength = likeness.argmax(axis=1), likeness.max(axis=1)
    smallest = _smallest(len(contents))
    frequency = Counter(term for content in contents for term in content if " " not in term)
    by_lead: dict[str, list[int]] = {}
    for topic in range(len(topics)):
        rows = np.flatnonzero((best == topic) & (strength >= _LEAST_LIKENESS)).tolist()
        if lead := _lead(contents, rows, frequency):
            by_lead.setdefault(lead, []).extend(rows)
    clusters = []
    for lead, rows_of_lead in by_lead.items():
        members = sorted(rows_of_lead, key=lambda row: (-strength[row], ids[row]))
        if len(members) < smallest or len({contents[row] for row in members}) < _FEWEST_WORDINGS:
            continue
        ranked = _counted(contents, members)
        if _has_companion(lead, ranked, len(members), contents):
            clusters.append(_Cluster(_keywords(lead, ranked, len(members)), members))
    clusters.sort(key=lambda cluster: (-len(cluster.members), cluster.keywords))
    return clusters


def _topics(matrix: Matrix, ids: Sequence[str]) -> npt.NDArray[np.float64]:
    """Topics as rows of unit length over the terms."""
    from sklearn.decomposition import non_negative_factorization
    from sklearn.exceptions import ConvergenceWarning

    rows = _sample(ids, np.flatnonzero(np.diff(matrix.indptr)).tolist(), _FITTED_ON)
    count = int(np.clip(len(rows) // 25, 2, min(_MOST_TOPICS, min(len(rows), matrix.shape[1]) - 1)))
    with warnings.catch_warnings():
        # Topics are proposals here, sifted afterwards: more iterations would hardly change which comments meet.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # NMF would also compute how far off the factors are, which we do not read: a root that rounding can make one
        # of a negative number where they fit exactly.
        _, components, _ = non_negative_factorization(
            matrix[rows], n_components=count, init="nndsvd", random_state=0, max_iter=100
        )
    topics: npt.NDArray[np.float64] = np.asarray(components, dtype=np.float64)
    lengths: npt.NDArray[np.float64] = np.linalg.norm(topics, axis=1, keepdims=True)
    kept = lengths[:, 0] > 0
    unit: npt.NDArray[np.float64] = topics[kept] / lengths[kept]
    return unit


def _counted(contents: Sequence[frozenset[str]], rows: Sequence[int]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(contents[row])
    return sorted(counts.items(), key=lambda item: (-item[1], -len(item[0].split()), item[0]))


def _lead(contents: Sequence[frozenset[str]], rows: Sequence[int], frequency: Counter[str]) -> str | None:
    """The word a topic is about: of those most of its comments hold, the most frequent in all; None without one.

    Topics with the same lead are one theme that factorisation split.
    """
    held = [term for term, count in _counted(contents, rows) if " " not in term and count >= _LEAD_SHARE * len(rows)]
    return max(held, key=lambda term: (frequency[term], term), default=None)


def _has_companion(lead: str, ranked: Sequence[tuple[str, int]], size: int, contents: Sequence[frozenset[str]]) -> bool:
    """Whether another word comes back in the cluster, and with its lead more often than chance would have it.

    A word alone is no theme, and factorisation finds topics in noise too.
    """
    with_lead = [content for content in contents if lead in content]
    for term, count in ranked:
        if count < _COMPANION_SHARE * size:
            break
        if " " not in term and term != lead:
            together = sum(term in content for content in with_lead)
            expected = len(with_lead) * sum(term in content for content in contents) / len(contents)
            if together >= _LEAST_LIFT * expected:
                return True
    return False


def _keywords(lead: str, ranked: Sequence[tuple[str, int]], size: int) -> tuple[str, ...]:
    """The lead and the most frequent terms that neither it nor an earlier one already says."""
    chosen = [lead]
    for term, count in ranked:
        if count < max(2, 0.1 * size) or len(chosen) == _KEYWORDS:
            break
        if not any(stem in other.split() for stem in term.split() for other in chosen):
            chosen.append(term)
    return tuple(chosen)


def _label(cluster: _Cluster, contents: Sequence[frozenset[str]], surfaces: Surfaces) -> str:
    """A phrase that enough of the comments hold, as in a heading, or else two words that go together."""
    counts = Counter(dict(_counted(contents, cluster.members)))
    lead = cluster.keywords[0]
    enough = _LABEL_SHARE * len(cluster.members)
    phrases = [term for term, count in counts.items() if " " in term and lead in term.split() and count >= enough]
    if phrases:
        label = surfaces.usual(min(phrases, key=lambda term: (-counts[term] * len(term.split()), term)))
    else:
        words = [surfaces.usual(term) for term in cluster.keywords if " " not in term][:2]
        label = " y ".join(words) if words else surfaces.usual(cluster.keywords[0])
    return label[:1].upper() + label[1:]


def _examples(cluster: _Cluster, ids: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The most typical comments, each text once."""
    examples: dict[str, str] = {}
    for row in cluster.members:
        examples.setdefault(fold(texts[row]), ids[row])
        if len(examples) == _EXAMPLES:
            break
    return list(examples.values())


def _name(keywords: Sequence[str], examples: Sequence[str], taken: set[str], previous: pd.DataFrame | None) -> str:
    """The name of the earlier cluster most like this one, or one made of the first keywords."""
    if previous is not None:
        likest = 0.0
        name = ""
        for earlier, words, ids in zip(
            previous["cluster"].tolist(), previous["keywords"].tolist(), previous["examples"].tolist(), strict=True
        ):
            likeness = max(_overlap(keywords, words), _overlap(examples, ids))
            if earlier not in taken and likeness >= _SAME_CLUSTER and likeness > likest:
                likest, name = likeness, earlier
        if name:
            return name
    words = list(dict.fromkeys(word for keyword in keywords[:2] for word in fold(keyword).split()))
    name = "_".join(words[:4])
    earlier_names = set() if previous is None else set(previous["cluster"].tolist())
    number = 2
    unique = name
    while unique in taken or unique in earlier_names:
        unique = f"{name}_{number}"
        number += 1
    return unique


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    these, those = {fold(item) for item in one}, {fold(item) for item in other}
    return len(these & those) / len(these | those) if these or those else 0.0
