"""Reads taxonomy files: the package's own, and a user's that extends or replaces it.

    extends: default            # or none
    remove: [tv_streaming]      # themes of the default that are not wanted
    categories: {slug: {label_es: …, label_en: …}}
    lists: {name: [words…]}     # the words behind <name> in patterns
    spelling: {words: […], variants: {tb: tambien}, never: […]}
    negation: {words: […], idioms: [patterns…]}
    themes:
      slug:
        label_es, label_en, category, description_es, description_en
        words: [patterns of one word…]
        rules: [patterns…, {match: …, near: …, unless: …, with: …, without: …, polarity: …, weight: …}…]
        exclusions: [patterns whose words never show this theme…]

`patterns` says how patterns are written, `taxonomy.Rule` what conditions mean. Where a file extends the default,
words, rules, exclusions, lists and spellings are added to it, and labels, descriptions and categories replace it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from fiber_pipeline.annotation.themes.patterns import Pattern, PatternError, parse_pattern, parse_word
from fiber_pipeline.annotation.themes.taxonomy import (
    POLARITIES,
    Category,
    Negation,
    Rule,
    Spelling,
    Taxonomy,
    TaxonomyError,
    Theme,
)
from fiber_pipeline.text import fold

DEFAULT_TAXONOMY = Path(__file__).parent / "taxonomy.yaml"

_LABELS = ("label_es", "label_en")
_TEXTS = (*_LABELS, "category", "description_es", "description_en")
_CONDITIONS = {"match": "match", "near": "near", "unless": "unless", "with": "with_", "without": "without"}
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def load_taxonomy(path: Path | str | None = None) -> Taxonomy:
    """Read the package's taxonomy, or a user's file. Raises TaxonomyError with every mistake and where it stands."""
    reader = _Reader()
    if path is None:
        reader.read_default()
    else:
        reader.read_user(Path(path))
    return reader.taxonomy()


@dataclass
class _ThemeDraft:
    place: str
    texts: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[str, yaml.Node]] = field(default_factory=list)
    exclusions: list[tuple[str, yaml.Node]] = field(default_factory=list)


class _Reader:
    """Gathers the nodes of one or two files, then parses patterns once every list is known."""

    def __init__(self) -> None:
        self._mistakes: list[str] = []
        self._file = ""
        self._categories: dict[str, dict[str, str]] = {}
        self._lists: dict[str, list[str]] = {}
        self._spelling_words: set[str] = set()
        self._variants: dict[str, str] = {}
        self._never: set[str] = set()
        self._negators: set[str] = set()
        self._idioms: list[tuple[str, yaml.Node]] = []
        self._themes: dict[str, _ThemeDraft] = {}

    def read_user(self, path: Path) -> None:
        self._file = path.name
        root = _compose(path)
        items = {key.value: value for key, value in self._pairs(root, "a taxonomy file")}
        extends = items.get("extends")
        base = self._text(extends) if extends is not None else "default"
        if base not in ("default", "none"):
            self._wrong(extends or root, f"extends is default or none, not {base!r}")
        if base == "default":
            self.read_default()
            self._file = path.name
        if "remove" in items:
            for node in self._items(items["remove"], "remove"):
                if self._themes.pop(self._text(node), None) is None:
                    self._wrong(node, f"there is no theme {node.value!r} to remove")
        self._gather(root)

    def read_default(self) -> None:
        self._file = DEFAULT_TAXONOMY.name
        self._gather(_default_root())

    def _gather(self, root: yaml.Node) -> None:
        sections = {
            "categories": self._gather_categories,
            "lists": self._gather_lists,
            "spelling": self._gather_spelling,
            "negation": self._gather_negation,
            "themes": self._gather_themes,
        }
        for key, value in self._pairs(root, "a taxonomy file"):
            if key.value in sections:
                sections[key.value](value)
            elif key.value not in ("extends", "remove"):
                self._wrong(key, f"unknown key {key.value!r}; known are extends, remove, {', '.join(sections)}")

    def _gather_categories(self, node: yaml.Node) -> None:
        for key, value in self._pairs(node, "categories"):
            labels = self._categories.setdefault(key.value, {})
            for name, text in self._pairs(value, f"category {key.value}"):
                if name.value in _LABELS:
                    labels[name.value] = self._text(text)
                else:
                    self._wrong(name, f"unknown key {name.value!r} of a category; known are {', '.join(_LABELS)}")
            for name_missing in [label for label in _LABELS if label not in labels]:
                self._wrong(key, f"category {key.value!r} lacks {name_missing}")

    def _gather_lists(self, node: yaml.Node) -> None:
        for key, value in self._pairs(node, "lists"):
            words = self._lists.setdefault(key.value, [])
            words.extend(self._words(value, f"list {key.value}"))

    def _gather_spelling(self, node: yaml.Node) -> None:
        for key, value in self._pairs(node, "spelling"):
            if key.value == "words":
                self._spelling_words.update(self._words(value, "words"))
            elif key.value == "never":
                self._never.update(self._words(value, "never"))
            elif key.value == "variants":
                for variant, meant in self._pairs(value, "variants"):
                    self._variants[fold(variant.value)] = fold(self._text(meant))
            else:
                self._wrong(key, f"unknown key {key.value!r} of spelling; known are words, variants, never")

    def _gather_negation(self, node: yaml.Node) -> None:
        for key, value in self._pairs(node, "negation"):
            if key.value == "words":
                self._negators.update(self._words(value, "words"))
            elif key.value == "idioms":
                self._idioms.extend((self._file, item) for item in self._items(value, "idioms"))
            else:
                self._wrong(key, f"unknown key {key.value!r} of negation; known are words, idioms")

    def _gather_themes(self, node: yaml.Node) -> None:
        for key, value in self._pairs(node, "themes"):
            if not _SLUG.fullmatch(key.value):
                self._wrong(key, f"the slug {key.value!r} is not lower-case letters, digits and underscores")
            draft = self._themes.setdefault(key.value, _ThemeDraft(self._place(key)))
            for name, part in self._pairs(value, f"theme {key.value}"):
                if name.value in _TEXTS:
                    draft.texts[name.value] = self._text(part)
                elif name.value == "words":
                    for item in self._items(part, "words"):
                        if len(self._text(item).split()) == 1:
                            draft.rules.append((self._file, item))
                        else:
                            self._wrong(item, f"{item.value!r} is not one word; phrases belong under rules")
                elif name.value == "rules":
                    draft.rules.extend((self._file, item) for item in self._items(part, "rules"))
                elif name.value == "exclusions":
                    draft.exclusions.extend((self._file, item) for item in self._items(part, "exclusions"))
                else:
                    known = ", ".join((*_TEXTS, "words", "rules", "exclusions"))
                    self._wrong(name, f"unknown key {name.value!r} of a theme; known are {known}")

    def taxonomy(self) -> Taxonomy:
        themes = {slug: self._theme(slug, draft) for slug, draft in self._themes.items()}
        idioms = tuple(self._patterns_of(self._idioms))
        if self._mistakes:
            raise TaxonomyError(self._mistakes)
        return Taxonomy(
            categories={slug: Category(slug, **labels) for slug, labels in self._categories.items()},
            themes=themes,
            spelling=Spelling(frozenset(self._spelling_words), self._variants, frozenset(self._never)),
            negation=Negation(frozenset(self._negators), idioms),
        )

    def _theme(self, slug: str, draft: _ThemeDraft) -> Theme:
        missing = [name for name in _TEXTS if name not in draft.texts]
        if missing:
            self._mistakes.append(f"{draft.place}: theme {slug!r} lacks {', '.join(missing)}")
        category = draft.texts.get("category", "")
        if category and category not in self._categories:
            self._mistakes.append(f"{draft.place}: theme {slug!r} names category {category!r}, which does not exist")
        rules = [rule for file, node in draft.rules if (rule := self._rule(file, node)) is not None]
        if not draft.rules:
            self._mistakes.append(f"{draft.place}: theme {slug!r} has neither words nor rules, so nothing can show it")
        texts = {name: draft.texts.get(name, "") for name in _TEXTS}
        return Theme(slug, rules=tuple(rules), exclusions=tuple(self._patterns_of(draft.exclusions)), **texts)

    def _rule(self, file: str, node: yaml.Node) -> Rule | None:
        self._file = file
        origin = f"{file}:{node.start_mark.line + 1}"
        if not isinstance(node, yaml.MappingNode):
            return Rule(match=tuple(self._patterns(node)), origin=origin)
        conditions: dict[str, tuple[Pattern, ...]] = {}
        polarity: float | None = None
        weight = 1.0
        for key, value in self._pairs(node, "a rule"):
            if key.value in _CONDITIONS:
                conditions[_CONDITIONS[key.value]] = tuple(self._patterns(value))
            elif key.value == "polarity":
                polarity = POLARITIES.get(self._text(value))
                if polarity is None:
                    self._wrong(value, f"polarity is {', '.join(POLARITIES)}, not {value.value!r}")
            elif key.value == "weight":
                weight = self._weight(value)
            else:
                known = ", ".join((*_CONDITIONS, "polarity", "weight"))
                self._wrong(key, f"unknown key {key.value!r} of a rule; known are {known}")
        if "match" not in conditions:
            self._wrong(node, "the rule lacks match")
            return None
        return Rule(**conditions, polarity=polarity, weight=weight, origin=origin)

    def _weight(self, node: yaml.Node) -> float:
        text = self._text(node)
        try:
            weight = float(text)
        except ValueError:
            weight = 0.0
        if not 0 < weight <= 1:
            self._wrong(node, f"weight is a number above 0 and up to 1, not {text!r}")
        return weight

    def _patterns_of(self, nodes: list[tuple[str, yaml.Node]]) -> Iterator[Pattern]:
        for file, node in nodes:
            self._file = file
            yield from self._patterns(node)

    def _patterns(self, node: yaml.Node) -> Iterator[Pattern]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            try:
                yield parse_pattern(self._text(item), self._lists)
            except PatternError as error:
                self._wrong(item, str(error))

    def _words(self, node: yaml.Node, what: str) -> Iterator[str]:
        for item in self._items(node, what):
            try:
                yield parse_word(self._text(item))
            except PatternError as error:
                self._wrong(item, str(error))

    def _pairs(self, node: yaml.Node, what: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"{what} should be keys with values")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, "a key should be a single word")
            elif key.value in seen:
                self._wrong(key, f"{key.value!r} is given twice")
            else:
                seen.add(key.value)
                yield key, value

    def _items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self._wrong(node, f"{what} should be a list")
        return []

    def _text(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value).strip()
        self._wrong(node, "a text should stand here")
        return ""

    def _place(self, node: yaml.Node) -> str:
        return f"{self._file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def _wrong(self, node: yaml.Node, reason: str) -> None:
        self._mistakes.append(f"{self._place(node)}: {reason}")


@lru_cache(maxsize=1)
def _default_root() -> yaml.Node:
    return _compose(DEFAULT_TAXONOMY)


def _compose(path: Path) -> yaml.Node:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise TaxonomyError([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise TaxonomyError([f"{path.name}: is not UTF-8 text (byte {error.start})"]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        raise TaxonomyError([f"{place}: is not YAML: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise TaxonomyError([f"{path.name}: is not YAML: {error}"]) from error
    if root is None:
        raise TaxonomyError([f"{path.name}:1:1: the file is empty"])
    return root
