"""Where each module's records and fields lie."""

from dataclasses import dataclass

from psycopg import sql

from paceline.domain.record import FIELDS, FieldType, Module


@dataclass(frozen=True, slots=True)
class Table:
    """A module's table; `closing` is the moment that fixes the owner at close, where `closed_when` holds."""

    name: str
    closing: str
    closed_when: sql.SQL

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name, quoted."""
        return sql.Identifier(self.name)


TABLES: dict[Module, Table] = {
    Module.DEALS: Table("deal", "closed", sql.SQL("status = 'won'")),
    Module.LEADS: Table("lead", "qualified", sql.SQL("(status = 'qualified' OR qualified_day IS NOT NULL)")),
    Module.TASKS: Table("task", "completed", sql.SQL("status = 'completed'")),
}

_SQL_TYPES: dict[FieldType, str] = {
    FieldType.CUSTOM: "jsonb",
    FieldType.DAY: "date",
    FieldType.FLAG: "boolean",
    FieldType.INSTANT: "timestamptz",
    FieldType.MONEY: "bigint",
}


def columns(module: Module, field_name: str) -> list[tuple[str, str]]:
    """The columns that hold a field, each with its SQL type: for a moment, the time where one is known and the day."""
    kind = next(each.type for each in FIELDS[module] if each.name == field_name)
    if kind == FieldType.MOMENT:
        return [(f"{field_name}_at", "timestamptz"), (f"{field_name}_day", "date")]
    return [(field_name, _SQL_TYPES.get(kind, "text"))]
