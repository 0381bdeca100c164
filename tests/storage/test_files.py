"""The content store keeps bytes under their own address and says so when the disk does not."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import NotFound, Refused
from workbench.storage import database, files


@given(st.binary(max_size=3000))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_put_is_read(data_dir: Path, body: bytes) -> None:
    stored = files.put(body)
    assert stored == files.put(BytesIO(body))
    assert stored.sha256 == hashlib.sha256(body).hexdigest()
    assert stored.size == len(body)
    assert files.read(stored.sha256) == body
    assert files.path(stored.sha256) == data_dir / "files" / stored.sha256[:2] / stored.sha256[2:]
    with files.open(stored.sha256) as stream:
        assert stream.read() == body


def test_nothing_is_left_behind(data_dir: Path) -> None:
    class Torn(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line broke")

    with pytest.raises(OSError, match="line broke"):
        files.put(Torn())
    assert list((data_dir / "files" / ".incoming").iterdir()) == []
    files.put(b"a")
    assert list((data_dir / "files" / ".incoming").iterdir()) == []


@pytest.mark.parametrize("address", ["", "..", "../../etc/passwd", "a" * 64, "A" * 64])
def test_an_unknown_address_is_not_found(data_dir: Path, address: str) -> None:
    with pytest.raises(NotFound):
        files.path(address)
    assert not files.exists(address)


def test_rotten_bytes_are_not_handed_out(data_dir: Path) -> None:
    stored = files.put(b"jumlah penduduk")
    path = files.path(stored.sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    path.chmod(0o600)
    path.write_bytes(b"jumlah pendudug")
    with pytest.raises(Refused):
        files.read(stored.sha256)
    files.put(b"jumlah penduduk")  # the same bytes again heal the store
    assert files.read(stored.sha256) == b"jumlah penduduk"


def test_recording_twice_is_one_row(db: str) -> None:
    stored = files.put(b"x", "text/plain")
    with database.writing() as session:
        files.record(session, stored)
        files.record(session, stored)
    with database.session() as session:
        assert files.info(session, stored.sha256) == stored
        with pytest.raises(NotFound):
            files.info(session, "0" * 64)
