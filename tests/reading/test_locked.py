"""Workbooks behind a password, as the programs really write them, and the binary workbook XLSB.

``files/terkunci.xls`` and ``.ods`` were saved with a password by LibreOffice (FILEPASS record, encrypted parts);
``terkunci.xlsx`` is the compound file with an EncryptedPackage that Excel writes. All hold the same five rows.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from workbench.domain.errors import UnreadableFile
from workbench.services.reading import read_path
from workbench.storage.sheets.compound import open_compound

FILES = Path(__file__).parent / "files"
LOCKED = sorted(path.name for path in FILES.glob("terkunci.*"))


def test_the_locked_files_are_what_they_are_said_to_be() -> None:
    assert LOCKED == ["terkunci.ods", "terkunci.xls", "terkunci.xlsx"]
    modern = open_compound((FILES / "terkunci.xlsx").read_bytes())
    assert {"encryptedpackage", "encryptioninfo"} <= modern.entries.keys()
    stream = open_compound((FILES / "terkunci.xls").read_bytes()).stream("workbook")
    first = struct.unpack_from("<HH", stream)  # BOF and its length; the next record is FILEPASS
    assert first[0] == 0x0809 and struct.unpack_from("<H", stream, 4 + first[1])[0] == 0x002F


@pytest.mark.parametrize("name", LOCKED)
def test_a_password_is_one_sentence_that_says_what_to_ask(name: str, tmp_path: Path) -> None:
    path = tmp_path / "isi"  # the content store keeps no endings
    before = (FILES / name).read_bytes()
    path.write_bytes(before)
    with pytest.raises(UnreadableFile) as refused:
        read_path(path, name)
    sentence = str(refused.value)
    assert "kata sandi" in sentence and "minta pengirimnya" in sentence
    assert sentence.count(".") == 1 and sentence.endswith(".")
    assert path.read_bytes() == before


def test_the_lock_is_found_wherever_the_directory_stands(tmp_path: Path) -> None:
    """Excel may write the directory behind megabytes of the encrypted package."""
    data = bytearray((FILES / "terkunci.xlsx").read_bytes())
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    directory = struct.unpack_from("<I", data, 48)[0]
    fat = struct.unpack_from("<I", data, 76)[0]
    entries = sector // 4
    chain, number = [], directory
    while number < 0xFFFFFFF9:
        chain.append(number)
        number = struct.unpack_from("<I", data, (fat + 1) * sector + 4 * number)[0]
    last = len(data) // sector - 1  # the first number of a sector that is not there yet
    assert last + len(chain) <= entries, "the table of this file has room"
    for old, new in zip(chain, range(last, last + len(chain)), strict=True):
        data += data[(old + 1) * sector : (old + 2) * sector]
        data[(old + 1) * sector : (old + 2) * sector] = bytes(sector)
        following = new + 1 if new < last + len(chain) - 1 else 0xFFFFFFFE
        struct.pack_into("<I", data, (fat + 1) * sector + 4 * new, following)
    struct.pack_into("<I", data, 48, last)
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="kata sandi"):
        read_path(path)


@pytest.mark.parametrize("name", ["terkunci.xls", "terkunci.xlsx"])
def test_a_damaged_container_is_said_to_be_damaged(name: str, tmp_path: Path) -> None:
    whole = (FILES / name).read_bytes()
    for offset in (30, 32, 44, 48, 60, 68, 76):
        for value in (0, 7, 0x7FFFFFFF, 0xFFFFFFFF):
            data = bytearray(whole)
            struct.pack_into("<I", data, offset, value)
            try:
                found = open_compound(bytes(data))
                for stream in found.entries:
                    found.stream(stream)
            except ValueError:
                continue
            assert found.entries.keys() <= open_compound(whole).entries.keys()
    path = tmp_path / name
    path.write_bytes(whole[:8] + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(2000))
    with pytest.raises(UnreadableFile, match="kata sandi"):
        read_path(path)  # no directory to read, but the name of the locked part is there
    for cut in (600, len(whole) // 2):
        path.write_bytes(whole[:cut])
        with pytest.raises(UnreadableFile) as refused:
            read_path(path)
        assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def _record(kind: int, body: bytes = b"") -> bytes:
    """One record of a binary part ([MS-XLSB] 2.1.4): number and length of variable size, then the body."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = b""
    rest = len(body)
    while True:
        size += bytes([rest & 127 | (128 if rest > 127 else 0)])
        rest >>= 7
        if not rest:
            return head + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, rows: Sequence[Sequence[str | float]]) -> None:
    """A binary workbook of one sheet, with texts in the cells."""
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = b""
    for r, row in enumerate(rows):
        cells += _record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0, 0, 0))
        for c, value in enumerate(row):
            place = struct.pack("<II", c, 0)
            cells += (
                _record(6, place + _wide(value)) if isinstance(value, str)
                else _record(5, place + struct.pack("<d", value))
            )  # fmt: skip
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(129) + _record(148, size) + _record(145) + cells + _record(146) + _record(130)
    entry = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Data"))
    book = _record(131) + _record(143) + entry + _record(144) + _record(132)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" '
            'Target="xl/workbook.bin"/></Relationships>',
        )
        package.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/worksheets/sheet1.bin", sheet)


def test_a_binary_workbook_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "laporan.xlsb"
    xlsb(
        path,
        [
            ["Jumlah Penduduk Menurut Kecamatan, 2024"],
            ["Kecamatan", "Penduduk"],
            ["Laweyan", 88617.0],
            ["Jebres", "138.775"],
            ["Jumlah", 227392.0],
        ],
    )
    table = read_path(path).tables[0]
    assert {o.cell: o.value for o in table.observations} == {"B3": 88617, "B4": 138775, "B5": 227392}
    assert table.title == "Jumlah Penduduk Menurut Kecamatan, 2024"


def test_a_binary_workbook_with_far_cells_or_cut_short_is_one_sentence(tmp_path: Path) -> None:
    far = tmp_path / "jauh.xlsb"
    xlsb(far, [["x"], ["y"]])
    with zipfile.ZipFile(far) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    row = _record(0, struct.pack("<IIHBBBI", 1_048_575, 0, 300, 0, 0, 0, 0))
    corner = row + _record(5, struct.pack("<IId", 16_383, 0, 1.0))
    parts["xl/worksheets/sheet1.bin"] = parts["xl/worksheets/sheet1.bin"].replace(_record(146), corner + _record(146))
    with zipfile.ZipFile(far, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name, body)
    with pytest.raises(UnreadableFile) as refused:
        read_path(far)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)

    short = tmp_path / "terpotong.xlsb"
    parts["xl/worksheets/sheet1.bin"] = parts["xl/worksheets/sheet1.bin"][:40]
    with zipfile.ZipFile(short, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name, body)
    with pytest.raises(UnreadableFile) as refused:
        read_path(short)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)
