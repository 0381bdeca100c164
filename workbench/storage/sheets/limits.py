"""What a file may demand. Beyond it the answer is one sentence, never a hanging or dying server."""

from __future__ import annotations

MB = 2**20

FILE = 4096 * MB  # bytes of one file handed to the reader; uploads have their own, smaller limit
MEMBERS = 2_000  # files inside a workbook
SHEETS = 200
INFLATED = 1024 * MB  # a workbook unpacked
RATIO = 250  # unpacked to packed; real workbooks have about 6
SUSPICIOUS = 4 * MB  # below this size a high ratio is harmless
SCANNED = 8 * MB  # parts up to this size are searched for cells at the far end of the sheet
BOX = 60_000_000  # rows times columns of one sheet
CELLS = 30_000_000
FIELD = 1 * MB  # characters in one field or line of a CSV
COLUMNS = 2_000
WIDTH = 4_096  # columns of a sheet; an ODS can declare a million
LINES = 100  # line breaks in one cell of a CSV; more are rows that an open quote has swallowed
MERGE = 5_000_000  # cells in one merged range

MEMORY = 3072 * MB
CPU_SECONDS = 120
WALL_SECONDS = 150
OUTPUT = 2048 * MB
