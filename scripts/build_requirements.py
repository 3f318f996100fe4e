"""Print what building and installing the package needs, so that the lock covers it too.

Two parts: what pyproject.toml states, and what the build backend adds for the editable installation `make` does.
"""

import importlib
import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_requirements() -> list[str]:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    os.chdir(ROOT)  # the backend looks at the project in the current folder
    backend = importlib.import_module(build["build-backend"])
    return [*build["requires"], *backend.get_requires_for_build_editable()]


if __name__ == "__main__":
    sys.stdout.write("\n".join(build_requirements()) + "\n")
