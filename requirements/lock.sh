#!/bin/sh
# Writes the lock files anew: sh requirements/lock.sh (needs uv: pip install --group release)
# torch and what only its CUDA builds bring stay out of all.lock: install torch first, from the index whose build you want.
set -e
cd "$(dirname "$0")/.."
lock="uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header"
$lock -o requirements/core.lock
echo "torch==2.13.0" > requirements/torch.txt
without="--no-emit-package torch --no-emit-package triton"
for name in $(cat requirements/cuda.txt); do
  without="$without --no-emit-package $name"
done
$lock --constraint requirements/torch.txt --extra app --extra data --extra train --group test --group docs $without \
  -o requirements/all.lock
