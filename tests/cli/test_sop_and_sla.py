"""`workbench sop` and `workbench sla`: what schedulers and checks read, with nothing set up."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.domain import office
from tests.domain.test_clock import GOLDEN
from workbench.cli import cli
from workbench.domain.errors import WorkbenchError
from workbench.domain.sop import Unit
from workbench.settings import CHECKOUT

HEADER = "start,amount,unit\n"


@pytest.fixture
def run(data_dir: Path):
    """Run a command on an empty data folder, without a database."""

    def call(*arguments: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(cli, list(arguments), input=stdin)
        assert not data_dir.exists(), "these commands write nothing"
        return result

    return call


def due(run, *arguments: str) -> dict:
    result = run("sla", "due", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_due_as_json(run):
    found = due(run, "--start", "2026-07-06T11:45", "--amount", "30", "--unit", "working_minutes")
    assert found == {
        "start": "2026-07-06T11:45", "amount": 30, "unit": "working_minutes", "zone": "Asia/Jakarta",
        "due": "2026-07-06T13:15", "provisional": False,
    }  # fmt: skip


def test_zones_and_offsets(run):
    ask = ("--amount", "30", "--unit", "working_minutes")
    assert due(run, "--start", "2026-07-06T00:00Z", *ask, "--zone", "WITA")["due"] == "2026-07-06T08:30"
    assert due(run, "--start", "2026-07-06T00:00+00:00", *ask)["due"] == "2026-07-06T08:00"
    assert due(run, "--start", "2026-07-06T09:00", *ask, "--zone", "Asia/Jayapura")["zone"] == "Asia/Jayapura"


def test_due_explained(run):
    arguments = ("--start", "2026-03-17T14:30", "--amount", "60", "--unit", "working_minutes", "--explain")
    kinds = [line["kind"] for line in due(run, *arguments)["explanation"]]
    assert kinds[0] == "start"
    assert kinds[-1] == "due"
    assert {"regime", "after_hours", "public_holiday", "collective_leave"} <= set(kinds)
    text = run("sla", "due", *arguments).stdout
    assert "Hari Suci Nyepi" in text
    assert "Jatuh tempo Rabu, 25 Maret 2026 pukul 08.00" in text


def test_plain_due_says_when_it_is_provisional(run):
    text = run("sla", "due", "--start", "2027-03-05T09:00", "--amount", "3", "--unit", "working_days").stdout
    assert text.startswith("2027-03-18T16:00")
    assert "Sementara" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "kemarin", "--amount", "1", "--unit", "working_days"),
        ("--start", "2026-07-06", "--amount", "0", "--unit", "working_days"),
        ("--start", "2026-07-06", "--amount", "1", "--unit", "hari"),
        ("--start", "2026-07-06", "--amount", "1", "--unit", "months", "--zone", "Solo"),
        ("--start", "2026-07-06"),
        ("--batch", "tidak-ada.csv"),
    ],
)
def test_wrong_usage(run, arguments):
    assert run("sla", "due", *arguments).exit_code == 2


def test_beyond_the_calendar_is_refused_with_the_year(run):
    result = run("sla", "due", "--start", "2027-12-30T10:00", "--amount", "10", "--unit", "working_days")
    assert isinstance(result.exception, WorkbenchError)
    assert "2028" in str(result.exception)


def test_batch_keeps_columns_and_order(run, tmp_path):
    path = tmp_path / "batch.csv"
    rows = [
        "b,2026-07-06T11:45,30,working_minutes",
        "a,2026-03-10 09:00,10,working_days",
        "c,2026-01-30T09:00,1,months",
    ]
    path.write_text("id,start,amount,unit\n" + "\n".join(rows) + "\n", encoding="utf-8-sig")
    result = run("sla", "due", "--batch", str(path))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "id,start,amount,unit,due",
        f"{rows[0]},2026-07-06T13:15",
        f"{rows[1]},2026-03-31T16:00",
        f"{rows[2]},2026-03-02T15:00",
    ]
    again = run("sla", "due", "--batch", "-", stdin=result.stdout)
    assert again.stdout == result.stdout


def test_batch_like_the_golden_table_and_like_walking_minute_by_minute(run, tmp_path):
    """R7 through the command: every worked case, and 3,000 random ones against the calendar that shares no code."""
    rng = random.Random(71)
    rows = [(start, amount, unit, due) for start, amount, unit, due in GOLDEN.values()]
    walks = {
        Unit.WORKING_MINUTES: (office.walk, 900), Unit.WORKING_DAYS: (office.walk_days, 20),
        Unit.MONTHS: (office.walk_months, 3),
    }  # fmt: skip
    for _ in range(3000):
        start, unit = office.moment(rng.randrange(3 * 365 * 1440)), rng.choice(list(walks))
        walk, most = walks[unit]
        amount = rng.randint(1, most)
        rows.append((f"{start:%Y-%m-%dT%H:%M}", amount, unit, f"{walk(start, amount):%Y-%m-%dT%H:%M}"))
    path = tmp_path / "batch.csv"
    path.write_text(HEADER + "".join(f"{start},{amount},{unit}\n" for start, amount, unit, _ in rows))
    result = run("sla", "due", "--batch", str(path))
    assert result.exit_code == 0
    found = [row["due"] for row in csv.DictReader(io.StringIO(result.stdout))]
    assert found == [due for *_, due in rows]


def test_batch_names_rows_it_cannot_date_and_keeps_the_others(run, tmp_path):
    path = tmp_path / "batch.csv"
    bad = ["x,1,months", "2026-07-06,1.5,working_days", "2026-07-06,1,jam", "2031-01-01,1,working_days", "2026-07-06"]
    path.write_text(HEADER + "\n".join(["2026-07-06,1,working_days", *bad]) + "\n", encoding="utf-8")
    result = run("sla", "due", "--batch", str(path))
    assert isinstance(result.exception, WorkbenchError)
    dues = [row["due"] for row in csv.DictReader(io.StringIO(result.stdout))]
    assert dues == ["2026-07-07T16:00", "", "", "", "", ""]
    for row in (3, 4, 5, 6, 7):
        assert f"Baris {row}:" in result.stderr
    assert "2031" in result.stderr


def test_batch_without_its_columns_is_refused(run, tmp_path):
    path = tmp_path / "batch.csv"
    path.write_text("mulai,jumlah\n", encoding="utf-8")
    assert "start, amount, unit" in str(run("sla", "due", "--batch", str(path)).exception)
    path.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in str(run("sla", "due", "--batch", str(path)).exception)


def test_list_and_show(run):
    listed = json.loads(run("sop", "list", "--json").stdout)
    assert [set(row) for row in listed] == [{"id", "title", "office", "version", "steps"}] * 7
    assert {row["id"]: row["steps"] for row in listed}["bwi-diseminasi"] == 6
    for row in listed:
        shown = json.loads(run("sop", "show", row["id"], "--json").stdout)
        assert len(shown["steps"]) == row["steps"]
        assert {"number", "source", "identity", "lanes", "phases"} <= set(shown)
        for step in shown["steps"]:
            assert {
                "no",
                "activity",
                "lane",
                "inputs",
                "standard",
                "output",
                "outcomes",
                "confidence",
                "printed",
            } <= set(step)
            assert step["standard"] is None or set(step["standard"]) == {"amount", "unit"}
    assert "Tersedia → 8; Tidak tersedia → 4" in run("sop", "show", "bwi-permintaan").stdout
    assert "trk-layanan-data" in run("sop", "list").stdout


def test_show_of_an_unknown_sop_is_refused(run):
    assert "tidak-ada" in str(run("sop", "show", "tidak-ada").exception)


def test_lint_passes_the_shipped_ones_with_their_warnings(run):
    result = run("sop", "lint")
    assert result.exit_code == 0
    assert "7 berkas diperiksa: 0 galat, 7 peringatan." in result.stdout
    assert "trk-layanan-data.yaml:" in result.stdout


def test_lint_names_file_line_and_rule_and_fails(run, tmp_path):
    text = (CHECKOUT / "data" / "sop" / "bwi-diseminasi.yaml").read_text(encoding="utf-8")
    path = tmp_path / "rusak.yaml"
    path.write_text(text.replace("lane: kabid", "lane: bupati"), encoding="utf-8")
    line = text[: text.index("lane: kabid")].count("\n") + 1
    result = run("sop", "lint", str(path))
    assert isinstance(result.exception, WorkbenchError)
    assert f"{path}:{line}: [lane_unknown]" in result.stdout
    rows = json.loads(run("sop", "lint", str(path), "--json").stdout)
    assert rows[0]["line"] == line
    path.write_text(text.replace("amount: 120", "amount: dua jam"), encoding="utf-8")
    assert "[schema]" in run("sop", "lint", str(path)).stdout
    twin = tmp_path / "a.yaml"
    twin.write_text(text, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert "[id_duplicate]" in run("sop", "lint", str(tmp_path)).stdout
