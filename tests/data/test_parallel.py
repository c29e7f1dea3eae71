import pytest

from hairline.data.parallel import parallel_map


def test_results_come_in_the_order_of_the_items():
    assert list(parallel_map(lambda number: number * number, range(100), label="square")) == [n * n for n in range(100)]


def test_no_items_give_no_results():
    assert list(parallel_map(str, [], label="none")) == []


def test_an_exception_reaches_the_caller_and_stops_the_rest():
    done = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError("three")
        done.append(number)

    with pytest.raises(ValueError, match="three"):
        list(parallel_map(work, range(10_000), label="work"))
    assert len(done) < 1000
