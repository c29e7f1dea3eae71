"""The seal of a prepared data set: one small file with the hashes of its lists, which hold those of its pictures.

Stages depend on seals: DVC would look at each picture of a folder again for each stage that depends on it.
"""

from pathlib import Path

from hairline.data.looks import LOOKS_FILE
from hairline.data.manifest import CLASSES_FILE, MANIFEST_FILE
from hairline.data.sources import SOURCE_FILE
from hairline.io import sha256_of, write_json

SEALED = (MANIFEST_FILE, CLASSES_FILE, LOOKS_FILE, SOURCE_FILE)


def write_seal(path: Path, dataset: Path) -> None:
    """Two data sets of equal seals hold the same pictures, masks, classes and division."""
    write_json(path, {name: sha256_of(dataset / name) for name in SEALED})
