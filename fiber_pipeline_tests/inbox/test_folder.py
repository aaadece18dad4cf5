import errno
import os
import socket
from pathlib import Path

import pytest

from fiber_pipeline.inbox import Inbox, Quarantine, UnusableName, check_batch_key


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(str(tmp_path / "inbox"))


def drop(inbox: Inbox, batch: str, content: bytes = b"x") -> Path:
    path = Path(inbox.url) / batch
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_batch_is_a_path_relative_to_the_inbox(inbox):
    drop(inbox, "norte/2026/marzo.csv", b"abc")
    drop(inbox, "enero.xlsx")
    files = inbox.files()
    assert [file.batch for file in files] == ["enero.xlsx", "norte/2026/marzo.csv"]
    assert files[1].size == 3


def test_hidden_lock_and_half_written_files_do_not_wait(inbox):
    for name in (".hidden.csv", "Thumbs.db", "~$open.xlsx", "big.csv.part", "x.crdownload", ".git/y.csv", "z.tmp"):
        drop(inbox, name)
    assert inbox.files() == []


def test_a_pipe_is_not_a_file_to_read(inbox):
    os.mkfifo(Path(inbox.url) / "pipe.csv")
    assert inbox.files() == []


def test_given_files_are_copied_in_and_appear_whole(inbox, tmp_path):
    source = tmp_path / "encuesta.csv"
    source.write_bytes(b"comentario\nbueno\n")
    assert inbox.add([source]).batches == ["encuesta.csv"]
    assert (Path(inbox.url) / "encuesta.csv").read_bytes() == source.read_bytes()
    assert [path.name for path in Path(inbox.url).iterdir()] == ["encuesta.csv"]


def test_a_folder_keeps_its_layout(inbox, tmp_path):
    folder = tmp_path / "drop"
    (folder / "sur").mkdir(parents=True)
    (folder / "sur" / "a.csv").write_bytes(b"1")
    (folder / "b.csv").write_bytes(b"2")
    (folder / ".DS_Store").write_bytes(b"3")
    assert inbox.add([folder]).batches == ["b.csv", "sur/a.csv"]


def test_a_file_of_the_inbox_stays_where_it_is(inbox):
    path = drop(inbox, "sur/a.csv", b"abc")
    before = path.stat().st_mtime_ns
    assert inbox.add([path]).batches == ["sur/a.csv"]
    assert inbox.add([path.parent]).batches == ["sur/a.csv"]
    assert path.stat().st_mtime_ns == before


def test_two_files_that_would_be_one_batch_are_refused(inbox, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"a\.csv"):
        inbox.add([tmp_path / "one" / "a.csv", tmp_path / "two" / "a.csv"])
    assert inbox.files() == []


