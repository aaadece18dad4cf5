"""Where somebody is, to the metre: coordinates, plus codes and links to a map."""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:maps\.app\.goo\.gl|goo\.gl/maps|google\.[a-z]{2,3}(?:\.[a-z]{2})?/maps"
    r"|maps\.google\.[a-z]{2,3}(?:\.[a-z]{2})?|(?:ul\.)?waze\.com|maps\.apple\.com|openstreetmap\.org|osm\.org|bing\.com/maps"
    r"|what3words\.com|w3w\.co|g\.co/maps|g\.page)(?:[/?]\S*)?|\bgeo:-?\d\S*"
)
_LINK_SIGNS = ("maps", "waze", "geo:", "osm.", "openstreetmap", "w3w", "what3words", "g.page")
# Paraguay lies between 19 and 28 degrees south, 54 and 63 west. Apostrophes are not in the plain view: 25°1712"S.
_SOUTH, _WEST = r"(?:19|2[0-8])", r"0?(?:5[4-9]|6[0-3])"
_PAIR = re.compile(
    rf"(?<![\d.,])(?:(?<![a-z])[ns] ?)?-? ?{_SOUTH}[.,]\d{{3,}} ?°?(?: ?(?:s|sur|lat(?:itud)?)\b)?[ ,;/:y|]{{1,4}}"
    rf"(?:(?:lon|long|lng|longitud|w)\b[ :=]{{0,3}})?-? ?{_WEST}[.,]\d{{3,}} ?°?(?: ?(?:w|o|oeste)\b)?"
)
# Two prices in thousands look like a pair: "25.000 y 57.000".
_NO_PRICES = re.compile(r"-|[°sw]|[.,]\d{4}")
_ALONE = re.compile(
    r"(?<![a-z])(?:lat|latitud|lon|long|lng|longitud)\b[ .:=]{0,3}(?P<number>-? ?\d{1,2}[.,]\d{3,}(?: ?[nswo]\b)?)"
    rf"|(?P<bare>(?<![\d.,])-{_SOUTH}[.,]\d{{4,}}(?!\d)|(?<![\d.,])-{_WEST}[.,]\d{{4,}}(?!\d))"
)
_MINUTES = r"\d{2,4}(?:[.,]\d{1,6})?(?: ?\d{1,2}(?:[.,]\d{1,6})?)?"
# "º" is an "o" in the plain view.
_DEGREE = r"(?: ?° ?|(?<=\d)o(?=\d))"
_SECONDS = r" ?[\"″′”]{0,2}"
_DEGREES = re.compile(
    rf"(?<![\w.,])(?:s ?{_SOUTH}|[wo] ?{_WEST}){_DEGREE}{_MINUTES}{_SECONDS}"
    rf"|(?<![\w.,]){_SOUTH}{_DEGREE}{_MINUTES}{_SECONDS}"
    rf"(?: ?(?:s|sur)\b|(?=[ ,;/y]{{1,4}}(?:[wo] ?)?{_WEST}{_DEGREE}\d))"
    rf"|(?<![\w.,]){_WEST}{_DEGREE}{_MINUTES}{_SECONDS} ?(?:w|o|oeste)\b"
)
_PLUS_CODE = re.compile(r"(?<!\w)(?=[a-z]{0,7}\d)[2-9cfghjmpqrvwx]{4,8}\+[2-9cfghjmpqrvwx]{2,3}(?!\w)")


def find_locations(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` coordinates about Paraguay, plus codes and links to a map stand."""
    plain = view.plain
    if any(sign in plain for sign in _LINK_SIGNS):
        for match in _LINK.finditer(plain):
            yield match.span()
    for match in _PAIR.finditer(plain):
        if _NO_PRICES.search(match.group()):
            yield match.span()
    for match in _DEGREES.finditer(plain):
        yield match.span()
    for match in _ALONE.finditer(plain):
        yield match.span("number" if match["number"] else "bare")
    if "+" in plain:
        for match in _PLUS_CODE.finditer(plain):
            yield match.span()
