"""People in files: where they belong, since when, and rows that cannot be taken."""

from datetime import date
from io import BytesIO

import pytest

from paceline.crm.mapping import PeopleMapping, read_people_mapping
from paceline.crm.people import PersonRow, read_people
from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput

EVERYTHING = b"""Name,E-mail,email,Department,Team,Manager,Hire date,END_DATE,external id,Quota Carrying,from
Tariq Aziz,,tariq@example.com,Sales > East > Inside,Lamps; Key accounts;,sam@example.com,2024-03-01,,r-7,yes,2026-01-01
"""
PLAIN = PersonRow(2, "Tariq", None, (), (), None, None, None, None, None, None, "Tariq")


def test_everything_by_its_name() -> None:
    rows = read_people(BytesIO(EVERYTHING), PeopleMapping())
    assert list(rows) == [
        PersonRow(
            line=2,
            name="Tariq Aziz",
            email="tariq@example.com",
            department=("Sales", "East", "Inside"),
            teams=("Lamps", "Key accounts"),
            manager="sam@example.com",
            hire_day=date(2024, 3, 1),
            end_day=None,
            external_id="r-7",
            quota_carrying=True,
            from_day=date(2026, 1, 1),
            content=EVERYTHING.decode().splitlines()[1],
        )
    ]
    assert rows.ignored == ("E-mail",)
    assert rows.bytes_read == len(EVERYTHING)


def test_a_name_alone() -> None:
    assert list(read_people(BytesIO(b"name\nTariq\n"), PeopleMapping())) == [PLAIN]


def test_a_mapping_with_constants() -> None:
    mapping = read_people_mapping(
        b"""
        source = "staff"
        delimiter = ";"
        dates = "day-first"
        [columns]
        name = "Wer"
        hire_date = "Seit"
        [constants]
        department = "Sales > East"
        quota_carrying = false
        from = 2026-01-01
        """
    )
    assert mapping.source == "staff"
    (person,) = read_people(BytesIO(b"Wer;Seit\nTariq;01.03.2024\n"), mapping)
    assert isinstance(person, PersonRow)
    assert (person.department, person.quota_carrying) == (("Sales", "East"), False)
    assert (person.hire_day, person.from_day) == (date(2024, 3, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",,x,,", None, "a person has a name, an e-mail or an external id"),
        ("Tariq,tariq,,,", "email", "'tariq' is not an e-mail address"),
        ("Tariq," + "x" * 250 + "@a.com,,,", "email", "256 characters, where at most 254 fit"),
        ("x" * 201 + ",,,,", "name", "201 characters, where at most 200 fit"),
        ("Tariq,,East > " + "x" * 201 + ",,", "department", "201 characters, where at most 200 fit"),
        ("Tariq,t@x,,,", "email", "'t@x' is not an e-mail address"),
        ("Tariq,,East > \x07,,", "department", "holds a control character"),
        ("Ta\triq,,,,", "name", "holds a control character"),
        ("Tariq,,,1024-03-01,", "hire_date", "the year 1024 is before 1900"),
        ("Tariq,,,,perhaps", "quota_carrying", "'perhaps' is none of true, false, yes, no, 1, 0"),
        ("Tar\0iq,,,,perhaps", "name",
         "holds a NUL character; quota_carrying: 'perhaps' is none of true, false, yes, no, 1, 0"),
        ("Tariq", None, "1 cell, where the header has 5"),
    ],
)  # fmt: skip
def test_refused(row: str, column: str | None, reason: str) -> None:
    data = f"name,email,department,hire_date,quota_carrying\n{row}\nSam,,,,\n".encode()
    refused, good = read_people(BytesIO(data), PeopleMapping())
    assert refused == Rejected(2, column, reason, row.replace("\0", "␀"))
    assert isinstance(good, PersonRow)


def test_nobody_to_be_known_by() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_people(BytesIO(b"nam,department\n"), PeopleMapping())
    assert str(refused.value) == "name: the file has no column 'name'; did you mean nam? It has: nam, department"


def test_faults_of_a_mapping() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_people_mapping(b'colums = 1\n[columns]\nowner = "a"\nname = "b"\n[constants]\nname = "c"\n[stages]\n')
    assert [(fault.where, fault.message) for fault in refused.value.faults] == [
        ("columns.owner", "people have no field 'owner'"),
        ("constants.name", "is given by a column already"),
        ("colums", "there is no setting 'colums'; did you mean columns?"),
        ("stages", "there is no setting 'stages'"),
    ]


def test_a_bad_constant() -> None:
    mapping = read_people_mapping(b'[columns]\nname = "name"\n[constants]\nemail = "tariq"\n')
    with pytest.raises(InvalidInput) as refused:
        read_people(BytesIO(b"name\n"), mapping)
    assert str(refused.value) == "constants.email: 'tariq' is not an e-mail address"
