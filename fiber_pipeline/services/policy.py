"""How patiently, how fast and in what portions services are asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """The figures the enrichment layer goes by. All times are in seconds.

    concurrency: requests under way at once, over all endpoints.
    items_per_request: texts in one request, where the service's own limits allow it.
    request_seconds: how long one request may take.
    item_seconds: how long one text is tried for, from its first request; where a service has stopped answering, texts
        that have not been tried yet wait no longer than this either.
    reach_seconds: how long at most where no endpoint has ever been reached: a wrong address, a firewall, no network.
    call_seconds: how long one call of `Enricher.enrich` may take; None for as long as it needs.
    first_pause_seconds, longest_pause_seconds: the bounds of the pause after a first failure and after many. The
        pause is drawn between nothing and the bound, which doubles with every failure ("full jitter": Brooker,
        Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    paid_attempts: how often a text is asked about when the answer fails to arrive although it may have been paid.
    repairs: how often a text whose answer was flawed is asked about again.
    grace_seconds: how long requests under way may still take once the caller gives up.
    """

    concurrency: int = 10
    items_per_request: int = 10
    request_seconds: float = 60.0
    item_seconds: float = 120.0
    reach_seconds: float = 15.0
    call_seconds: float | None = None
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 20.0
    paid_attempts: int = 3
    repairs: int = 2
    grace_seconds: float = 3.0

    def __post_init__(self) -> None:
        for name in ("concurrency", "items_per_request", "paid_attempts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
