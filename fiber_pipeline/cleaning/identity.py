"""What makes a text, a response and a comment the same one again.

Texts go into hashes redacted; customer and metadata go in as they stand. Whoever knows the rest of a row could guess at
them, so what leaves this package is coded with the secret of the installation (`Identities`).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from fiber_pipeline.cleaning.customer_codes import customer_codes, recoded_customer
from fiber_pipeline.cleaning.normalisation import plain_form
from fiber_pipeline.installation import InstallationKeys, Purpose

_KEY_BYTES = 8
_RESPONSE_BYTES = 16
_EMOTICON = re.compile(r"(?<!\w)(?:[:;=8xX]['´]?-?[)(DPpoO/\\|3*]+(?!\w)|<3|\^_?\^|-_-|[:;][vV]\b)")
_EMOTICON_SIGN = re.compile(r"[:;=<^)(/|*-]|[xX8][dDpP]")
_PARTED_NUMBER = re.compile(r"(?<=\d)[.,:/](?=\d)")
# Letters, digits, emojis, and the private stand-ins for emoticons and the signs inside numbers.
_UNSAID = re.compile(r"[^\w\u2190-\u21ff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ue000-\uf8ff]+|_+")


def _hash(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def canonical_text(text: str) -> str:
    """What of `text` counts for equality: folded letters, digits, emojis and emoticons, nothing between them.

    The sign inside a number stays in a stand-in ("1,5" is not "15"), as do emoticons (":)" is not ":("). Text that is
    punctuation only comes out empty.
    """
    if _EMOTICON_SIGN.search(text):
        text = _EMOTICON.sub(lambda match: "".join(chr(0xE000 + ord(sign)) for sign in match.group()), text)
    text = _PARTED_NUMBER.sub("\ue02c", text)
    return _UNSAID.sub("", plain_form(text))


def text_key(text: str) -> str:
    """Equal (16 hexadecimal digits) for texts that differ only in case, accents, punctuation, spacing or stretching."""
    return _hash(canonical_text(text), _KEY_BYTES)


def canonical_json(document: str, further: Mapping[str, str] | None = None) -> str:
    """A JSON object with its keys in order, so that a moved column changes nothing.

    further: answers that count as if they were columns of the object; a column of the same name stands before them.
    """
    columns = {**(further or {}), **json.loads(document)}
    return json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def response_keys(columns: Sequence[Sequence[object]]) -> list[str]:
    """A key (32 hexadecimal digits) for each row of `columns`, equal where every column is."""
    return [
        _hash("\x1f".join(["\x00" if value is None else str(value) for value in row]), _RESPONSE_BYTES)
        for row in zip(*columns, strict=True)
    ]


def occurrences(batches: Sequence[str], keys: Sequence[str]) -> list[int]:
    """For each row, how many rows of its batch before it have its key."""
    counters: dict[tuple[str, str], count[int]] = {}
    return [next(counters.setdefault(pair, count())) for pair in zip(batches, keys, strict=True)]


def comment_ids(
    batches: Sequence[str], keys: Sequence[str], places: Sequence[int], questions: Sequence[str | None]
) -> list[str]:
    """An id (16 hexadecimal digits) per comment from its batch, response key, occurrence and question.

    questions: what further answers of a response answer; None for main ones. Rows that move in the file keep theirs.
    With 64 bits, the chance that any two of ten million comments share one is under one in 300,000; the table's unique
    key would refuse them.
    """
    return [
        _hash(f"{batch}\x1f{key}\x1f{place}" + ("" if question is None else f"\x1f{question}"), _KEY_BYTES)
        for batch, key, place, question in zip(batches, keys, places, questions, strict=True)
    ]


@dataclass(frozen=True)
class Identities:
    """What responses, comments and customers are called in an installation, and in no other.

    keys: the installation's; with none, as for a look at a file, anybody could compute the same names.
    code_all_customers: whether customer numbers that tell nobody anything are coded too.
    """

    keys: InstallationKeys
    code_all_customers: bool = False

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of the keys, in order."""
        return self.keys.fingerprints

    def named(self, purpose: Purpose, known: Sequence[str]) -> list[str]:
        """The names of what is `known` by `response_keys` or `comment_ids`."""
        return [*map(self.keys.coder(purpose), known)]

    def customers(self, customers: Sequence[str | None], headers: Sequence[str | None]) -> list[str | None]:
        """The customers as they are named outside `raw_comments`. headers: of the columns that they stand in."""
        return customer_codes(self.keys, customers, headers, code_all=self.code_all_customers)

    def renamed(self, purpose: Purpose, names: Sequence[str], made_with: Sequence[str]) -> list[str]:
        """The names now of what had `names` with the keys whose fingerprints are `made_with`; none before there were.

        Raises SecretUnusable if those are not the first of this installation's keys.
        """
        lacking = self.keys.after(made_with)
        if purpose == "customer":
            return [recoded_customer(lacking, name, code_all=self.code_all_customers) for name in names]
        return [*map(lacking.coder(purpose), names)]
