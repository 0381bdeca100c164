"""The demo office is whole, safe to seed again, and its files go through the chain as told."""

import pytest

from workbench.domain.people import WALIDATA_ROLES, Capacity, Role
from workbench.services import acceptance, demo_files, demo_mark, demo_office, people, recipe_desk
from workbench.storage import calendars, database, datasets


def test_seeding_again_changes_nothing(office):
    with database.writing() as session:
        again = demo_office.seed_office(session)
    assert again.passwords == {} and again.people == office.people and again.sops == 0
    assert len(again.producers) == 4 and len(again.datasets) >= 6
    with database.session() as session:
        assert len(calendars.versions(session)) == 1
    assert demo_mark.is_demo()


def test_every_lane_has_somebody_and_one_is_plt(office):
    with database.session() as session:
        for role in sorted(WALIDATA_ROLES | {Role.ADMINISTRATOR, Role.PRODUCER_STAFF}):
            assert people.holders(session, role), role
        held = people.holders(session, Role.SECTION_HEAD)[0].assignment_for(Role.SECTION_HEAD)
    assert held.capacity is Capacity.PLT and held.letter_number


def test_passwords_are_random_long_and_accepted():
    made = {demo_office.new_password() for _n in range(50)}
    assert len(made) == 50 and all(len(p) == 19 and people.password_problem(p, "admin") == "" for p in made)


def test_files_are_the_same_every_time_and_marked():
    one, two = (demo_files.workbook("populasi-ternak", "2024") for _n in range(2))
    assert one == two and one.content[:2] == b"PK"
    assert demo_files.workbook("populasi-ternak", "2025").content != one.content


@pytest.mark.slow
def test_all_files_of_three_years_go_through(office):
    operators = {p.opd_code: p.username for p in demo_office.PEOPLE if p.role is Role.PRODUCER_STAFF}
    owner = {d.id: operators[d.opd_code] for d in datasets.all_datasets()}
    accepted, refused = 0, []
    for number, file in enumerate(demo_files.files()):
        receipt = office.send(file, owner[file.dataset_id], idem=f"k{number}")
        assert not receipt.refusal
        result = office.check(receipt)
        for question in result.questions:
            code = demo_files.SPELLINGS[file.dataset_id][question.label]
            with database.writing() as session:
                recipe_desk.confirm_area(
                    session, dataset_id=file.dataset_id, label=question.label, area_code=code,
                    by=office.person("statistisi"),
                )  # fmt: skip
            result = office.check(receipt)
        if not result.acceptable:
            refused.append((file.dataset_id, file.period, file.flawed, [f.message for f in result.findings if f.open]))
            continue
        office.accept(result, idem=f"t{number}")
        accepted += 1
    assert [r[:3] for r in refused] == [("tenaga-kesehatan", "2025", True)], refused
    assert accepted == 3 * len(datasets.all_datasets())
    with database.session() as session:
        assert {(v.dataset_id, v.period, v.version) for v in acceptance.versions(session)} == {
            (d.id, year, 1) for d in datasets.all_datasets() for year in demo_files.YEARS
        }
