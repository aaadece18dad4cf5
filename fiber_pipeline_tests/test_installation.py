from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiber_pipeline.installation import SECRET_NAME, InstallationKeys, SecretUnusable, add_key, read_keys


def test_everybody_who_comes_first_gets_the_same_secret(tmp_path: Path):
    path = tmp_path / "new" / SECRET_NAME
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_keys(path), range(32)))
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == [SECRET_NAME]
    assert path.stat().st_mode & 0o777 == 0o600


def test_codes_are_of_one_installation_and_one_purpose(tmp_path: Path):
    codes = {
        read_keys(tmp_path / place / SECRET_NAME).coder(purpose)("C1")[:16]
        for place in ("a", "b")
        for purpose in ("comment", "response", "customer", "forgotten")
    }
    assert len(codes) == 8


def test_a_code_of_older_keys_becomes_the_newer_one(tmp_path: Path):
    path = tmp_path / SECRET_NAME
    before = read_keys(path)
    after = add_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert after.keys[:1] == before.keys
    older, newer = before.coder("comment")("x"), after.coder("comment")("x")
    assert older != newer
    assert after.after(before.fingerprints).coder("comment")(older) == newer
    assert after.after(()) == after
    assert after.after(after.fingerprints).coder("comment")("x") == "x"


def test_names_of_another_installation_are_not_taken_for_ours(tmp_path: Path):
    ours, theirs = (read_keys(tmp_path / place / SECRET_NAME) for place in ("a", "b"))
    for foreign in (theirs.fingerprints, (*ours.fingerprints, *theirs.fingerprints)):
        with pytest.raises(SecretUnusable, match="another secret"):
            ours.after(foreign)


@pytest.mark.parametrize("content", ["", "00ff", "no secret"])
def test_a_file_that_holds_no_secret_is_not_used(tmp_path: Path, content: str):
    (tmp_path / SECRET_NAME).write_text(content)
    with pytest.raises(SecretUnusable, match=SECRET_NAME):
        read_keys(tmp_path / SECRET_NAME)


def test_keys_are_not_shown():
    assert "kkkk" not in repr(InstallationKeys((b"k" * 32,)))
