"""Telling people outside the UI that something needs them: a message to a webhook."""

import json
import urllib.error
import urllib.request

_SECONDS = 10


class AlertNotSent(RuntimeError):  # noqa: N818 - a state of the receiver
    """Nobody was told; the message says why, and not the webhook's address, which is a secret."""


def send_alert(webhook: str, text: str) -> None:
    """Post `{"text": …}` to a webhook, as Slack and its like take it. Raises AlertNotSent."""
    if not webhook.startswith(("https://", "http://")):
        raise AlertNotSent("FIBER_ALERT_WEBHOOK is not a web address")
    request = urllib.request.Request(
        webhook, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise AlertNotSent(f"the webhook answered {error.code}") from None
    except (urllib.error.URLError, OSError) as error:
        raise AlertNotSent(f"the webhook was not reached ({type(error).__name__})") from None
