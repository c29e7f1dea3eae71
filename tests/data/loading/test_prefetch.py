import threading
from collections.abc import Iterator

import pytest

from hairline.data.loading.prefetch import prefetch


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_items_come_in_order_and_the_thread_ends():
    assert list(prefetch(range(100), ahead=2)) == list(range(100))
    assert threads() == []


def test_items_are_made_ahead_but_not_all_of_them():
    made, third = [], threading.Event()

    def make() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 2:
                third.set()
            yield number

    items = prefetch(make(), ahead=2)
    assert next(items) == 0
    assert third.wait(5)  # made while nobody asked
    items.close()
    assert len(made) <= 5


def test_a_failure_reaches_the_caller_after_the_items_before_it():
    def make() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    items = prefetch(make(), ahead=2)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)
    assert threads() == []


def test_stopping_early_ends_the_thread():
    items = prefetch(iter(range(1000)), ahead=2)
    next(items)
    items.close()
    assert threads() == []


def test_an_exception_in_the_caller_ends_the_thread():
    def use() -> None:
        items = prefetch(iter(range(1000)), ahead=1)
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
    items = prefetch((started.append(number) for number in range(3)), ahead=2)
    assert started == [] and threads() == []
    items.close()
