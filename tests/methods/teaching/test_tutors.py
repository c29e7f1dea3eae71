import json
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from hairline.config import TutorsParams
from hairline.data.loading.loader import Batch
from hairline.engine import load_run
from hairline.errors import InputError
from hairline.losses import create_loss
from hairline.methods.teaching.tutors import tutored_by
from hairline.models import create_model
from hairline.models.parts.normalisation import normalise
from tests.methods.runs import train_supervised


@pytest.fixture
def batch() -> Batch:
    images = torch.randint(0, 256, (2, 32, 32, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    masks = torch.zeros(2, 32, 32, dtype=torch.uint8)
    masks[:, 10:13] = 1
    masks[0, :4] = 255
    return Batch(images, masks, {}, ("a", "b"))


def networks(count: int) -> list[torch.nn.Module]:
    torch.manual_seed(0)
    return [create_model("hrsegnet", classes=2, width=4) for _ in range(count)]


def test_the_loss_is_that_of_the_mask_and_of_what_the_tutors_say_on_average(params, batch):
    model, *tutors = networks(3)
    params_of = TutorsParams(count=2, hard=0.25, soft=3)
    step = tutored_by(tutors, params.train.loss, params_of, normalisation="standardise")(model).train()
    losses = step(batch)
    model.train()
    images = normalise(batch.images, "standardise")
    said = torch.stack([tutor.eval()(images).softmax(1) for tutor in tutors]).mean(0)
    hard, soft = 0.0, 0.0
    for head, weight in {"main": 1.0, "aux1": 0.5, "aux2": 0.5}.items():
        logits = model.forward_heads(images)[head]
        each = F.cross_entropy(logits, said, reduction="none")
        soft += weight * each[batch.masks != 255].mean()
        hard += weight * create_loss(params.train.loss)(logits, batch.masks)
    torch.testing.assert_close(losses["loss"], 0.25 * hard + 3 * soft)
    torch.testing.assert_close(losses["soft"], soft)


def test_tutors_answer_as_they_would_a_user_and_do_not_change(params, batch):
    model, tutor = networks(2)
    before = {name: value.clone() for name, value in tutor.state_dict().items()}
    step = tutored_by([tutor], params.train.loss, TutorsParams(count=1), normalisation="standardise")(model).train()
    assert model.training and not tutor.training
    step(batch)["loss"].backward()
    assert all(value.grad is None for value in tutor.parameters())
    assert all(value.grad is not None for value in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in tutor.state_dict().items())


def test_a_tutored_network_is_another_and_its_run_says_so(training, tmp_path):
    alone = train_supervised(training, tmp_path / "alone")
    tutored = train_supervised(replace(training, tutors=TutorsParams(count=2)), tmp_path / "tutored")
    assert load_run(alone).card.weights_sha256 != load_run(tutored).card.weights_sha256
    record = json.loads((tutored / "run.json").read_text())
    assert record["tutors"] == {"count": 2, "hard": 0.3, "soft": 2.0}
    columns = (tutored / "history.csv").read_text().splitlines()[0]
    assert "train_hard" in columns and "train_soft" in columns
    assert len((tutored / "history.csv").read_text().splitlines()) == 1 + training.run.epochs


def test_each_tutor_has_a_chance_of_its_own(training, tmp_path, monkeypatch):
    from hairline.methods.teaching.rounds import Rounds

    play, played = Rounds.play, []

    def noted(rounds, round):
        model, fitted = play(rounds, round)
        played.append((round.name, len(round.pictures), round.seed, {n: w.clone() for n, w in fitted.weights.items()}))
        return model, fitted

    monkeypatch.setattr(Rounds, "play", noted)
    train_supervised(replace(training, tutors=TutorsParams(count=2), refit=1), tmp_path / "run")
    assert [name for name, *_ in played] == ["tutor-0", "tutor-1", "checkpoint", "refit"]
    train, val = played[0][1], played[3][1] - played[0][1]
    assert [count for _, count, *_ in played] == [train, train, train, train + val] and val > 0
    assert len({seed for _, _, seed, _ in played[:3]}) == 3 and played[2][2] == played[3][2] == training.repeat.seed
    first, second = played[0][3], played[1][3]
    assert any(not torch.equal(value, second[name]) for name, value in first.items())


def test_tutors_do_not_stand_beside_stored_soft_labels(training, tmp_path):
    with pytest.raises(InputError, match="no use for stored soft labels"):
        replace(training, tutors=TutorsParams(count=1), soft_labels=tmp_path)
