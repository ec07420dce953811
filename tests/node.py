"""Running one of our own JavaScript modules in node, as a page would."""

import json
import shutil
import subprocess

from config.paths import ROOT

LIMIT_S = 120


def node_path() -> str:
    """Return the node that the set-up found or brought."""
    return shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")


def call_module(path: str, expression: str, **inputs: object) -> object:
    """Return what ``expression`` gives: ``module`` is our file, ``inputs`` the values."""
    script = f"""
        const module = await import({json.dumps("file://" + str(ROOT / path))});
        const inputs = {json.dumps(inputs)};
        try {{
            console.log(JSON.stringify({{ given: await ({expression}) }}));
        }} catch (error) {{
            console.log(JSON.stringify({{ refused: error.message }}));
        }}
    """
    done = subprocess.run(
        [node_path(), "--input-type=module", "-e", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer if "refused" in answer else answer["given"]
