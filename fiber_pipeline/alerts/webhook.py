"""Telling people outside the UI that something needs them: a message to a webhook."""

import json
import urllib.error
import urllib.request
from typing import Any

_SECONDS = 10


class AlertNotSent(RuntimeError):  # noqa: N818 - a state of the receiver
    """Nobody was told; the message says why, and not the webhook's address, which is a secret."""


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """What is redirected would be asked without its text, perhaps in the open, and count as sent."""

    def redirect_request(self, *_: Any) -> None:
        """Leave the answer what it is, an error."""


_OPENER = urllib.request.build_opener(_NoRedirection)


def send_alert(webhook: str, text: str) -> None:
    """Post `{"text": …}` to a webhook, as Slack and its like take it. Raises AlertNotSent.

    The settings refuse addresses that would send it in the open.
    """
    request = urllib.request.Request(
        webhook, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with _OPENER.open(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise AlertNotSent(f"the webhook answered {error.code}") from None
    except (urllib.error.URLError, OSError) as error:
        raise AlertNotSent(f"the webhook was not reached ({type(error).__name__})") from None
