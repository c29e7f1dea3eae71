import pickle

import pytest
import torch
from safetensors.torch import save_file
from torchvision import models as torchvision_models
from torchvision.models import segmentation

from hairline import io
from hairline.errors import InputError
from hairline.models import create_model
from hairline.models.parts.pretrained import load_pretrained, pretrained_address

SMALLEST = "deeplabv3_mobilenet_v3_large"
LAST = ("classifier.4.weight", "classifier.4.bias")


def original(name, *, classes=21, aux=True):
    """torchvision's network, with statistics that differ from a new one's."""
    torch.manual_seed(7)
    model = getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=classes, aux_loss=aux)
    with torch.no_grad():
        for value in model.state_dict().values():
            if value.is_floating_point():
                value.add_(0.1 * torch.rand_like(value))
    return model.eval()


def only_forms(build):
    """Names and shapes, one number each: a file of a few kilobytes for a network of any size."""
    with torch.device("meta"):
        model = build(weights=None)
    return {name: torch.zeros((), dtype=value.dtype).expand(value.shape) for name, value in model.state_dict().items()}


def put(folder, content, *, name="net", digits=8):
    """Saved as torchvision does: the first digits of the SHA-256 in the name."""
    torch.save(content, folder / "unnamed.pth")
    return (folder / "unnamed.pth").rename(folder / f"{name}-{io.sha256_of(folder / 'unnamed.pth')[:digits]}.pth")


def names(model):
    """But for the counters of batch norms, which old files do not have."""
    return {name for name in model.state_dict() if not name.endswith("num_batches_tracked")}


def new(name=SMALLEST, *, classes=8):
    torch.manual_seed(0)
    return create_model(name, classes=classes).eval()


@pytest.fixture(scope="module")
def coco(tmp_path_factory):
    return put(tmp_path_factory.mktemp("coco"), original(SMALLEST).state_dict())


def assert_refused(model, path, told, **more):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(InputError, match=told) as error:
        load_pretrained(model, path, **more)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_of_a_whole_network_all_but_the_last_layer_is_taken(coco):
    model, source = new(), original(SMALLEST)
    last = {name: model.state_dict()[name].clone() for name in LAST}
    outcome = load_pretrained(model, coco)
    assert outcome.fresh == LAST
    assert set(outcome.loaded) == names(model) - set(LAST)
    assert all(torch.equal(model.state_dict()[name], source.state_dict()[name]) for name in outcome.loaded)
    assert all(torch.equal(model.state_dict()[name], last[name]) for name in LAST)
    assert {name.partition(".")[0] for name in outcome.unused} == {"aux_classifier", "classifier"}
    assert set(LAST) <= set(outcome.unused)
    assert outcome.sha256 == io.sha256_of(coco)
    told = f"{len(outcome.loaded)} tensors loaded, 2 left fresh (classifier.4.weight and 1 more), "
    assert str(outcome) == f"{told}{len(outcome.unused)} of the file not used"


def test_features_are_then_those_of_the_published_network(coco):
    model, source = new(classes=21), original(SMALLEST)
    load_pretrained(model, coco)
    image = torch.randn(2, 3, 64, 80, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert not torch.equal(model(image), source(image)["out"])  # even of as many classes, the last is not taken
        model.classifier[4].load_state_dict(source.classifier[4].state_dict())
        torch.testing.assert_close(model(image), source(image)["out"], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "classifier", "left"),
    [
        (SMALLEST, torchvision_models.mobilenet_v3_large, {"classifier"}),
        ("deeplabv3_resnet50", torchvision_models.resnet50, {"fc"}),
        ("deeplabv3_resnet101", torchvision_models.resnet101, {"fc"}),
    ],
)
def test_of_a_classifier_the_backbone_is_taken(tmp_path, name, classifier, left):
    content = only_forms(classifier)
    content = {name: value for name, value in content.items() if not name.endswith("num_batches_tracked")}  # as in 2017
    model = new(name)
    outcome = load_pretrained(model, put(tmp_path, content))
    assert set(outcome.fresh) == {name for name in names(model) if name.startswith("classifier.")}
    assert not any(parameter.any() for parameter in model.backbone.parameters())
    assert all(parameter.any() for parameter in model.classifier.parameters() if parameter.ndim > 1)
    assert {name.partition(".")[0] for name in outcome.unused} == left


def test_another_head_on_the_same_backbone_is_left_out(tmp_path):
    content = only_forms(lambda weights: segmentation.lraspp_mobilenet_v3_large(weights=weights, weights_backbone=None))
    model = new()
    outcome = load_pretrained(model, put(tmp_path, content))
    assert all(name.startswith("backbone.") for name in outcome.loaded)
    assert all(name.startswith("classifier.") for name in outcome.fresh)
    assert not any(parameter.any() for parameter in model.backbone.parameters())


def test_safetensors_are_taken_too_and_need_no_digits_in_their_name(tmp_path):
    source = new(classes=3)
    with torch.no_grad():
        source.classifier[1].weight.add_(1)
    save_file(source.state_dict(), tmp_path / "model.safetensors")
    model = new()
    assert set(load_pretrained(model, tmp_path / "model.safetensors").unused) == set(LAST)
    assert torch.equal(model.classifier[1].weight, source.classifier[1].weight)


