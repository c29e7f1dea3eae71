"""The picture of the house, held true: imports point down, and what needs no torch does not load it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up; a part may import only what lies below it. Parts of one line are siblings.
LAYERS = (
    ("classes", "errors", "palette"),
    ("commands", "html", "io", "progress", "sections"),
    ("config",),
    ("cost", "data", "losses", "metrics", "models", "profiles"),
    ("engine",),
    ("methods",),
    ("prune",),
    ("report",),
    ("deploy",),
    ("__main__",),
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
FILES = sorted((ROOT / "hairline").rglob("*.py"))


def part_of(file: Path) -> str:
    return file.relative_to(ROOT / "hairline").with_suffix("").parts[0]


def imported_parts(source: str) -> set[str]:
    """The parts of hairline that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module else []
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("hairline.")}
    return found


def test_every_part_has_its_place():
    assert {part_of(file) for file in FILES} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_point_down(file):
    part = part_of(file)
    if part == "__init__":
        return
    wrong = {other for other in imported_parts(file.read_text()) if other != part and LEVEL[other] >= LEVEL[part]}
    assert not wrong, f"{file.relative_to(ROOT)} may not import {sorted(wrong)}"


def test_the_check_sees_a_wrong_import():
    assert imported_parts("def f():\n    from hairline.engine import fit\n    import hairline.report.study.tables") == {
        "engine",
        "report",
    }


WITHOUT_TORCH = ("download", "split", "compare_data", "report", "write_workbook", "write_page", "track")


@pytest.mark.parametrize("module", [*(f"stages.{name}" for name in WITHOUT_TORCH), "hairline.__main__"])
def test_what_needs_no_torch_does_not_load_it(module):
    code = f"import {module}, sys; print(sorted({{'torch', 'pandas', 'mlflow', 'dvc'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("stage", sorted(path.stem for path in (ROOT / "stages").glob("[a-z]*.py")))
def test_a_stage_shows_its_help_without_torch(stage):
    code = f"""
import runpy, sys
sys.argv = ["x", "--help"]
try:
    runpy.run_module("stages.{stage}", run_name="__main__")
finally:
    assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "xample" in done.stdout
    assert f"python -m stages.{stage}" in done.stdout


@pytest.mark.parametrize(
    "look",
    [
        "from hairline.cost.counts import count_macs; count_macs(model, 64, 64)",
        "from hairline.cost.counts import count_parameters; count_parameters(model, inference=True)",
        "from hairline.prune import find_groups; find_groups(model)",
    ],
)
def test_looking_at_a_network_does_not_load_seconds_of_libraries(look):
    code = f"""
import sys
from hairline.models import create_model
model = create_model("hrsegnet", classes=2, width=4)
{look}
print(sorted({{"timm", "torch._dynamo", "torchvision"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
