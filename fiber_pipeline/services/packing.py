"""How texts are put together into requests."""

from collections.abc import Collection, Iterable, Sequence

from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Limits, Service


def common_limits(services: Sequence[Service]) -> Limits:
    """What a request may hold wherever it is sent; paces are not in it."""
    limits = [service.limits for service in services]
    return Limits(
        items=min(limit.items for limit in limits),
        item_characters=min(limit.item_characters for limit in limits),
        request_characters=min(limit.request_characters for limit in limits),
        # They answer the same question, and are spoilt by the same texts.
        alone=limits[0].alone,
    )


def too_long(item: Item, limits: Limits) -> str | None:
    """Why this text cannot be sent at all, or None."""
    most = min(limits.item_characters, limits.request_characters)
    if len(item.text) <= most:
        return None
    return f"too long: {len(item.text)} characters, where the service takes {most}"


def pack(
    items: Sequence[Item], numbers: Iterable[int], limits: Limits, size: int, alone: Collection[int] = ()
) -> list[tuple[int, ...]]:
    """Put texts together, in order, up to `size` and the limits; return the numbers of the texts of each request.

    items: all texts; numbers: which of them to pack, none of them too long; alone: those that share no request,
    beside what the limits say.
    A request holds one language only, since some services are told it once a request.
    """
    most = min(size, limits.items)
    open_packs: dict[str | None, tuple[list[int], int]] = {}
    packs: list[list[int]] = []
    for number in numbers:
        item = items[number]
        if number in alone or (most > 1 and limits.alone(item.text)):
            packs.append([number])
            continue
        members, characters = open_packs.get(item.language, (None, 0))
        if members is None or len(members) == most or characters + len(item.text) > limits.request_characters:
            members, characters = [], 0
            packs.append(members)
        members.append(number)
        open_packs[item.language] = (members, characters + len(item.text))
    return [tuple(members) for members in packs]


def halves(numbers: tuple[int, ...]) -> list[tuple[int, ...]]:
    """A request's texts as two requests."""
    middle = len(numbers) // 2
    return [numbers[:middle], numbers[middle:]]
