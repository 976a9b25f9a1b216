"""Tables of lessons: what they were made with stands in them, and the script makes the same again."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from neurosim.lessons.table import find_table, format_table, parse_table, table_names
from tools.make_lesson_tables import TABLES, delay_kills_learning, ten_sessions


def test_every_table_has_its_function_and_its_stamp() -> None:
    assert set(table_names()) == set(TABLES)
    for name in TABLES:
        table = find_table(name)
        assert {"protocol", "seed", "neurosim"} <= table.made.keys()
        assert table.made["neurosim"] == version("neurosim")
        assert parse_table(format_table(table)) == table


def test_a_table_is_the_same_again() -> None:
    assert delay_kills_learning(4, 30.0) == delay_kills_learning(4, 30.0)
    assert ten_sessions(4, 2, 30.0) == ten_sessions(4, 2, 30.0)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", TABLES)
def test_the_script_makes_the_tables_that_ship(name: str) -> None:
    assert TABLES[name]() == find_table(name)
