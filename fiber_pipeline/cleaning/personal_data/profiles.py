"""Who somebody is in a social network: links to a profile, handles, names said after a network's."""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.cues import LISTS, announced, cue_words
from fiber_pipeline.cleaning.personal_data.places import begins_with_brand
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.|web\.|es-la\.)?(?:instagram\.com|facebook\.com|fb\.com|fb\.me|m\.me|tiktok\.com|twitter\.com|x\.com"
    r"|linkedin\.com|t\.me|telegram\.me|threads\.net|snapchat\.com|twitch\.tv|discord\.gg)/(?P<name>@?[\w./?=&%+-]{2,})"
)
_LINK_SIGNS = (".com/", ".me/", ".net/", ".tv/", ".gg/")
_HANDLE = re.compile(r"(?<![\w@./])@(?P<name>[a-z0-9_][\w.]{2,40})")
_NAMED = re.compile(announced("profiles", "profile_fillers") + r"(?P<name>@?[a-z0-9_][\w.-]{2,40})")
_MORE_NAMES = re.compile(r"(?: [a-z]+){1,4}")
_WORDS = cue_words("profiles")
_IS = re.compile(r"(?<![a-z])(?:es|soy|como)(?![a-z])|[:=]")
_OWN_PAGES = ("story", "watch", "reel", "p/", "help", "explore", "groups", "events", "hashtag", "search", "home")


def find_profiles(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` links to profiles, handles and names in social networks stand; companies' stay."""
    plain = view.plain
    if any(sign in plain for sign in _LINK_SIGNS):
        for match in _LINK.finditer(plain):
            if not begins_with_brand(match["name"]) and not match["name"].startswith(_OWN_PAGES):
                yield match.span()
    if "@" in plain:
        for match in _HANDLE.finditer(plain):
            if not begins_with_brand(match["name"]):
                yield match.span()
    if view.words.isdisjoint(_WORDS):
        return
    for match in _NAMED.finditer(plain):
        name = match["name"].rstrip(".-")
        is_made_up = any(character in "_." or character.isdigit() for character in name[1:])
        is_told = _IS.search(match["gap"]) and name not in LISTS["said_of_logins"] and name not in LISTS["profiles"]
        if len(name) > 2 and (name.startswith("@") or is_made_up or is_told) and not begins_with_brand(name):
            if name.isdigit() or re.fullmatch(r"\d+[a-z]{0,5}|[a-z.]+\.(?:com|net|gov|org)(?:\.py)?", name):
                continue
            start = match.start("name")
            more = _MORE_NAMES.match(view.plain, start + len(name)) if is_told and not is_made_up else None
            yield start, _end_of_capitals(view, start + len(name), more.end() if more else start + len(name))


def _end_of_capitals(view: PlainView, start: int, end: int) -> int:
    """How far words with a capital go on: "Rodrigo Cuenca Oficial"."""
    last = start
    for word in re.finditer(r"[a-z]+", view.plain[start:end]):
        if not view.shown(start + word.start(), start + word.start() + 1).isupper():
            break
        last = start + word.end()
    return last
