"""The people of an uploaded file, whether CSV or a workbook, its columns known by what they are usually called."""

import re
from collections.abc import Sequence

from paceline.crm.files import reading
from paceline.crm.files.stored import StoredRows
from paceline.crm.layout import Layout
from paceline.crm.mapping import PEOPLE_FIELDS, Column, PeopleMapping
from paceline.crm.people import PeopleRows
from paceline.crm.times import Dates
from paceline.org.names import folded

# What other systems call the fields, the likeliest first; compared without capitals, blanks and signs.
NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "employee", "employeename", "displayname", "salesagent", "rep"),
    "email": ("email", "emailaddress", "workemail", "mail", "username", "login"),
    "department": ("department", "departmentpath", "division", "orgunit", "businessunit", "regionaloffice"),
    "team": ("team", "teams", "group", "squad"),
    "manager": ("manager", "reportsto", "manageremail", "managername", "supervisor", "lead"),
    "hire_date": ("hiredate", "hired", "startdate", "joined", "joindate", "firstday", "employedsince"),
    "end_date": ("enddate", "left", "lastday", "termdate", "terminationdate", "leavedate"),
    "external_id": ("externalid", "id", "employeeid", "userid", "repid", "crmid", "personnelnumber"),
    "quota_carrying": ("quotacarrying", "carriesquota", "hasquota", "quota"),
    "from": ("from", "fromdate", "effective", "effectivedate", "validfrom", "since"),
}


def read_people_file(content: bytes, dates: Dates) -> PeopleRows:
    """The people of the file. Raises InvalidInput, before any row, where it cannot be read or names nobody."""
    table = reading.read(content)
    layout = Layout(table.encoding or "utf-8", table.delimiter or ",", dates)
    mapping = PeopleMapping(layout=layout, columns=guessed(table.header))
    used = {each.name for each in mapping.columns.values()}
    return PeopleRows(StoredRows(table.header, list(table.rows), layout, used), mapping)


def guessed(header: Sequence[str]) -> dict[str, Column]:
    """The column that gives each field, by its name; the likeliest where several could."""
    bare = {re.sub(r"[\W_]+", "", folded(name)): name for name in reversed(header) if name}
    found = {field: next((bare[each] for each in NAMES[field] if each in bare), None) for field in PEOPLE_FIELDS}
    return {field: Column(name) for field, name in found.items() if name is not None}
