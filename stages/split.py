"""Check one raw data set, bring it into one form and divide it.

Reads   --raw      images/, masks/, classes.json, perhaps splits/*.txt
Writes  --out      images/, masks/ (class ids), classes.json, manifest.csv, looks.csv
        --report   Markdown: how many, how divided, what is in it twice, which masks to look at
        --page     the same as HTML, with pictures
        --seal     the hash of all that the data set holds, which later stages depend on
Params  datasets.<name>.split

Example: python -m stages.split --dataset demo --raw data/raw/demo --out data/prepared/demo
             --report reports/data/demo.md --page reports/data/demo.html --seal data/seals/demo.json
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.data import find_dataset
from hairline.data.preparing.prepare import prepare
from hairline.data.preparing.seal import write_seal


def main(dataset: str, raw: Path, out: Path, report: Path, page: Path, seal: Path) -> None:
    chosen = find_dataset(load_params().datasets, dataset)
    prepare(raw, out, chosen.split, report=report, page=page)
    write_seal(seal, out)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="a name under `datasets` in params.yaml")
    parser.add_argument("--raw", type=Path, required=True, help="folder that the download stage wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--report", type=Path, required=True, help="Markdown file about it")
    parser.add_argument("--page", type=Path, required=True, help="HTML file about it")
    parser.add_argument("--seal", type=Path, required=True, help="JSON file with the hashes of its lists")
    run_stage(main, parser)
