"""What becomes of a request that failed. This is the only place that decides to ask again."""

import random
from dataclasses import dataclass, replace

from fiber_pipeline.services.failures import RETRIED, ServiceFailure
from fiber_pipeline.services.packing import halves
from fiber_pipeline.services.policy import Policy


@dataclass(frozen=True)
class Pack:
    """The questions of one request, and what has been tried.

    attempts: requests sent for them. maybe_paid: of these, how many failed and may have been paid.
    repairs: how often their answers were flawed.
    tried_since: when the first request went out; None if none has.
    """

    questions: tuple[int, ...]
    attempts: int = 0
    maybe_paid: int = 0
    repairs: int = 0
    tried_since: float | None = None

    def parts(self, groups: list[tuple[int, ...]]) -> list["Pack"]:
        """These questions in several requests, with the history they share."""
        return [replace(self, questions=group) for group in groups]


@dataclass(frozen=True)
class Verdict:
    """What to do: ask `again`, after `pause` seconds; or, with nothing to ask again, give up for this `reason`."""

    again: tuple[Pack, ...] = ()
    pause: float = 0.0
    reason: str | None = None


def after_failure(pack: Pack, failure: ServiceFailure, policy: Policy) -> Verdict:
    """Decide about a request that brought no answers. Deadlines are checked when its turn comes."""
    if failure.maybe_paid:
        pack = replace(pack, maybe_paid=pack.maybe_paid + 1)
    reason = describe_failure(failure)
    if failure.kind in ("too_large", "rejected"):
        # Too much at once; or one poisonous text, which is found without giving up the others.
        if len(pack.questions) == 1:
            return Verdict(reason=reason)
        return Verdict(again=tuple(pack.parts(halves(pack.questions))))
    if pack.maybe_paid >= policy.paid_attempts:
        return Verdict(reason=f"{reason}, {pack.maybe_paid} times though it may have been paid")
    if failure.kind in RETRIED:
        # A service that says how long to wait holds its whole quota back; no need to draw a pause besides.
        return Verdict(again=(pack,), pause=0.0 if failure.retry_after else pause_before(pack.attempts, policy))
    # Final for this endpoint; another may take it.
    return Verdict(again=(pack,))


def after_flaws(pack: Pack, flawed: dict[int, str], policy: Policy) -> tuple[tuple[Pack, ...], dict[int, str]]:
    """Decide about questions (with what was wrong) whose answers were flawed: what to ask again, what to give up.

    First they are asked again without the others, then each by itself.
    """
    if pack.repairs >= policy.repairs:
        return (), {number: f"flawed {pack.repairs + 1} times: {why}" for number, why in flawed.items()}
    groups: list[tuple[int, ...]] = [(number,) for number in flawed] if pack.repairs else [tuple(flawed)]
    return tuple(replace(pack, repairs=pack.repairs + 1).parts(groups)), {}


def after_doubt(pack: Pack) -> Verdict:
    """Decide about a request whose answers are not believed: each of its texts is asked about alone."""
    return Verdict(again=tuple(pack.parts([(number,) for number in pack.questions])))


def pause_before(attempts: int, policy: Policy) -> float:
    """Seconds to wait after this many attempts, drawn at random so that many do not come back at once."""
    bound = min(policy.longest_pause_seconds, policy.first_pause_seconds * 2 ** min(attempts - 1, 30))
    return random.uniform(0, bound)


def describe_failure(failure: ServiceFailure) -> str:
    """A failure as it stands in `fallback_reason` and in the books."""
    return f"{failure.kind.replace('_', ' ')}: {failure}"
