"""Reading: what `as_of` may be, unknown names, and several readers at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from belvedere.errors import UnknownName, WorkspaceError
from belvedere.store.snapshot import moment
from tests.store.conftest import at


def test_a_day_means_through_its_end_and_an_instant_itself():
    assert moment("2020-10-20") == dt.datetime(2020, 10, 20, 23, 59, 59, 999999, tzinfo=dt.UTC)
    assert moment("2020-10-20T18:00+02:00") == dt.datetime(2020, 10, 20, 16, tzinfo=dt.UTC)
    assert moment(dt.date(2020, 10, 20)) == moment("2020-10-20")


@pytest.mark.parametrize("wrong", ["20.10.2020", "yesterday", "2020-10-20T18:00", dt.datetime(2020, 10, 20, 18)])
def test_what_is_no_day_and_no_instant_with_a_zone_is_refused(wrong):
    with pytest.raises(WorkspaceError, match="as_of"):
        moment(wrong)


def test_an_unknown_table_or_column_is_named_with_its_neighbours(workspace):
    with pytest.raises(UnknownName, match="Did you mean indicators"):
        workspace.table("indicator")
    with pytest.raises(UnknownName, match="Did you mean place"):
        workspace.frame("indicators", plce="FR-75")


def test_several_threads_read_at_once(loader):
    loader.version({("FR-01", "2020-03-18"): 1}, at("2020-03-19 18:00"))

    def read(name: str) -> int:
        return len(loader.workspace.frame(name))

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(read, ["indicators", "stays", "places", "capacity"] * 4))
    assert counts == [1, 0, 0, 0] * 4
