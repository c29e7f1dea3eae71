import pytest

from hairline.engine.optimiser import Schedule
from tests.engine.toy import toy_settings


@pytest.mark.parametrize("kind", ["constant", "cosine", "poly", "one_cycle"])
def test_a_schedule_rises_to_its_peak_and_never_above(params, kind):
    schedule = Schedule(toy_settings(params.train, schedule=kind, warmup=0.2), steps=100)
    factors = [schedule.factor(step) for step in range(100)]
    assert factors[0] < 0.2
    assert factors.index(max(factors)) == 20
    assert max(factors) == pytest.approx(1.0)
    assert all(0 < factor <= 1 for factor in factors)


def test_poly_follows_its_formula_after_the_warm_up(params):
    schedule = Schedule(toy_settings(params.train, schedule="poly", warmup=0.1, poly_power=0.9), steps=200)
    assert schedule.factor(110) == pytest.approx((1 - 90 / 180) ** 0.9)


def test_plateau_halves_only_after_waiting_and_starts_waiting_again(params):
    schedule = Schedule(toy_settings(params.train, schedule="plateau", warmup=0.0, plateau_patience=2), steps=10)
    for figure in (0.5, 0.6, 0.6):
        schedule.validated(figure)
    assert schedule.factor(5) == 1
    schedule.validated(0.6)
    assert schedule.factor(5) == 0.5
    schedule.validated(0.7)
    assert schedule.factor(5) == 0.5


@pytest.mark.parametrize("kind", ["cosine", "poly", "one_cycle"])
def test_trainings_that_share_a_course_follow_it_one_after_the_other(params, kind):
    settings = toy_settings(params.train, schedule=kind, warmup=0.2)
    whole = Schedule(settings, steps=90)
    expected = [whole.factor(step) for step in range(90)]
    parts = [(11, (0, 11 / 90)), (11, (11 / 90, 22 / 90)), (68, (22 / 90, 1))]
    schedules = [(steps, Schedule(settings, steps=steps, span=span)) for steps, span in parts]
    assert [schedule.factor(step) for steps, schedule in schedules for step in range(steps)] == pytest.approx(expected)
