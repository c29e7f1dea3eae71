"""A training's epochs in MLflow while they happen. Started by the training; reads its lines (hairline/engine/live.py).

Whatever goes wrong is said once and ends this process, never the training.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from hairline.report.tracking.batches import log_values
from hairline.report.tracking.flat import curve_points, training_parameters
from hairline.report.tracking.store import LIVE_EXPERIMENT, Store, open_store


def main(lines: Iterable[str]) -> None:
    arrived: SimpleQueue[str] = SimpleQueue()
    # Taken at once, so that the training never waits for a server.
    Thread(target=_take, args=(lines, arrived), daemon=True).start()
    try:
        with open_store(LIVE_EXPERIMENT) as store:
            _follow(store, map(json.loads, iter(arrived.get, "")))
    except Exception as error:  # whatever it is, curves are no reason to disturb a training
        print(f"live curves: {error}; the training goes on without them", file=sys.stderr, flush=True)


def _take(lines: Iterable[str], arrived: "SimpleQueue[str]") -> None:
    for line in lines:
        arrived.put(line)
    arrived.put("")


def _follow(store: Store, messages: Iterator[Any]) -> None:
    about = next(messages)
    filter_text = f"tags.`hairline.key` = '{about['key']}'"
    for old in store.client.search_runs([store.experiment_id], filter_text):  # the same training, begun before
        store.client.delete_run(old.info.run_id)
    tags = {"hairline.key": about["key"], "hairline.role": "live"}
    run_id = store.client.create_run(store.experiment_id, run_name=about["name"], tags=tags).info.run_id
    log_values(store, run_id, parameters=training_parameters(about["parameters"]), metrics={})
    status = "KILLED"  # until the training says that it is done
    for message in messages:
        if message is None:
            status = "FINISHED"
        else:
            log_values(store, run_id, parameters={}, metrics={}, curves=curve_points([message]))
    store.client.set_terminated(run_id, status)


if __name__ == "__main__":
    main(sys.stdin)
