import re

import numpy as np

from hairline.data.preparing.measures import WIDEST
from hairline.data.sheet.histogram import BARS, width_chart
from hairline.data.sheet.tables import quantile


def counts(**widths: int) -> np.ndarray:
    values = np.zeros(WIDEST + 1, np.int64)
    for width, count in widths.items():
        values[int(width[1:])] = count
    return values


def bars(chart: str) -> dict[str, float]:
    return {name: float(share) for name, share in re.findall(r"<title>(.*?) px: ([0-9.]+) %", chart)}


def test_without_cracks_there_is_no_chart():
    assert width_chart(counts()) is None


def test_each_width_has_its_bar_and_its_share():
    assert bars(width_chart(counts(w1=50, w2=25, w4=25))) == {"1": 50.0, "2": 25.0, "3": 0.0, "4": 25.0}


def test_the_few_widest_are_one_bar_and_all_shares_add_up():
    chart = width_chart(counts(w1=500, w2=495, w150=5))
    assert bars(chart) == {"1": 50.0, "2": 49.5, "over 2": 0.5}


def test_a_few_blobs_do_not_squeeze_the_cracks_into_one_bar():
    shown = bars(width_chart(counts(w1=500, w3=470, w199=30)))
    assert list(shown) == [*map(str, range(1, 10)), "over 9"]


def test_many_widths_share_bars():
    shown = bars(width_chart(np.ones(WIDEST + 1, np.int64)))
    assert len(shown) <= BARS + 1 and "1 to 5" in shown


def test_quantiles_are_those_of_the_counted_values():
    values = np.repeat([1, 2, 3, 9], [5, 45, 45, 5])
    held = np.bincount(values, minlength=12)
    for share in (0.05, 0.5, 0.95, 1.0):
        assert quantile(held, share) == np.quantile(values, share, method="inverted_cdf")
