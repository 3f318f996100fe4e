"""Rules between columns, each on the smallest frame that shows it."""

import numpy as np
import pandas as pd

from belvedere.ontology.rules import NotBefore, TextMatchesCode, ValueMatchesStatus, WithinBoundsOfCode, by_code


def test_by_code_gives_each_row_its_number():
    codes = pd.Series(pd.Categorical(["b", None, "a", "c"]))
    assert by_code(codes, {"a": 1.0, "b": 2.0}, 9.0).tolist() == [2.0, 9.0, 1.0, 9.0]


def test_not_before_says_nothing_of_an_empty_cell():
    days = pd.to_datetime(["2020-03-02", "2020-03-01", None, "2020-03-02", "2020-03-02"])
    starts = pd.to_datetime(["2020-03-01", "2020-03-02", "2020-03-01", None, "2020-03-02"])
    held = NotBefore("end", "start").holds(pd.DataFrame({"start": starts, "end": days}))
    assert held.tolist() == [True, False, True, True, True]


def test_bounds_belong_to_the_code():
    rule = WithinBoundsOfCode("value", by="kind", minimum={"stock": 0}, maximum={"share": 100})
    frame = pd.DataFrame(
        {"kind": pd.Categorical(["stock", "flow", "share", "share", "stock", None]), "value": [-1, -1, 101, -1, 0, -9]}
    )
    assert rule.holds(frame).tolist() == [False, True, False, True, True, True]
    assert rule.holds(frame.assign(value=np.nan)).all()


def test_a_status_says_whether_there_is_a_value():
    frame = pd.DataFrame(
        {
            "status": pd.Categorical(["reported", "reported", "suppressed", "withdrawn", "withdrawn"]),
            "value": [0, None, None, None, 3],
        }
    )
    assert ValueMatchesStatus().holds(frame).tolist() == [True, False, True, True, False]


def test_text_has_the_form_its_code_asks_for():
    rule = TextMatchesCode("id", by="type", patterns={"quantile": r"0|1|0\.\d*[1-9]"})
    ids = ["0.5", "0.50", "1", "50", "anything", None]
    types = ["quantile"] * 4 + ["sample", "quantile"]
    frame = pd.DataFrame({"type": pd.Categorical(types), "id": pd.Categorical(ids)})
    assert rule.holds(frame).tolist() == [True, False, True, False, True, True]
