import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from hairline.data.loading.prefetch import THREADS, prefetch


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(THREADS)]


def numbers(count: int) -> Iterator[Callable[[], int]]:
    return (partial(int, number) for number in range(count))


def fail() -> int:
    raise ValueError("no more")


@pytest.mark.parametrize("makers", [1, 4])
def test_items_come_in_order_and_the_threads_end(makers):
    chance = [0.004 if number % 3 else 0.0 for number in range(40)]  # so that later ones are ready before

    def make(number: int) -> int:
        time.sleep(chance[number])
        return number

    assert list(prefetch((partial(make, number) for number in range(40)), ahead=6, makers=makers)) == list(range(40))
    assert threads() == []


def test_several_makers_work_at_the_same_time():
    together = threading.Barrier(3, timeout=10)
    assert sorted(prefetch([together.wait] * 3, ahead=3, makers=3)) == [0, 1, 2]


def test_items_are_made_ahead_but_not_all_of_them():
    made, third = [], threading.Event()

    def make(number: int) -> int:
        made.append(number)
        if number == 2:
            third.set()
        return number

    items = prefetch((partial(make, number) for number in range(100)), ahead=2)
    assert next(items) == 0
    assert third.wait(5)  # made while nobody asked
    items.close()
    assert len(made) <= 5


def test_a_failure_reaches_the_caller_after_the_items_before_it():
    items = prefetch([partial(int, 1), fail, partial(int, 3)], ahead=2)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)
    assert threads() == []


def test_stopping_early_ends_the_threads():
    items = prefetch(numbers(1000), ahead=2, makers=2)
    next(items)
    items.close()
    assert threads() == []


def test_an_exception_in_the_caller_ends_the_threads():
    def use() -> None:
        items = prefetch(numbers(1000), ahead=1)
        try:
            for _ in items:
                raise RuntimeError("training fell over")
        finally:
            items.close()

    with pytest.raises(RuntimeError):
        use()
    assert threads() == []


def test_nothing_runs_before_the_first_item_is_asked_for():
    started = []
    items = prefetch((partial(started.append, number) for number in range(3)), ahead=2)
    assert started == [] and threads() == []
    items.close()
