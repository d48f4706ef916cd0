#!/bin/sh
# Have the loops compiled into a folder, by using each of them once on the sample:
#
#     warm.sh SAMPLE FOLDER
#
# Everybody may read what is in the folder.
set -eu
sample=$1
mkdir -p "$2"
NUMBA_CACHE_DIR=$(cd "$2" && pwd)
export NUMBA_CACHE_DIR
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

text=$sample/power.txt general=$sample/encyclopedia.txt
termmine discover "$text" -b "$general" --dedupe lines --contexts 1 --absorbed "$made/absorbed.csv" -q -o "$made/terms.csv"
termmine discover "$text" -b "$general" --dedupe documents --memory 512M --threads 1 -q -o "$made/again.csv"
termmine count "$text" --neighbours -q -o "$made/text.tmc"
termmine count "$general" --no-text -q -o "$made/general.tmc"
termmine merge "$made/text.tmc" "$made/text.tmc" -q -o "$made/merged.tmc"
termmine info "$made/merged.tmc" > "$made/info.txt"
termmine discover "$made/text.tmc" -b "$made/general.tmc" -q -o "$made/counted.csv"
termmine explain 变压器 -c "$text" -b "$general" > "$made/explained.txt"
termmine tally "$made/terms.csv" "$text" -q -o "$made/tally.csv"
termmine contexts 变压器 "$text" > "$made/contexts.txt"
termmine compare "$made/terms.csv" "$made/counted.csv" --corpus "$text" --corpus "$made/text.tmc" -q -o "$made/changes.csv"
termmine export "$made/terms.csv" --to ik --check "$text" -q -o "$made/words.dic"
chmod -R a+rX "$2"