def test_a_missing_file_is_named(inbox, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        inbox.add([tmp_path / "nothing.csv"])


def test_what_is_no_file_or_cannot_be_read_is_named_and_every_other_comes_in(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "drop"
    (folder / "closed").mkdir(parents=True)
    for name in ("a.csv", "gone.csv", "locked.csv", "z.csv"):
        (folder / name).write_bytes(b"x")
    os.mkfifo(folder / "pipe.csv")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket.csv"))
    _refuse(monkeypatch, folder / "locked.csv", folder / "closed", vanishing=folder / "gone.csv")
    added = inbox.add([folder])
    listener.close()
    assert added.batches == ["a.csv", "z.csv"]
    assert {path.name: why for path, why in added.left_out.items()} == {
        "closed": "cannot be read (Permission denied)",
        "gone.csv": "is gone",
        "locked.csv": "cannot be read (Permission denied)",
        "pipe.csv": "is a pipe, not a file",
        "socket.csv": "is a socket, not a file",
    }
    assert [path.name for path in sorted(Path(inbox.url).iterdir())] == ["a.csv", "z.csv"]


def _refuse(monkeypatch: pytest.MonkeyPatch, *refused: Path, vanishing: Path) -> None:
    """Have the system refuse paths, as it would anybody but root, and take a file away as it is opened."""
    really_open, really_scan = os.open, os.scandir

    def opened(path: str, *arguments: int, **options: int) -> int:
        if Path(path) in refused:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        if Path(path) == vanishing:
            vanishing.unlink()
        return really_open(path, *arguments, **options)

    def scanned(path: str) -> object:
        if Path(path) in refused:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return really_scan(path)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "scandir", scanned)


def test_a_pipe_in_the_inbox_that_is_named_is_told_too(inbox: Inbox):
    os.mkfifo(Path(inbox.url) / "pipe.csv")
    assert list(inbox.add([Path(inbox.url)]).left_out.values()) == ["is a pipe, not a file"]


def test_nothing_outside_the_inbox_can_be_reached(inbox):
    with pytest.raises(UnusableName), inbox.local_copy("../secret.csv"):
        raise AssertionError("reached")


@pytest.mark.parametrize("name", ["a...b.csv", "two\nlines.csv", "bell\a.csv"])
def test_names_that_cannot_be_keys_say_why(name):
    with pytest.raises(UnusableName, match="rename"):
        check_batch_key(name)


@pytest.mark.parametrize("name", ["año 2026/encuesta (1).xlsx", "x'; DROP TABLE comments; --.csv", 'comi"llas.csv'])
def test_odd_names_are_fine(name):
    assert check_batch_key(name) == name


def test_files_behind_a_url(tmp_path):
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe("/bucket/inbox/norte/a.csv", b"comentario\nbueno\n")
    inbox = Inbox("memory://bucket/inbox")
    assert [(file.batch, file.size) for file in inbox.files()] == [("norte/a.csv", 17)]
    with inbox.local_copy("norte/a.csv") as path:
        assert path.name == "a.csv"
        assert path.read_bytes() == b"comentario\nbueno\n"
    assert not path.exists()
    local = tmp_path / "b.csv"
    local.write_bytes(b"x")
    assert inbox.add([local]).batches == ["b.csv"]
    assert inbox.sha256("b.csv").startswith("2d711642b726b044")
    Quarantine(tmp_path / "quarantine").take(inbox, "b.csv", "broken")
    assert [file.batch for file in inbox.files()] == ["norte/a.csv"]
    assert (tmp_path / "quarantine" / "b.csv").read_bytes() == b"x"


def test_quarantine_keeps_the_file_and_why(inbox, tmp_path):
    quarantine = Quarantine(tmp_path / "quarantine")
    drop(inbox, "sur/bad.xlsx", b"broken")
    place = quarantine.take(inbox, "sur/bad.xlsx", "it is truncated; export it again")
    assert inbox.files() == []
    assert place.read_bytes() == b"broken"
    assert quarantine.batches() == ["sur/bad.xlsx"]
    why = quarantine.why("sur/bad.xlsx")
    assert why is not None
    assert "truncated" in why
    quarantine.release("sur/bad.xlsx")
    assert quarantine.batches() == []
    assert not place.exists()


def test_a_link_is_quarantined_as_a_link(inbox, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("planted test secret")
    (Path(inbox.url) / "link.csv").symlink_to(secret)
    place = Quarantine(tmp_path / "quarantine").take(inbox, "link.csv", "a link")
    assert place.is_symlink()
    assert secret.exists()


ODD_NAMES = {
    "two\nlines.csv": "two%0Alines.csv",
    os.fsdecode(b"ma\xf1ana.csv"): "ma%F1ana.csv",
    os.fsdecode(b"ma\xf3ana.csv"): "ma%F3ana.csv",
    "ma%F1ana.csv": "ma%25F1ana.csv",
    "50% de enero.csv": "50% de enero.csv",
    "sur\u202e/a\u200b.csv": "sur%E2%80%AE/a%E2%80%8B.csv",
    "marzo.csv.": "marzo.csv.",
}


def test_every_odd_name_can_be_quarantined_and_no_two_become_one(inbox, tmp_path):
    quarantine = Quarantine(tmp_path / "quarantine")
    for number, (batch, spelled) in enumerate(ODD_NAMES.items()):
        drop(inbox, batch, bytes([number]))
        place = quarantine.take(inbox, batch, f"rename {batch}")
        assert place.relative_to(quarantine.folder).as_posix() == spelled
        assert "rename" in (quarantine.why(batch) or "")
    assert inbox.files() == []
    assert quarantine.batches() == sorted(ODD_NAMES.values())
    assert [(quarantine.folder / spelled).read_bytes() for spelled in ODD_NAMES.values()] == [
        bytes([number]) for number in range(len(ODD_NAMES))
    ]


def test_the_longest_names_can_be_added_and_quarantined_each_apart(inbox, tmp_path):
    names = [f"{'ñ' * 125}{number}.csv" for number in range(2)]
    assert {len(name.encode()) for name in names} == {255}
    for name in names:
        source = tmp_path / name
        source.write_bytes(name[-5:].encode())
        assert inbox.add([source]).batches == [name]
    quarantine = Quarantine(tmp_path / "quarantine")
    places = [quarantine.take(inbox, name, "broken") for name in names]
    assert [place.read_bytes() for place in places] == [b"0.csv", b"1.csv"]
    quarantine.release(names[0])
    assert [place.exists() for place in places] == [False, True]
    assert quarantine.why(names[1])


def test_a_name_that_is_not_utf8_is_refused_in_words_that_can_be_printed():
    with pytest.raises(UnusableName, match="ma%F1ana") as refusal:
        check_batch_key(os.fsdecode(b"ma\xf1ana.csv"))
    str(refusal.value).encode()
