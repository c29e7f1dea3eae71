from types import SimpleNamespace

import pytest
import torch

from hairline.errors import InputError
from hairline.methods.teaching.soft_labels import (
    BaselineStep,
    DistillStep,
    Temperatures,
    match_heads,
    plan_student,
    temperatures_of,
)
from hairline.models import create_model, forward_heads
from hairline.models.parts.normalisation import normalise

HEADS = ["mix", "h", "x", "y"]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("standard", Temperatures(0, 10, 1)),
        ("hyperthermal", Temperatures(10, 10, 10)),
        ("non_isothermal", Temperatures(0, 10, 10)),
    ],
)
def test_the_three_strategies_put_t_where_the_paper_puts_it(params, strategy, expected):
    assert temperatures_of(params.kd, strategy, 10) == expected


def test_heads_of_one_name_belong_together():
    student = {"mix": 1.0, "h": 1.0, "x": 1.0, "y": 1.0}
    assert match_heads(student, HEADS) == {head: head for head in student}


def test_a_single_headed_student_learns_from_the_mix():
    assert match_heads({"main": 1.0}, HEADS) == {"main": "mix"}


def test_a_student_with_many_heads_learns_its_main_one_from_a_single_headed_teacher():
    assert match_heads({"mix": 1.0, "h": 1.0}, ["main"]) == {"mix": "main"}


def student_and_batch(heads=HEADS, *, name="mcff", **arguments):
    torch.manual_seed(0)
    model = create_model(name, classes=2, **(arguments or {"width": 2, "blocks": 1}))
    images = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
    masks = torch.randint(0, 2, (2, 32, 32), dtype=torch.uint8)
    foreground = torch.rand(2, 1, 32, 32)
    soft = {head: torch.cat([1 - foreground, foreground], dim=1) for head in heads}
    return model, SimpleNamespace(images=images, masks=masks, soft=soft)


STANDARD = Temperatures(0, 10, 1)


def step_of(params, model, *, at=STANDARD, heads=HEADS, **changes):
    study = params.kd.model_copy(update=changes)
    return DistillStep(
        model, params.train.loss, study, temperatures=at, teacher_heads=list(heads), normalisation="standardise"
    )


def values_of(step, batch):
    with torch.no_grad():
        return {name: float(value) for name, value in step(batch).items()}


def test_the_loss_is_the_hard_term_plus_the_weighted_soft_term(params):
    model, batch = student_and_batch()
    losses = values_of(step_of(params, model, weight=0.3), batch)
    assert losses["loss"] == pytest.approx(losses["hard"] + 0.3 * losses["soft"], rel=1e-5)


def test_t_squared_multiplies_the_soft_term_only(params):
    model, batch = student_and_batch()
    plain, scaled = (values_of(step_of(params, model, times_t2=flag), batch) for flag in (False, True))
    assert scaled["soft"] == pytest.approx(100 * plain["soft"], rel=1e-4)
    assert scaled["hard"] == pytest.approx(plain["hard"], rel=1e-6)


def test_a_student_that_says_what_its_teacher_says_has_no_soft_loss(params):
    model, batch = student_and_batch()
    with torch.no_grad():
        logits = forward_heads(model, normalise(batch.images, "standardise"))
        batch.soft = {head: (value / 10).softmax(dim=1) for head, value in logits.items()}
    assert values_of(step_of(params, model, times_t2=True), batch)["soft"] == pytest.approx(0, abs=1e-4)


def test_ignored_pixels_teach_nothing_soft_or_hard(params):
    model, batch = student_and_batch()
    batch.masks[:] = 255
    step_of(params, model)(batch)["loss"].backward()
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())


def test_only_the_main_head_sees_the_mask_when_asked_so(params):
    model, batch = student_and_batch()
    all_heads, main = (values_of(step_of(params, model, hard_heads=which), batch) for which in ("all", "main"))
    assert main["hard"] < all_heads["hard"]


@pytest.mark.parametrize("strategy", ["standard", "hyperthermal", "non_isothermal"])
@pytest.mark.parametrize("soft_loss", ["kl", "cross_entropy", "mse", "legacy_mse"])
def test_every_strategy_and_soft_loss_gives_a_finite_gradient_to_every_weight(params, strategy, soft_loss):
    model, batch = student_and_batch()
    at = temperatures_of(params.kd, strategy, 10)
    step_of(params, model, at=at, soft_loss=soft_loss)(batch)["loss"].backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())


def test_any_network_can_learn_from_any_teacher(params):
    model, batch = student_and_batch(["main", "aux1", "aux2"], name="mcff", width=2, blocks=1)
    losses = step_of(params, model, heads=["main", "aux1", "aux2"])(batch)
    assert torch.isfinite(losses["loss"])
    model, batch = student_and_batch(HEADS, name="hrsegnet", width=4)
    assert torch.isfinite(step_of(params, model, heads=HEADS)(batch)["loss"])


def test_the_baseline_puts_the_mask_wherever_a_soft_label_stood(params):
    """With soft labels that are the mask itself, T1 = 1 and cross-entropy only, both learn from the same loss."""
    model, batch = student_and_batch()
    loss = params.train.loss.model_copy(update={"dice": 0, "class_weights": []})
    study = params.kd.model_copy(update={"soft_loss": "cross_entropy", "times_t2": True, "weight": 0.4})
    foreground = batch.masks[:, None].float()
    batch.soft = {head: torch.cat([1 - foreground, foreground], dim=1) for head in HEADS}
    distilled = DistillStep(
        model, loss, study, temperatures=Temperatures(0, 1, 1), teacher_heads=HEADS, normalisation="standardise"
    )
    baseline = BaselineStep(model, loss, study, normalisation="standardise")
    assert values_of(baseline, batch)["loss"] == pytest.approx(values_of(distilled, batch)["loss"], rel=1e-5)


def test_an_unknown_arm_is_answered_with_the_known_ones(params, tmp_path):
    with pytest.raises(InputError, match="hyperthermal"):
        plan_student(params.train, params.kd, arm="lukewarm", temperature=10, labels=tmp_path)
