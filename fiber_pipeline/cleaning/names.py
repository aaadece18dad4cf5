"""Names of people: those who say who they are, those who are called by a title, those whose names are listed.

A listed name counts in any case, since customers write "me atendio carlos". Names that are also words, months or towns need
another name beside them or words that announce one. Towns, brands and sayings made of names are spared.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from fiber_pipeline.cleaning.places import is_brand, protected_spans
from fiber_pipeline.cleaning.plain_view import PlainView


class _Names(NamedTuple):
    given: frozenset[str]
    given_ambiguous: frozenset[str]
    surnames: frozenset[str]
    surnames_ambiguous: frozenset[str]
    surnames_words: frozenset[str]
    particles: frozenset[str]


@cache
def _names() -> _Names:
    listed = yaml.safe_load(resources.files(__package__).joinpath("names.yaml").read_text("utf-8"))
    return _Names(**{kind: frozenset(words) for kind, words in listed.items()})


_WORD = re.compile(r"[a-z]+")
_SELF = re.compile(
    r"\b(?P<cue>me llamo|mi nombre(?: completo)?(?: es)?|nombre y apellido|nombre(?: completo)?(?= ?:)|che ?re?ra|cherera|che ?ha e|my name is|i am|i m|me chamo|meu nome e|a nombre del?"
    r"|a mi nombre|titular(?: es| del servicio)?|firma(?:do)?(?: por)?|att?e|atentamente|cordialmente|saludos(?: cordiales)?(?: de)?|les? (?:habla|escribe|saluda))\b[ :,.;-]{0,3}(?:(?:es|yo|de|la|el|don|dona|sr|sra|ing|lic|dr|dra)\b[. ]{1,2}){0,2}"
)
_TITLE = re.compile(
    r"\b(?:(?:sr|sra|srta|srs|ing|lic|dr|dra|prof|flia|mr|mrs|ms|arq|abog|adm|tec)\b[. ]{1,2}"
    r"|(?:senor|senora|senorita|don|dona|licenciad[oa]|ingenier[oa]|doctora?|profesora?|tecnic[oa]|instalador[a]?|operador[a]?|asesor[a]?|vendedor[a]?|agente|supervisor[a]?|gerente|encargad[oa]"
    r"|ejecutiv[oa]|cajer[oa]|chic[oa]|muchach[oa]|joven|companer[oa]|funcionari[oa]|karai|kunakarai|familia|hij[oa]|espos[oa]|marido|herman[oa]|vecin[oa]|tio|tia|abuel[oa]|amig[oa]|jef[ea]|empleado|empleada"
    r"|se llama(?:ba)?|llamad[oa]|de nombre|de apellido|apellido|hera|ambue|mita karia|la nora|el capo|un tal|una tal) )(?:(?:de nombre|de apellido|llamad[oa]|se llama(?:ba)?|sr|sra|don|dona|que se llama|ing|lic|es|la|el)\b[. ]{1,2}){0,2}"
)
_SOFT = re.compile(
    r"\b(?:soy|habla|atendio|atendida por|atendido por|atendieron|hable con|llego|vino|gracias a|gracias|felicito a|felicitaciones a|felicidades|al|a|con|por|de parte de|nombre|saluda|ayudo|instalo|explico|parte de|era|fue|para|che|lady|y) ((?:[a-z]+ )?)"
)
_SHIELD = frozenset(
    "san santa santo sto sta virgen calle avda av avenida barrio villa colonia puerto plaza hospital colegio escuela club supermercado banco edificio "
    "shopping paseo ruta parroquia capilla cooperativa estadio compania nuestra sanatorio farmacia ferreteria universidad mes copa ciudad".split()
)
_STOP = frozenset(
    "a al algo alguien alguna alguno antes asi atencion ayer bien buen buena buenas bueno buenos cada cliente como con contento cuando cual de del desde despues donde dos el ella ellos empresa en "
    "encantado enojada enojado era eran es esa ese eso esta estaba estafa este esto estoy excelente felicitaciones fue gracias ha hace han hasta hay he hoy internet jamas la las le les lo los "
    "luego mal mala malo mas me mejor mi mis momento mucha mucho muchas muchos muy nada nadie ni ningun ninguno no nos nuestra nuestro nunca o otra otro para paraguay parece pero pesima pesimo por porque "
    "primera primero pues que quien quiero saludos se senal senor senora ser servicio si siempre sin sobre solo son soy su sus tal tambien tarde tecnico tecnica tecnicos tengo tiene todavia "
    "todo todos tres tu tuve un una uno usuario usuaria va varias vez veces vino vos y ya yo wifi ahora ademas anda aqui aca alla cuenta factura fibra titular toda todas tan linea telefono cel ci cedula "
    "lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre cada ultima ultimo proxima proximo "
    "que dejo llego vinieron dijo cambio cambiaron estan estamos super hola dia dias noche mañana manana the and not very happy so is been from customer using great amable amables "
    "atento atenta atentos capo capa profesional responsable rapido rapida puntual genial excelentes lento lenta cumplio soluciono resolvio arreglo instalo explico hizo puso trajo fueron vinieron "
    "nuevo nueva solamente recien igual menos ojala pesimos ñande nde che ha ko pe upe oi ndaipori iporã ipora ivai vai ndoikoi heta gui pora pya e hikuai umi peteĩ petei ndouí oho ou oho".split()
)
_INITIAL = re.compile(r"[a-z]\.(?= ?[a-z])")


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    is_capital: bool


class _Finder:
    def __init__(self, view: PlainView) -> None:
        self.view = view
        self.plain = view.plain
        self.words = [self._word(match) for match in _WORD.finditer(view.plain)]
        letters = [character for character in view.text if character.isalpha()]
        self.has_case = any(letter.isupper() for letter in letters) and any(letter.islower() for letter in letters)
        self.names = _names()

    def _word(self, match: re.Match[str]) -> _Word:
        text, (start, end) = match.group(), match.span()
        shown = self.view.shown(start, end)
        # "aña" and "año" are no Ana: a tilde on the n is another letter.
        if "ñ" in shown or "Ñ" in shown:
            text = "".join("ñ" if was in "ñÑ" else now for was, now in zip(shown, text, strict=False))
        return _Word(text, start, end, shown[:1].isupper())

    def is_given(self, word: _Word) -> bool:
        return word.text in self.names.given

    def is_listed(self, word: _Word) -> bool:
        """Whether a word may be part of a name, once a name has begun."""
        names = self.names
        if word.text in names.given or word.text in names.surnames:
            return True
        if word.text in names.given_ambiguous or word.text in names.surnames_ambiguous:
            return word.is_capital or not self.has_case
        return word.text in names.surnames_words and word.is_capital and (self.has_case or len(self.words) < 6)

    def adjoins(self, position: int) -> bool:
        """Whether the word at `position` follows the one before with nothing but a space or an initial between."""
        between = self.plain[self.words[position - 1].end : self.words[position].start]
        before = self.words[position - 1]
        return between == " " or (between in (". ", ".") and before.end - before.start == 1)

    def extend(self, position: int, *, takes_unknown: bool) -> int:
        """The position of the last word of the name whose first word is at `position`."""
        last = position
        here = position + 1
        while here < len(self.words) and here - position < 7 and self.adjoins(here):
            word = self.words[here]
            if word.text in self.names.particles:
                here += 1
                continue
            is_initial = (
                word.end - word.start == 1
                and word.is_capital
                and self.has_case
                and self.plain[word.end : word.end + 1] in (".", "")
            )
            is_unknown_name = (
                takes_unknown
                and self.has_case
                and word.is_capital
                and word.text not in _STOP
                and not is_brand(word.text)
                and word.end - word.start > 2
            )
            if not (self.is_listed(word) or is_initial or is_unknown_name):
                break
            last = here
            here += 1
        return last

    def at(self, place: int) -> int | None:
        """The position of the word that begins at `place`."""
        for position, word in enumerate(self.words):
            if word.start == place:
                return position
        return None

    def span(self, first: int, last: int) -> tuple[int, int]:
        return self.words[first].start, self.words[last].end


def find_names(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` names of people stand."""
    finder = _Finder(view)
    if not finder.words:
        return
    yield from _introduced(finder)
    yield from _titled(finder)
    yield from _listed(finder)


