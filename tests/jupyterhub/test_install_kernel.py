"""The kernel's description, as the set-up writes it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import install_kernel
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or "node"


def install(prefix: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the set-up does."""
    script = CHECKOUT / "jupyterhub" / "install_kernel.py"
    options = ["--checkout", str(CHECKOUT), "--node", NODE, "--prefix", str(prefix), *more]
    return subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, check=False
    )


def test_installs_absolute_paths_and_is_idempotent(tmp_path: Path) -> None:
    first = install(tmp_path)
    assert first.returncode == 0, first.stderr
    assert "installed" in first.stdout
    kernel = tmp_path / "share" / "jupyter" / "kernels" / "tslab" / "kernel.json"
    spec = json.loads(kernel.read_text())
    node, require, mend, tslab, *rest = spec["argv"]
    assert Path(node).is_absolute()
    assert require == "--require"
    assert Path(mend).is_file()
    assert Path(tslab).is_file()
    assert rest == ["kernel", "--config-path={connection_file}"]
    changed = kernel.stat().st_mtime_ns

    second = install(tmp_path)
    assert "up to date" in second.stdout
    assert kernel.stat().st_mtime_ns == changed


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--checkout", "/nonexistent", "run `npm ci`"),
        ("--node", "/nonexistent/node", "cannot be run"),
        ("--node", "/bin/false", "does not load"),
    ],
)
def test_says_what_is_missing(tmp_path: Path, option: str, value: str, message: str) -> None:
    done = install(tmp_path, option, value)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "share").exists()


def test_a_changed_node_changes_the_description(tmp_path: Path) -> None:
    one = install_kernel.kernel_spec(CHECKOUT, Path("/opt/a/node"), "TypeScript")
    other = install_kernel.kernel_spec(CHECKOUT, Path("/opt/b/node"), "TypeScript")
    assert install_kernel.write_spec(tmp_path, one)
    assert not install_kernel.write_spec(tmp_path, one)
    assert install_kernel.write_spec(tmp_path, other)
