import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.care.stay import Stay, candidate_stays, gamma_stay, mixture, pmf_stay, residual
from belvedere.errors import DataError


@given(mean=st.floats(0.5, 40), ratio=st.floats(0.5, 1.5))
def test_discretising_keeps_the_mean(mean, ratio):
    assert gamma_stay(mean=mean, sd=mean * ratio, max_days=400).mean == pytest.approx(mean, rel=2e-3)


def test_exponential_stay_has_its_closed_form():
    stay = gamma_stay(mean=8, sd=8, max_days=60)
    day = np.arange(60)
    assert stay.survival == pytest.approx(8 * (1 - np.exp(-1 / 8)) * np.exp(-day / 8))
    assert stay.staying()[1:] == pytest.approx(np.exp(-1 / 8))  # no memory


def test_pmf_and_survival_are_two_views_of_one_stay():
    stay = pmf_stay([0.1, 0.4, 0.3, 0.2])
    assert stay.survival == pytest.approx([0.9, 0.5, 0.2, 0.0])
    assert stay.pmf()[:4] == pytest.approx([0.1, 0.4, 0.3, 0.2])
    assert stay.mean == pytest.approx(0.4 + 2 * 0.3 + 3 * 0.2)


def test_mixture_is_the_average_of_its_parts_and_residual_lengthens():
    short, long = gamma_stay(mean=5, sd=5, max_days=90), gamma_stay(mean=40, sd=40, max_days=300)
    both = mixture([short, long], [0.8, 0.2])
    assert both.mean == pytest.approx(0.8 * 5 + 0.2 * 40, rel=1e-3)
    ahead = [residual(both, elapsed).mean for elapsed in (0, 10, 30)]
    assert ahead[0] < ahead[1] < ahead[2]  # those still here are the long ones
    alone = residual(short, 10)
    assert alone.mean == pytest.approx(residual(short, 0).mean)


def test_residual_is_the_conditional_chance():
    stay = pmf_stay([0.0, 0.5, 0.25, 0.25])
    assert residual(stay, 1).survival[:2] == pytest.approx([0.5, 0.0])


def test_beyond_the_table_the_last_hazard_goes_on():
    stay = gamma_stay(mean=8, sd=8, max_days=30)
    assert stay.at(np.array([45])) == pytest.approx(8 * (1 - np.exp(-1 / 8)) * np.exp(-45 / 8))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: gamma_stay(mean=0, sd=1, max_days=9),
        lambda: gamma_stay(mean=np.nan, sd=1, max_days=9),
        lambda: pmf_stay([0.5, 0.4]),
        lambda: pmf_stay([1.5, -0.5]),
        lambda: Stay(np.array([0.5, 0.6])),
        lambda: Stay(np.array([0.5, np.nan])),
        lambda: mixture([pmf_stay([0.0, 1.0])], [0.5]),
        lambda: residual(pmf_stay([0.0, 1.0]), 3),
    ],
)
def test_impossible_stays_are_refused(wrong):
    with pytest.raises(DataError):
        wrong()


def test_candidates_are_every_combination_and_none_twice():
    stays = candidate_stays(short=(7, 9), long=(40, 70), long_shares=(0.0, 0.2), max_days=400)
    assert [stay.mean for stay in stays] == pytest.approx(
        [7, 0.8 * 7 + 8, 0.8 * 7 + 14, 9, 0.8 * 9 + 8, 0.8 * 9 + 14], rel=1e-3
    )
