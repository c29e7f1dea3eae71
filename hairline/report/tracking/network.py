"""A stored network as MLflow's `pyfunc` model. MLflow keeps this file and runs it when the model is loaded: no pickle.

`predict` takes [B, H, W, 3] uint8 RGB pictures of one size and gives [B, C, H, W] float32 probabilities, background
first; with `params={"give": "classes"}` [B, H, W] uint8 class ids, by the thresholds of the run, which val chose.
`mlflow.pyfunc.load_model(uri, model_config={"device": "cuda"})` computes on a GPU.
"""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np


class Network(mlflow.pyfunc.PythonModel):
    def load_context(self, context: Any) -> None:
        """The artifact `run` is a run folder."""
        from hairline import engine

        self.device = (context.model_config or {}).get("device", "cpu")
        run = engine.load_run(Path(context.artifacts["run"]))
        self.card, self.model = run.card, run.as_used.eval().to(self.device)

    def predict(self, context: Any, model_input: np.ndarray, params: dict[str, Any] | None = None) -> np.ndarray:
        import torch

        from hairline import engine
        from hairline.methods.scoring import decide

        images = torch.from_numpy(np.array(model_input, np.uint8)).to(self.device)
        probability = engine.predict_probabilities(
            self.model, images, normalisation=self.card.normalisation, precision="fp32"
        )
        probabilities = probability.cpu().numpy()
        if (params or {}).get("give", "probabilities") == "probabilities":
            return probabilities
        return np.stack([decide(one, self.card.thresholds) for one in probabilities])


mlflow.models.set_model(Network())
