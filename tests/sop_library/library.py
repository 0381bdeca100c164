"""The shipped procedures, for tests of the library."""

from functools import cache

from workbench.domain.sop import Sop
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all

IDS = (
    "bwi-diseminasi",
    "bwi-permintaan",
    "sby-penyebarluasan",
    "ska-permohonan-bps",
    "ska-publikasi",
    "srg-pengumpulan-publikasi",
    "trk-layanan-data",
)


@cache
def shipped() -> dict[str, Sop]:
    return {sop.id: sop for sop in load_all(CHECKOUT / "data" / "sop")}
