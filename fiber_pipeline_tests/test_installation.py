from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiber_pipeline.installation import SECRET_NAME, SecretUnusable, keyed_code


def test_everybody_who_comes_first_gets_the_same_secret(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(lambda _: keyed_code(tmp_path / "new", "customer", "0981471130"), range(32)))
    assert len(codes) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == [SECRET_NAME]
    assert (tmp_path / "new" / SECRET_NAME).stat().st_mode & 0o777 == 0o600


def test_codes_are_of_one_installation_and_one_purpose(tmp_path: Path):
    codes = {keyed_code(tmp_path / place, purpose, "C1") for place in ("a", "b") for purpose in ("one", "other")}
    assert len(codes) == 4


def test_a_file_that_holds_no_secret_is_not_used(tmp_path: Path):
    (tmp_path / SECRET_NAME).write_text("")
    with pytest.raises(SecretUnusable, match=SECRET_NAME):
        keyed_code(tmp_path, "customer", "C1")