def _introduced(finder: _Finder) -> Iterator[tuple[int, int]]:
    for match in _SELF.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        word = finder.words[position]
        if word.text in _STOP or is_brand(word.text) and not finder.is_listed(word):
            continue
        last = finder.extend(position, takes_unknown=True)
        cue = match.group("cue")
        is_known = finder.is_listed(word) or word.text in finder.names.given_ambiguous
        is_capital_name = (
            finder.has_case and word.is_capital and word.end - word.start > 2 and not _is_farewell_to(cue, word)
        )
        says_name = "nombre es" in cue or cue.startswith(("che", "my name", "meu nome", "me chamo"))
        if cue.startswith(("i am", "i m", "che ha", "saludos", "les", "le ", "titular")):
            is_capital_name = is_capital_name and last > position
            says_name = False
        if is_known and (
            word.text in finder.names.given or says_name or cue == "me llamo" or word.is_capital or last > position
        ):
            yield finder.span(position, last)
        elif is_capital_name or (says_name and word.end - word.start > 2) or (last > position and cue != "titular"):
            yield finder.span(position, last)


def _is_farewell_to(cue: str, word: _Word) -> bool:
    return cue.startswith("saludos") and is_brand(word.text)


def _titled(finder: _Finder) -> Iterator[tuple[int, int]]:
    for match in _TITLE.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        word = finder.words[position]
        if word.text in _STOP or is_brand(word.text):
            continue
        is_unknown_name = finder.has_case and word.is_capital and word.end - word.start > 2
        is_known = finder.is_listed(word) and (
            word.is_capital or word.text in finder.names.given or word.text in finder.names.surnames
        )
        if is_unknown_name or is_known:
            yield finder.span(position, finder.extend(position, takes_unknown=True))


def _listed(finder: _Finder) -> Iterator[tuple[int, int]]:
    names = finder.names
    starts = [
        position
        for position, word in enumerate(finder.words)
        if word.text in names.given or word.text in names.given_ambiguous
    ]
    if not starts:
        return
    protected = protected_spans(finder.plain)
    done = -1
    for position in starts:
        word = finder.words[position]
        if position <= done or any(start <= word.start < end for start, end in protected):
            continue
        if position and finder.words[position - 1].text in _SHIELD and finder.adjoins(position):
            continue
        last = finder.extend(position, takes_unknown=False)
        if word.text in names.given_ambiguous:
            follows_surname = last > position and finder.words[last].text in names.surnames
            shows_name = last > position and finder.has_case and word.is_capital
            if not (follows_surname or shows_name):
                continue
        first = position
        if position and finder.adjoins(position) and finder.words[position - 1].text in names.surnames:
            first = position - 1
        done = last
        yield finder.span(first, last)
