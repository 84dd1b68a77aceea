"""Stands in for ``aws ecr get-login-password``: the registry of this machine asks for none."""

import sys

if __name__ == "__main__":
    if sys.argv[1:3] != ["ecr", "get-login-password"]:
        sys.exit(f"The stand-in for aws does not know: {' '.join(sys.argv[1:])}")
    print("none")
