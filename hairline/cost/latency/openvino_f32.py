"""OpenVINO: the whole network compiled for this processor; in float32, so that only the engine differs from torch."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from hairline.cost.latency._registry import CannotRun, Runner, register_engine

LONGEST_REASON = 300


@register_engine("openvino", title="OpenVINO f32", how="one stream")
@contextmanager
def openvino_f32(model: nn.Module, image: Tensor, threads: int) -> Iterator[Runner]:
    openvino = import_openvino()
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",  # else it takes bf16 where the processor has it
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # torch is not bound to a core either, and the first one may be taken
    }
    try:
        converted = convert(model, image)
        request = openvino.Core().compile_model(converted, "CPU", settings).create_infer_request()
    except Exception as error:  # of many kinds, none of ours; the reason is told where the time would be
        raise CannotRun(" ".join(str(error).split())[:LONGEST_REASON]) from error
    picture = image.numpy()
    yield lambda: torch.from_numpy(request.infer([picture], share_inputs=True, share_outputs=True)[0])


def import_openvino() -> ModuleType:
    """The package as if its reporter were not installed: else the mere import tells its makers over the internet."""
    if "openvino" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino  # type: ignore[import-untyped]

    return openvino


def convert(model: nn.Module, image: Tensor) -> Any:
    """The network, in eval mode, as an openvino.Model for pictures of exactly this shape."""
    import_openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings(), torch.no_grad():
        # What tracing warns of, that sizes become constants, is what is wanted; and tracing itself is to go one day.
        warnings.simplefilter("ignore")
        # Traced once, not three times as `openvino.convert_model` does: the answer is compared afterwards anyway.
        traced = TorchScriptPythonDecoder(model, example_input=image, trace_kwargs={"check_trace": False})
    frontend = FrontEndManager().load_by_framework("pytorch")
    converted = frontend.convert(frontend.load(traced))
    converted.reshape(list(image.shape))
    return converted
