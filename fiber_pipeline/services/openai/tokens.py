"""How many tokens a text comes to at most, known without a tokenizer's vocabulary, which would be a download.

Measured once with the o200k_base vocabulary over comments of the kinds this pipeline sees, ten to a request as JSON,
in UTF-8 bytes per token: Spanish 3.6, without accents 3.4, Jopara 3.2, Guaraní 2.7, in capitals 2.6, and 2.2 for the
worst request of all; the prompts 4.3, their schemas 4.0. Single comments of emojis or odd letters come down to 1,
which the allowance per text covers at the lengths they have. Estimates are reserved before a request and settled on
what the service says was used, so they may be too high but should not be too low.
"""

from collections.abc import Sequence

TEXT_BYTES_PER_TOKEN = 2.0
PROMPT_BYTES_PER_TOKEN = 3.5
# Id, keys, quotation marks and commas around a text.
TOKENS_AROUND_A_TEXT = 16
# What chat formats put around messages.
TOKENS_AROUND_A_REQUEST = 32


def prompt_tokens(*texts: str) -> int:
    """At most so many tokens in a prompt or schema."""
    return TOKENS_AROUND_A_REQUEST + round(sum(len(text.encode()) for text in texts) / PROMPT_BYTES_PER_TOKEN)


def text_tokens(texts: Sequence[str]) -> int:
    """At most so many tokens in texts of customers, as a request holds them."""
    return TOKENS_AROUND_A_TEXT * len(texts) + round(len("".join(texts).encode()) / TEXT_BYTES_PER_TOKEN)
