import errno
import os
from pathlib import Path

import pytest

from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.workbook.spreadsheet import new_workbook


def test_a_file_that_fails_leaves_nothing_and_is_named_itself(tmp_path: Path):
    path = tmp_path / "nuevo" / "informe.xlsx"
    with pytest.raises(OSError, match="No space left") as failure, whole_file(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert failure.value.filename == str(path)
    with pytest.raises(OSError, match="Permission") as failure, whole_file(path) as temporary:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(temporary))
    assert failure.value.filename == str(path)
    assert list(path.parent.iterdir()) == []


def test_a_place_that_takes_no_file_is_named_before_anything_is_written():
    with pytest.raises(OSError, match=r"/proc/x\.xlsx") as failure, whole_file(Path("/proc/x.xlsx")):
        pytest.fail("written")
    assert failure.value.filename == "/proc/x.xlsx"


def test_a_workbook_that_cannot_be_written_fails_as_any_file():
    with pytest.raises(OSError, match=r"/proc/x\.xlsx"), new_workbook(Path("/proc/x.xlsx")):
        pass
