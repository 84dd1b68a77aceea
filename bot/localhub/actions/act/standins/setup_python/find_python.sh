#!/usr/bin/env bash
# Makes an environment of its own from a Python of this machine, so that pip may install into it.
set -euo pipefail

if [ -z "$WANTED" ] && [ -n "$WANTED_FILE" ]; then
    [ -f "$WANTED_FILE" ] || { echo "::error::$WANTED_FILE is not there"; exit 1; }
    WANTED=$(grep -oE '[0-9]+\.[0-9]+' "$WANTED_FILE" | head -n 1)
fi
wanted=$(printf '%s' "$WANTED" | grep -oE '^[0-9]+(\.[0-9]+)?' || true)
python=$(command -v "python$wanted" || command -v python3 || true)
[ -n "$python" ] || { echo "::error::There is no Python on this machine."; exit 1; }
found=$("$python" -c 'import platform; print(platform.python_version())')
if [ -n "$wanted" ] && [[ "$found." != "$wanted".* ]]; then
    echo "::warning::Python $WANTED is not on this machine; taking $found."
fi

place="${RUNNER_TEMP:-$HOME}/python-$found"
"$python" -m venv "$place" 2>/dev/null || {
    rm -rf "$place"
    "$python" -m venv --without-pip "$place"
    echo "::warning::This Python brings no pip of its own; pip is not there."
}
echo "Python $found from $python, in an environment of its own"
echo "$place/bin" >> "$GITHUB_PATH"
echo "pythonLocation=$place" >> "$GITHUB_ENV"
{ echo "python-version=$found"; echo "python-path=$place/bin/python"; } >> "$GITHUB_OUTPUT"
