import pytest

from hairline.methods.teaching.course import UNCHANGED, Course, plan_parts


@pytest.mark.parametrize(
    ("parts", "between", "epochs", "length"),
    [(1, 0, 7, 31), (3, 0.05, 7, 31), (3, 0.3, 7, 31), (5, 0.1, 3, 4), (2, 0, 1, 2)],
)
def test_the_parts_of_a_training_share_all_its_batches_without_a_gap(parts, between, epochs, length):
    plan = plan_parts(Course(parts, between, UNCHANGED.change), epochs=epochs, length=length)
    assert len(plan) == parts
    place = 0
    for part in plan:
        count = part.epochs * part.length
        assert (part.first, count > 0) == (place, True)
        assert part.span == (place / (epochs * length), (place + count) / (epochs * length))
        place += count
    assert place == epochs * length


def test_a_training_in_one_part_has_the_epochs_that_were_asked_for():
    (whole,) = plan_parts(UNCHANGED, epochs=7, length=31)
    assert (whole.epochs, whole.length, whole.span) == (7, 31, (0, 1))


def test_short_parts_take_less_than_an_epoch():
    first, second, last = plan_parts(Course(3, 0.05, UNCHANGED.change), epochs=7, length=31)
    assert (second.epochs, second.length) == (1, 11)
    assert (last.epochs, last.length) == (6, (7 * 31 - 22) // 6)
    assert (first.epochs, first.length) == (1, 11 + (7 * 31 - 22) % 6), (
        "no batch is lost where epochs do not divide them"
    )
