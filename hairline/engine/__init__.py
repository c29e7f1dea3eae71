"""The loops: fit and predict, on one process or many. Nothing in here is about cracks."""

from hairline.engine.device import (
    batch_makers,
    choose_device,
    number_format,
    resolve_precision,
    seed_everything,
    set_up_device,
)
from hairline.engine.fitting import Fitted, fit
from hairline.engine.once import once
from hairline.engine.parallel import World, gather_over_world, join_world, leave_world, sum_over_world, wait_for_all
from hairline.engine.predict import predict_probabilities
from hairline.engine.runs import ModelCard, Run, load_run, processor_name, read_card, save_run, take_weights
from hairline.engine.sliding import predict_in_tiles
from hairline.engine.stretch import Stretch

__all__ = [
    "Fitted",
    "ModelCard",
    "Run",
    "Stretch",
    "World",
    "batch_makers",
    "choose_device",
    "fit",
    "gather_over_world",
    "join_world",
    "leave_world",
    "load_run",
    "number_format",
    "once",
    "predict_in_tiles",
    "predict_probabilities",
    "processor_name",
    "read_card",
    "resolve_precision",
    "save_run",
    "seed_everything",
    "set_up_device",
    "sum_over_world",
    "take_weights",
    "wait_for_all",
]
