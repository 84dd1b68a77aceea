#!/usr/bin/env bash
# The wanted commit of a repository of this hub lies in the workspace, and nothing else does.
set -euo pipefail

place="$GITHUB_WORKSPACE/$PLACE"
mkdir -p "$place"
cd "$place"
git init --quiet
git config remote.origin.url "$GITHUB_SERVER_URL/$REPOSITORY.git"
git fetch --quiet --no-tags origin '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'

for name in "origin/$REF" "refs/tags/$REF" "$REF"; do
    commit=$(git rev-parse --verify --quiet "$name^{commit}") && break
done
[ -n "${commit:-}" ] || { echo "::error::$REPOSITORY has no $REF."; exit 1; }
git checkout --quiet --force --detach "$commit"
git clean --quiet -ffdx
echo "Checked out $commit of $REPOSITORY"
echo "commit=$commit" >> "$GITHUB_OUTPUT"
