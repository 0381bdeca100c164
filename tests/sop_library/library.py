"""The shipped procedures, for tests of the library."""

from functools import cache

from sqlmodel import Session

from workbench import moment
from workbench.domain.engine import Event, EventType
from workbench.domain.sop import Sop
from workbench.services import casework
from workbench.settings import CHECKOUT
from workbench.storage.sop_files import load_all

OPDS = ("1.01.01", "1.02.01")
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


def case_at(session: Session, sop: Sop, no: str, name: str = "") -> int:
    """A case put at a step (by the event for that), or waiting for its OPDs where the step is theirs."""
    name = name or f"{sop.id}:{no}"
    opds = OPDS if sop.fan_out else ()
    case_id = casework.open_case(session, sop_id=sop.id, subject=name, by="system", idem=name, opd_codes=opds)
    if no != sop.start:
        event = Event(EventType.MIGRATE, moment.now(), "system", detail={"to_sop": sop.sha, "to_step": no})
        casework.append(session, case_id=case_id, seen_seq=None, event=event, idem=f"{name}:put")
    return case_id
