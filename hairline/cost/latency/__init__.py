"""Milliseconds that a network takes on this CPU, engine by engine. A new engine is a new file and a line here."""

from hairline.cost.latency import eager, openvino_f32
from hairline.cost.latency._registry import Runner, engine_named, list_engines
from hairline.cost.latency.measure import measure_latency

__all__ = ["Runner", "eager", "engine_named", "list_engines", "measure_latency", "openvino_f32"]
