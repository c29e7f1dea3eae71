"""A card a trained network: what it is, what it learned from, how good it is and where not, and how to load it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hairline import io
from hairline.data.manifest import Sample, read_manifest
from hairline.data.sources import SOURCE_FILE
from hairline.report.study.card_limits import limits
from hairline.report.study.results import Run, Study
from hairline.report.study.speed import engines_of, megabytes, threads_of, timed
from hairline.report.study.tables import Table, with_interval

OF_CLASS = {
    "F1": "f1",
    "F1 at 2 px": "f1_2px",
    "IoU": "iou",
    "precision": "precision",
    "recall": "recall",
    "clDice": "cldice",
    "AP": "ap",
}
DRAWN = ("synthetic", "synthetic_defects")
"""Sources of pictures that no camera took."""
RECIPE = ("run", "settings", "label_dilation", "tutors", "refit", "method")
EXAMPLE = """\
```python
from pathlib import Path

import torch

from hairline.data.images import read_image
from hairline.engine import load_run, predict_probabilities
from hairline.methods.scoring import decide

run = load_run(Path("{folder}"))  # refuses weights whose SHA-256 is another
image = torch.from_numpy(read_image(Path("{picture}")))[None]  # [1, H, W, 3]
probability = predict_probabilities(run.as_used, image, normalisation=run.card.normalisation, precision="fp32")
prediction = decide(probability[0].numpy(), run.card.thresholds)  # [H, W], ids of run.card.classes
print(f"{{(prediction > 0).mean():.2%}} of the pixels are no {{run.card.classes[0]}}")
```"""


def write_cards(out: Path, study: Study, *, sources: Mapping[str, str], prepared: Path) -> None:
    """Replace the folder `out`: <run>.md for each that was trained. `sources`: data set -> the source it comes from."""
    runs = [run for arm in study.arms for run in arm.runs]
    names = {name for run in runs for name in (run.metrics["dataset"], run.record()["dataset"])}
    samples = {name: read_manifest(prepared / name) for name in sorted(names)}
    with io.replaced_folder(out) as folder:
        for run in runs:
            if not run.plan.is_trained:
                continue
            elsewhere = [each for each in runs if each.plan.network_of == run.arm and each.repeat == run.repeat]
            learned = run.record()["dataset"]
            content = card(
                run, about=run.plan.about, elsewhere=elsewhere, samples=samples[run.metrics["dataset"]],
                origin=_origin(prepared / learned, samples[learned]), drawn=sources[learned] in DRAWN,
                repeats=len(study.arms[0].runs),
            )  # fmt: skip
            io.write_text(folder / f"{run.name}.md", content)


def card(
    run: Run,
    *,
    about: str,
    elsewhere: Sequence[Run],
    samples: Sequence[Sample],
    origin: Mapping[str, Any],
    drawn: bool,
    repeats: int,
) -> str:
    """`elsewhere`: the same network on other data sets; `samples` of the one it is tested on; `origin` of the one that
    it learned from, whose pictures may be `drawn`."""
    record = run.record()
    parts = [
        f"# Model card: {run.name}",
        f"Arm {code(run.arm)} of the study {code(run.study)} ({' '.join(about.split())}), seed {run.repeat.seed}, "
        f"fold {run.repeat.fold}. Marks {', '.join(map(code, run.classes[1:]))} in photographs, pixel by pixel.",
        "## Network",
        _pairs(_network(run)),
        "## Data",
        _pairs(_data(run, record, samples) | origin),
        "## Scores",
        *_scores(run, elsewhere, record),
        "## Use and limits",
        "\n".join(f"- {line}" for line in limits(run, elsewhere=elsewhere, drawn=drawn, repeats=repeats)),
        "## Loading",
        "From the root of the checkout, where `dvc repro` or `dvc pull` has put the weights:",
        _example(run, samples),
        "## Recipe",
        _pairs(_recipe(run, record)),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def code(name: str) -> str:
    """A name as it is, whatever marks it holds."""
    return f"`{' '.join(name.split()).replace('`', chr(39))}`"


def _pairs(values: Mapping[str, Any]) -> str:
    rows = [{"": name, "value": str(value) if isinstance(value, float) else value} for name, value in values.items()]
    return Table(["", "value"], rows).markdown()


def _network(run: Run) -> dict[str, Any]:
    cost = run.metrics
    return {
        "network": cost["network"],
        "arguments": ", ".join(f"{name} {value}" for name, value in sorted(cost["arguments"].items())),
        "classes": ", ".join(map(code, run.classes)),
        "parameters": cost["parameters"],
        "multiply-adds": f"{cost['macs'] / 1e9:.3f} G for a picture of {cost['macs_at']} px",
        **{f"time, {title}": _time(run, engine) for engine, title in engines_of([run]).items()},
        "weights": f"data/runs/{run.study}/{run.name}/model.safetensors, {megabytes(run):.2f} MB",
        "SHA-256": cost["weights_sha256"],
    }


def _time(run: Run, engine: str) -> str:
    times = timed(run, engine)
    if "failed" in times:
        return f"not measured: {times['failed']}"
    busy = "; other programs wanted the cores" if run.speed["busy"] else ""
    took = f"{times['median_ms']:.1f} ms (p95 {times['p95_ms']:.1f})"
    return f"{took} for a picture of {run.speed['size']} px, {threads_of(run)}, {times['how']}{busy}"


def _origin(dataset: Path, samples: Sequence[Sample]) -> dict[str, Any]:
    """What the source says of the data set, and what the manifest says of its pictures."""
    said = io.read_json(dataset / SOURCE_FILE) if (dataset / SOURCE_FILE).exists() else {}
    sizes = sorted({(sample.width, sample.height) for sample in samples})
    smallest, largest = min(sizes), max(sizes)
    size = f"{smallest[0]} x {smallest[1]}" + ("" if len(sizes) == 1 else f" to {largest[0]} x {largest[1]}") + " px"
    said_or_not = {name: said.get(name) or "not stated" for name in ("licence", "citation", "address")}
    return {"pictures": f"{len(samples)} in {len({sample.group for sample in samples})} groups, {size}", **said_or_not}


def _data(run: Run, record: Mapping[str, Any], samples: Sequence[Sample]) -> dict[str, Any]:
    counts, scores = record["images"], run.scores
    start = {"begins with": f"the weights {record['start']}"} if record.get("start") else {}
    mixed = (
        {"mixed in": f"{record['mixed'][1]:.0%} of each batch, from a second data set"} if record.get("mixed") else {}
    )
    trained, validated = _trained_and_validated(counts, refit=run.refit)
    return {
        "data set": record["dataset"],
        "trained on": trained,
        **start,
        **mixed,
        "validated on": validated,
        "tested on": f"{scores['images']} pictures of {run.metrics['dataset']}, {scores['crack_free_images']} of them "
        "without a crack",
    }


def _trained_and_validated(counts: Mapping[str, int], *, refit: int) -> tuple[str, str]:
    train, val = f"{counts['train']} pictures", f"{counts['val']} pictures"
    if refit == 0:
        return train, val
    if refit == 1:
        return f"{train}, and once more with the {counts['val']} of val, when they had chosen the threshold", val
    both = counts["train"] + counts["val"]
    return (
        f"{both} pictures, when {refit} networks, each without a part of them, had chosen the threshold",
        f"the same {both} pictures, each by the one of these {refit} networks that had not seen it",
    )


def _scores(run: Run, elsewhere: Sequence[Run], record: Mapping[str, Any]) -> Iterator[str]:
    val = {title: record["val"][score] for title, score in OF_CLASS.items() if score in record["val"]}
    figures = ", ".join(f"{title} {value:.3f}" for title, value in val.items())
    figures += " (means over the classes)" if len(run.classes) > 2 else ""
    by, on = ("Val", "On val") if run.refit < 2 else ("They", "On pictures held out in turn")
    if not run.thresholds:
        chosen = "A pixel is of the likeliest class: there is no threshold. The test split chose nothing."
    elif len(run.thresholds) == 1:
        (value,) = run.thresholds.values()
        chosen = f"{by} chose the threshold, {value:.3f}; the test split chose nothing."
    else:
        each = ", ".join(f"{code(name)} {value:.3f}" for name, value in run.thresholds.items())
        chosen = f"{by} chose the thresholds ({each}); the test split chose nothing. A pixel is of the class whose "
        chosen += "probability lies farthest above its own."
    kept = "before all of them were trained on" if run.refit else "whose weights were kept"
    yield f"{on}, at epoch {record['best_epoch']}, {kept}: {figures}. {chosen}"
    for each in (run, *elsewhere):
        which = f"the {each.metrics['split']} split of {code(each.metrics['dataset'])}"
        yield f"On {which}, {each.scores['images']} pictures, with 95 % intervals over pictures:"
        rows = [
            {"class": code(name)}
            | {
                title: with_interval(each.score(score, name), each.interval(score, name))
                for title, score in OF_CLASS.items()
            }
            | {"true pixels": each.score("support_pixels", name)}
            for name in each.classes[1:]
        ]
        yield Table(list(rows[0]), rows).markdown()
        value, interval = each.scores["mean_iou"], each.metrics["intervals"]["mean_iou"]
        yield f"Mean IoU of all classes, background among them: {with_interval(value, interval)}."


def _example(run: Run, samples: Sequence[Sample]) -> str:
    tested = [s for s in samples if (s.fold == run.repeat.fold if run.repeat.fold else s.split == "test")]
    return EXAMPLE.format(
        folder=f"data/runs/{run.study}/{run.name}",
        picture=f"data/prepared/{run.metrics['dataset']}/{min(tested, key=lambda sample: sample.id).image}",
    )


def _recipe(run: Run, record: Mapping[str, Any]) -> dict[str, Any]:
    values = {"seed": run.repeat.seed, "fold": run.repeat.fold}
    values |= dict(_flat({name: record[name] for name in RECIPE if record.get(name)}))
    values |= {"best epoch": record["best_epoch"], "seconds": f"{record['seconds']:.0f}"}
    values |= {"computed in": record["precision"]}
    values |= {"processes": record["processes"], "peak memory, MB": record.get("peak_memory_mb")}
    values |= dict(_flat(record.get("hardware", {}))) | dict(_flat(record.get("versions", {})))
    return values | {"SHA-256 of the manifest": record["data"]}


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """{"loss": {"dice": 1}} -> ("loss.dice", 1)"""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