@pytest.mark.parametrize(
    ("name", "other", "told"),
    [
        ("deeplabv3_resnet101", "resnet50", r"\d+ missing \(layer3\.6\.conv1\.weight and \d+ more\)"),
        ("deeplabv3_resnet50", "resnet101", r"\d+ too many \(layer3\.6\.conv1\.weight and \d+ more\)"),
        ("deeplabv3_resnet50", "wide_resnet50_2", r"of another form \(layer1\.0\.conv1\.weight: float32 \[128, 64, 1"),
        (SMALLEST, "resnet50", r"\d+ missing \(0\.0\.weight"),
        (SMALLEST, "mobilenet_v3_small", r"missing .* too many .* of another form"),
    ],
)
def test_another_backbone_is_refused_and_changes_nothing(tmp_path, name, other, told):
    path = put(tmp_path, only_forms(getattr(torchvision_models, other)))
    assert_refused(new(name), path, told)


def test_another_number_of_input_channels_is_refused(tmp_path):
    content = original(SMALLEST).state_dict()
    content["backbone.0.0.weight"] = content["backbone.0.0.weight"][:, :1]
    told = r"1 of another form \(0\.0\.weight: float32 \[16, 1, 3, 3\] where float32 \[16, 3, 3, 3\] belongs\); give"
    assert_refused(new(), put(tmp_path, content), told)


def test_whole_numbers_do_not_pass_for_weights(tmp_path):
    content = original(SMALLEST).state_dict()
    content["backbone.0.0.weight"] = content["backbone.0.0.weight"].to(torch.int8)
    assert_refused(new(), put(tmp_path, content), r"0\.0\.weight: int8 .* where float32")


def test_digits_in_the_name_are_held_to(coco, tmp_path):
    path = tmp_path / "net-00000000.pth"
    path.write_bytes(coco.read_bytes())
    assert_refused(new(), path, f"SHA-256 is {io.sha256_of(coco)}, but the name says that it begins with 00000000")


def test_a_whole_sha256_goes_before_the_name(coco, tmp_path):
    digest = io.sha256_of(coco)
    path = tmp_path / "net-00000000.pth"
    path.write_bytes(coco.read_bytes())
    assert load_pretrained(new(), path, sha256=digest.upper()).sha256 == digest
    other = "f" * 64
    assert_refused(new(), coco, f"SHA-256 is {digest}, expected {other}", sha256=other)


class Trap:
    def __reduce__(self):
        return print, ("a file must not run anything",)


def test_nothing_in_a_file_is_run(tmp_path, capsys):
    for content in ({"a": Trap()}, Trap()):
        assert_refused(new(), put(tmp_path, content), "more than tensors")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Trap()))
    assert_refused(new(), tmp_path / "plain.pth", "more than tensors")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["text.pth", "text.safetensors"])
def test_what_is_not_a_file_of_weights_is_refused(tmp_path, name):
    (tmp_path / name).write_text("<html>not found</html>")
    assert_refused(new(), tmp_path / name, "holds more than tensors, or something else|not readable as weights")


def test_a_cut_file_is_refused(coco, tmp_path):
    (tmp_path / "cut.pth").write_bytes(coco.read_bytes()[:-1000])
    assert_refused(new(), tmp_path / "cut.pth", "not readable as weights")


@pytest.mark.parametrize(
    "content", [[torch.zeros(2)], {0: torch.zeros(2)}, {"model": {"a": torch.zeros(2)}}, torch.zeros(2)]
)
def test_other_nests_of_tensors_are_refused(tmp_path, content):
    assert_refused(new(), put(tmp_path, content), r"expected names and tensors, as state_dict\(\) gives them")


def test_an_empty_file_of_weights_and_a_missing_one_are_refused(tmp_path):
    assert_refused(new(), put(tmp_path, {}), r"has (\d+) tensors: \1 missing")
    assert_refused(new(), tmp_path / "none.pth", "no such file of weights")


def test_a_network_without_a_backbone_takes_none(coco):
    with pytest.raises(InputError, match="HrSegNet has no backbone"):
        load_pretrained(create_model("hrsegnet", classes=2, width=4), coco)


@pytest.mark.parametrize("name", ["deeplabv3_resnet101", "deeplabv3_resnet50", SMALLEST])
def test_addresses_carry_the_digits_that_are_checked(name):
    whole, backbone = (pretrained_address(name, kind) for kind in ("coco", "imagenet"))
    of_file = name.removeprefix("deeplabv3_")
    assert f"/{name}" in whole
    assert f"/{of_file}-" in backbone
    for address in (whole, backbone):
        assert address.startswith("https://")
        digits = address.rpartition("-")[2].removesuffix(".pth")
        assert len(digits) == 8
        assert int(digits, 16)


def test_addresses_that_are_unknown_are_answered_with_the_known_ones():
    with pytest.raises(InputError, match=r"network hrsegnet, kind coco; known: deeplabv3_resnet101, .* coco and imag"):
        pretrained_address("hrsegnet", "coco")
    with pytest.raises(InputError, match="kind voc; known"):
        pretrained_address(SMALLEST, "voc")
