"""Spanish inflection by rule: the folded forms that one lexicon entry covers."""

from collections.abc import Iterator

from fiber_pipeline.text import fold

KINDS = {
    "a": "adjective or participle: gender, number, -ísimo, -ito, -mente",
    "n": "noun: number, -ito, -azo",
    "v": "verb, given as infinitive: conjugated with voseo; `stem` of its irregular present after a bar (perder|pierd)",
    "w": "word or phrase as it stands",
    "g": "Guaraní or Jopara word: prefixes and suffixes are taken off by rule",
}

# Endings after the stem. The present singular and third plural go on the irregular stem too, if there is one.
_AR = (
    "ar", "ando", "ado", "ada", "ados", "adas", "o", "as", "a", "amos", "an", "ais", "e", "es", "emos", "en", "aba",
    "abas", "abamos", "aban", "aste", "o", "asteis", "aron", "are", "aras", "ara", "aremos", "aran", "aria", "arias",
    "ariamos", "arian", "ase", "aramos", "asen", "arme", "arte", "arse", "arlo", "arla", "arnos", "arles", "arle",
    "andome", "andolo", "andose", "andonos", "ad",
)  # fmt: skip
_ER = (
    "er", "iendo", "ido", "ida", "idos", "idas", "o", "es", "e", "emos", "en", "eis", "a", "as", "amos", "an", "ia",
    "ias", "iamos", "ian", "i", "iste", "io", "ieron", "imos", "ere", "eras", "era", "eremos", "eran", "eria", "erias",
    "eriamos", "erian", "iera", "ieras", "ieran", "iese", "erme", "erte", "erse", "erlo", "erla", "ernos", "erle",
    "erles", "iendome", "iendose",
)  # fmt: skip
_IR = (
    "ir", "iendo", "ido", "ida", "idos", "idas", "o", "es", "e", "imos", "en", "is", "a", "as", "amos", "an", "ia",
    "ias", "iamos", "ian", "i", "iste", "io", "ieron", "ire", "iras", "ira", "iremos", "iran", "iria", "irias",
    "iriamos", "irian", "iera", "ieras", "ieran", "iese", "irme", "irte", "irse", "irlo", "irla", "irnos", "irle",
    "irles", "iendome", "iendose",
)  # fmt: skip
_PRESENT = {
    "ar": ("o", "as", "a", "an", "e", "es", "en"),
    "er": ("o", "es", "e", "en", "a", "as", "an", "iendo", "io", "ieron", "iera"),
    "ir": ("o", "es", "e", "en", "a", "as", "an", "iendo", "io", "ieron", "iera"),
}
# Verbs in -ir with an irregular stem have a third one: mentir, miente, mintió.
_WEAK = ("iendo", "io", "ieron", "iera", "ieras", "ieran", "iese", "amos")
_NARROWED = {"e": "i", "o": "u"}
# Endings that never go on the regular stem of a verb with an irregular one: "mora" is no form of morir.
_ONLY_IRREGULAR = {"ar": (), "er": ("o", "a", "as", "an"), "ir": ("o", "a", "as", "an", "e", "es", "en")}
_ENDINGS = {"ar": _AR, "er": _ER, "ir": _IR}

# How much stronger than its entry a derived form is.
SUPERLATIVE = 1.35
DIMINUTIVE = 1.0


def inflect(entry: str, kind: str) -> Iterator[tuple[str, float]]:
    """Yield (folded form, strength factor) for every form a one-word `entry` of `kind` covers.

    Raises ValueError for a verb that is no infinitive.
    """
    if kind == "v":
        infinitive, _, stem = entry.partition("|")
        yield from ((form, 1.0) for form in _conjugate(fold(infinitive), fold(stem)))
        return
    word = fold(entry)
    yield word, 1.0
    if kind == "a":
        yield from _adjective(word)
    elif kind == "n":
        yield from ((form, 1.0) for form in _plural(word))
        yield from ((form, DIMINUTIVE) for form in _suffixed(_root(word), ("it",)))
        yield from ((form, SUPERLATIVE) for form in _suffixed(_root(word), ("az",)))


def _adjective(word: str) -> Iterator[tuple[str, float]]:
    root = _root(word)
    if word.endswith("o"):
        plain = [root + ending for ending in ("a", "os", "as")]
        yield root + "amente", 1.0
    elif word.endswith(("or", "on", "an", "in", "es")):
        plain = [word + ending for ending in ("a", "es", "as")]
    else:
        plain = list(_plural(word))
        yield word + "mente", 1.0
    yield from ((form, 1.0) for form in plain)
    superlative = root[:-1] + "qu" if root.endswith("c") else root + "u" if root.endswith("g") else root
    superlative = superlative.removesuffix("i")  # sucio, sucísimo
    if root.endswith("bl"):
        superlative = root[:-1] + "il"  # amable, amabilísimo
    yield from ((form, SUPERLATIVE) for form in _suffixed(superlative, ("isim",)))
    yield from ((form, DIMINUTIVE) for form in _suffixed(superlative if root[-1:] in "cg" else root, ("it",)))


def _root(word: str) -> str:
    return word[:-1] if word[-1:] in "aoe" else word


def _plural(word: str) -> tuple[str, ...]:
    if word.endswith("z"):
        return (word[:-1] + "ces",)
    return (word + "s",) if word[-1:] in "aeiou" else (word + "es",)


def _suffixed(root: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for suffix in suffixes:
        for ending in ("o", "a", "os", "as"):
            yield root + suffix + ending


def _conjugate(infinitive: str, stem: str) -> Iterator[str]:
    reflexive = infinitive.endswith("se")
    base = infinitive[:-2] if reflexive else infinitive
    group = base[-2:]
    if group not in _ENDINGS or len(base) < 4:
        raise ValueError(f"{infinitive!r} is no infinitive")
    regular = base[:-2]
    barred = _ONLY_IRREGULAR[group] if stem else ()
    for ending in _ENDINGS[group]:
        if ending in barred:
            continue
        yield _spelled(regular, ending, group)
    if stem:
        for ending in _PRESENT[group]:
            yield _spelled(stem, ending, group)
        if group == "ir" and (weak := _weakened(regular)):
            for ending in _WEAK:
                yield _spelled(weak, ending, group)


def _weakened(stem: str) -> str | None:
    """The stem with its last e or o narrowed, as verbs in -ir have it in some forms: mentir, mintió; dormir, durmió."""
    for place in range(len(stem) - 1, -1, -1):
        if stem[place] in "aeiou":
            narrow = _NARROWED.get(stem[place])
            return None if narrow is None else stem[:place] + narrow + stem[place + 1 :]
    return None


def _spelled(stem: str, ending: str, group: str) -> str:
    """Join them, keeping the sound: buscar, busqué; llegar, llegue; avanzar, avance; leer, leyó."""
    if ending[:1] in "ei" and group == "ar":
        if stem.endswith("c"):
            return stem[:-1] + "qu" + ending
        if stem.endswith("g"):
            return stem + "u" + ending
        if stem.endswith("z"):
            return stem[:-1] + "c" + ending
    if group != "ar" and ending[:1] in "ao":
        if stem.endswith("g") and not stem.endswith("ng"):
            return stem[:-1] + "j" + ending
        if stem.endswith(("ec", "uc")):
            return stem[:-1] + "zc" + ending
    if group != "ar" and ending[:2] in ("io", "ie") and stem[-1:] in "aeou":
        return stem + "y" + ending[1:]
    return stem + ending
