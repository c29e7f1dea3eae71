import pytest
from torch import nn

from hairline import models
from hairline.errors import InputError
from hairline.models.parts import registry


def test_every_file_of_a_network_is_found_without_being_named_anywhere():
    assert {"mcff", "hrsegnet", "smp_unet"} <= set(models.list_models())


def test_a_name_taken_twice_raises(monkeypatch):
    monkeypatch.setattr(registry, "_BUILDERS", {})

    def same_name(*, classes: int) -> nn.Module:
        return nn.Conv2d(3, classes, 1)

    assert models.register_model(same_name) is same_name
    with pytest.raises(ValueError, match="two networks are called same_name"):
        models.register_model(same_name)
    assert models.list_models() == ["same_name"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("mcf", {}, r"no network mcf; did you mean mcff\? known: .*hrsegnet"),
        ("mcff", {"widht": 8}, r"mcff: unknown argument widht; did you mean width\? it takes classes, width"),
        ("mcff", {"width": "8"}, r"mcff: argument width: .*integer, got '8'; it takes"),
        ("mcff", {"width": True}, "mcff: argument width"),
        ("mcff", {"width": 0}, "mcff: argument width: .*greater than or equal to 1"),
        ("mcff", {"block": "mcx"}, "mcff: argument block: .*'mcl' or 'mcld', got 'mcx'"),
        ("hrsegnet", {"width": 15}, "hrsegnet: argument width: .*multiple of 2"),
        ("smp_unet", {"encoder": "resnet81"}, r"no encoder resnet81; did you mean resnet\d+\?"),
    ],
)
def test_a_wrong_name_or_argument_is_told_in_one_line(name, arguments, told):
    with pytest.raises(InputError, match=told) as error:
        models.create_model(name, classes=2, **arguments)
    assert "\n" not in str(error.value)


def test_one_class_is_refused_because_the_background_counts():
    with pytest.raises(InputError, match="argument classes"):
        models.create_model("mcff", classes=1)


def test_a_missing_argument_is_named(monkeypatch):
    monkeypatch.setattr(registry, "_BUILDERS", {})

    @models.register_model
    def needs_width(*, classes: int, width: int) -> nn.Module:
        return nn.Conv2d(width, classes, 1)

    with pytest.raises(InputError, match="needs_width: argument width is missing"):
        models.create_model("needs_width", classes=2)
    assert models.create_model("needs_width", classes=2, width=3).out_channels == 2


def test_a_whole_number_is_good_enough_for_a_fraction():
    assert models.create_model("mcff", classes=2, width=2, blocks=0, dropout=0).training
