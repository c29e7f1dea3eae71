"""How long a network takes: measured once a shape, since its speed does not hang on what it has learned.

So arms of one shape show one time, and a difference of times in a table is a difference of networks.
"""

import sys
from pathlib import Path

from hairline import engine, io
from hairline.config import LatencyParams
from hairline.cost.latency import measure_latency

HAIRLINE = Path(__file__).parents[1]


def measure_speed(run: Path, out: Path, *, params: LatencyParams) -> None:
    """Fill `out` with speed.json, of the network of a run folder with all its views."""
    world = engine.join_world()
    card = engine.read_card(run)
    key = {
        "network": card.network,
        "arguments": card.arguments,
        "classes": len(card.classes),
        "widths": card.widths,
        "views": card.views,
        "params": params.model_dump(mode="json"),
        "processor": engine.processor_name(),
        "code": io.code_fingerprint([HAIRLINE / "cost" / "latency", HAIRLINE / "models"]),
    }

    def work(folder: Path, _: Path) -> None:
        if world.is_main:  # others would only be in its way
            with io.replaced_folder(folder) as made:
                model = engine.load_run(run).as_used
                _announce(run.name, params)
                io.write_json(made / "speed.json", measure_latency(model, **params.model_dump()))

    engine.once(out, "speed", key, work, world=world)


def _announce(name: str, params: LatencyParams) -> None:
    """A wide network with many views takes minutes for it."""
    engines = ", ".join(params.engines)
    print(
        f"time {name}: {params.warmup + params.runs} answers at {params.size} px by each of {engines}",
        file=sys.stderr, flush=True,
    )  # fmt: skip
