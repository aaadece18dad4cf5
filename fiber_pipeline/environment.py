"""The process's environment, completed from a `.env` file in the working folder. What variables mean is in `settings`.

What the file says goes into the environment itself, as Dagster's own commands have it: the packages of services and
every process started from here look for their variables there.
"""

import json
import os
from io import StringIO
from pathlib import Path

_FILE = Path(".env")
_HANDED_ON = "_FIBER_ENVIRONMENT"


class EnvFileError(ValueError):
    """`.env` is not what it should be; the message says where, without a word of it."""


def complete_environment() -> None:
    """Add what `.env` says; what the environment says already wins, and an empty variable counts as unset.

    Raises EnvFileError, before anything is added.
    """
    os.environ.update(json.loads(os.environ.get(_HANDED_ON, "{}")))
    text = _read_file()
    if text is None:
        return
    from dotenv import load_dotenv

    for name in _values(text):
        if not os.environ.get(name, "").strip():
            os.environ.pop(name, None)
    load_dotenv(stream=StringIO(text))


def hand_on() -> None:
    """Have Dagster's commands, started from here, keep to the environment.

    They lay `.env` over it in every process they start; `complete_environment` puts back there what is kept here.
    """
    values = _values(_read_file() or "")
    kept = {name: os.environ[name] for name, value in values.items() if os.environ.get(name, value) != value}
    if kept:
        os.environ[_HANDED_ON] = json.dumps(kept)


def _read_file() -> str | None:
    if not _FILE.is_file():
        return None
    try:
        return _FILE.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise EnvFileError(f"{_FILE}: not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise EnvFileError(f"{_FILE}: {error.strerror}") from None


def _values(text: str) -> dict[str, str]:
    from dotenv.parser import parse_stream

    values = {}
    for binding in parse_stream(StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            raise EnvFileError(f"{_FILE}, line {binding.original.line}: give NAME=value")
        if binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values
