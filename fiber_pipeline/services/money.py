"""Amounts of US dollars as people read them."""

_CENTS = 2
_FINEST = 9
_NEAR_ENOUGH = 0.005


def usd(amount: float) -> str:
    """The amount without its unit: in cents, and finer where cents would be more than half a percent off."""
    places = _CENTS
    while places < _FINEST and abs(round(amount, places) - amount) > _NEAR_ENOUGH * abs(amount):
        places += 1
    return f"{amount:.{places}f}"
