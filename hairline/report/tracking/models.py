"""Networks in MLflow: stored once for each set of weights, and registered under the name of the study if asked."""

import importlib.metadata
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import hairline
from hairline import io
from hairline.report.study.results import Run, Study
from hairline.report.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.models import ModelSignature

CODE = Path(hairline.__file__).parent
SCRIPT = CODE / "report" / "tracking" / "network.py"
NEEDED = (
    "filelock",
    "numpy",
    "opencv-python-headless",
    "pydantic",
    "ruamel.yaml",
    "safetensors",
    "scikit-image",
    "segmentation-models-pytorch",
    "torch",
    "tqdm",
)
"""What hairline/engine and its networks import; written down, because guessing it takes MLflow minutes."""
OF_NETWORK = ("model.json", "model.safetensors")
ALIAS = "best"


def runs_to_store(study: Study, models: str, figure: str) -> list[Run]:
    """Those whose network goes along; an arm tested elsewhere has the network of its namesake."""
    if models == "none":
        return []
    return [run for arm in study.trained for run in arm.runs] if models == "all" else [best_run(study, figure)]


def best_run(study: Study, figure: str) -> Run:
    """Of the best arm the repeat that was best; chosen on val, never on test."""
    sign = -1 if figure == "loss" else 1
    return max(study.best(figure).runs, key=lambda run: sign * run.record()["val"][figure])


def store_network(store: Store, run: Run, run_id: str) -> "LoggedModel":
    """The run's network as an output of its run; weights that are there already are not stored again."""
    from mlflow.entities import LoggedModelOutput

    key = io.fingerprint([io.sha256_of(run.trained / name) for name in OF_NETWORK] + [io.sha256_of(SCRIPT)])
    found = store.client.search_logged_models([store.experiment_id], f"tags.`hairline.network` = '{key}'")
    ready = [model for model in found if str(model.status) == "READY"]
    model = ready[0] if ready else _upload(store, run, run_id, key)
    store.client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
    return model


def register_best(store: Store, study: Study, model: "LoggedModel", run: Run, run_id: str) -> None:
    """A version a set of weights; the alias `best` stands at the one that is best now."""
    from mlflow.exceptions import MlflowException

    client, name, weights = store.client, f"hairline-{study.name}", run.metrics["weights_sha256"]
    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name, description=f"The best network of the study {study.name}, chosen on val.")
    versions = client.search_model_versions(f"name = '{name}'")
    version = next((version for version in versions if version.tags.get("hairline.weights") == weights), None)
    version = version or client.create_model_version(
        name,
        source=f"models:/{model.model_id}",
        run_id=run_id,
        model_id=model.model_id,
        tags={"hairline.weights": weights, "hairline.run": run.name},
    )
    client.set_registered_model_alias(name, ALIAS, version.version)


def _upload(store: Store, run: Run, run_id: str, key: str) -> "LoggedModel":
    import mlflow
    from mlflow.models import Model

    model = store.client.create_logged_model(
        store.experiment_id,
        name=run.name.replace(".", "_").replace("@", "_"),
        source_run_id=run_id,
        tags={"hairline.network": key, "hairline.weights": run.metrics["weights_sha256"]},
        model_type="segmentation",
    )
    with tempfile.TemporaryDirectory() as scratch:
        network = Path(scratch) / "run"
        network.mkdir()
        for name in OF_NETWORK:
            io.link_or_copy(run.trained / name, network / name)
        mlflow.pyfunc.save_model(
            Path(scratch) / "model",
            python_model=str(SCRIPT),
            artifacts={"run": str(network)},
            code_paths=[str(CODE)],
            model_config={"device": "cpu"},  # what is not here cannot be chosen when it is loaded
            signature=_signature(len(run.classes)),
            input_example=(np.zeros((1, 32, 32, 3), np.uint8), {"give": "probabilities"}),
            pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in NEEDED],
            mlflow_model=Model(artifact_path=model.artifact_location, run_id=run_id, model_id=model.model_id),
        )
        store.client.log_model_artifacts(model.model_id, str(Path(scratch) / "model"))
    return store.client.finalize_logged_model(model.model_id, "READY")


def _signature(classes: int) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ParamSchema, ParamSpec, Schema, TensorSpec

    return ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(np.uint8), (-1, -1, -1, 3))]),
        outputs=Schema([TensorSpec(np.dtype(np.float32), (-1, classes, -1, -1))]),
        params=ParamSchema([ParamSpec("give", "string", "probabilities")]),
    )
