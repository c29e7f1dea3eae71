"""Fetch or make one data set in the raw form.

Reads   what the source's options name: an address, a local archive or folder, nothing for a synthetic set;
        --archive, where given, instead
Writes  --out   images/, masks/, classes.json, source.json, perhaps splits/*.txt
Params  datasets.<name>.source, datasets.<name>.options

Example: python -m stages.download --dataset deepcrack --archive ~/Downloads/DeepCrack.zip --out data/raw/deepcrack
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.data import find_dataset
from hairline.data.sources import create_source
from hairline.io import replaced_folder


def main(dataset: str, out: Path, archive: Path | None = None) -> None:
    chosen = find_dataset(load_params().datasets, dataset)
    source = create_source(chosen.source)
    with replaced_folder(out) as folder:
        source.fetch(chosen.options, folder, dataset=dataset, archive=archive)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="a name under `datasets` in params.yaml")
    parser.add_argument("--out", type=Path, required=True, help="folder of the raw data set")
    parser.add_argument("--archive", type=Path, help="what you fetched by hand: the archive, or its unpacked folder")
    run_stage(main, parser)
