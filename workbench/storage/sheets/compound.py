"""Streams of a compound file ([MS-CFB] 2), the container of old Office files and of locked new ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFF9  # sector numbers from here on mean free, end of chain, …
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound file whose directory has been read. ``entries`` maps small-lettered names to first sector and size."""

    data: bytes
    sector: int
    small: int
    cutoff: int
    mini_first: int
    fat: list[int]
    root: int | None
    entries: dict[str, tuple[int, int]]

    def stream(self, name: str) -> bytes:
        """The bytes of a stream, b"" when there is none of this name. Raises ValueError where the file is damaged."""
        if name not in self.entries:
            return b""
        first, size = self.entries[name]
        if size >= self.cutoff:
            return self._follow(first)[:size]
        root = b"" if self.root is None else self._follow(self.root)
        mini = self._follow(self.mini_first)
        table = list(struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4]))
        return b"".join(root[n * self.small : (n + 1) * self.small] for n in _chain(table, first))[:size]

    def _follow(self, first: int) -> bytes:
        return b"".join(_at(self.data, self.sector, n) for n in _chain(self.fat, first))


def _chain(table: list[int], first: int) -> Iterator[int]:
    seen = 0
    while first < _END:
        yield first
        seen += 1
        if seen > len(table) or first >= len(table):
            raise ValueError("sectors of the compound file go in a circle or out of it")
        first = table[first]


def _at(data: bytes, sector: int, number: int) -> bytes:
    return data[(number + 1) * sector : (number + 2) * sector]


def open_compound(data: bytes) -> Compound:
    """Read the allocation table and the directory. Raises ValueError where the file is no compound file or damaged."""
    try:
        return _open(data)
    except struct.error as error:
        raise ValueError("damaged compound file") from error


def _open(data: bytes) -> Compound:
    sector = 1 << (struct.unpack_from("<H", data, 30)[0] & 31)
    small = 1 << (struct.unpack_from("<H", data, 32)[0] & 31)
    if not 64 <= sector <= 65536 or not 8 <= small <= sector:
        raise ValueError("no compound file")
    directory, _signature, cutoff, mini_first = struct.unpack_from("<IIII", data, 48)
    entries = sector // 4
    fat_sectors = [n for n in struct.unpack_from("<109I", data, 76) if n < _END]
    more = struct.unpack_from("<I", data, 68)[0]
    for _turn in range(len(data) // sector + 1):
        if more >= _END:
            break
        block = struct.unpack(f"<{entries}I", _at(data, sector, more))
        fat_sectors += [n for n in block[:-1] if n < _END]
        more = block[-1]
    fat: list[int] = []
    for number in fat_sectors[: len(data) // sector + 1]:
        fat += struct.unpack(f"<{entries}I", _at(data, sector, number))
    root: int | None = None
    found: dict[str, tuple[int, int]] = {}
    listing = b"".join(_at(data, sector, n) for n in _chain(fat, directory))
    for start in range(0, len(listing) - 127, 128):
        entry = listing[start : start + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        first, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == _ROOT:
            root = first
        elif entry[66] == _STREAM:
            found.setdefault(name, (first, size))
    return Compound(data, sector, small, cutoff, mini_first, fat, root, found)
