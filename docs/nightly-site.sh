#!/bin/sh
# Count a site as it stands tonight, list its terms, say what has changed: see nightly.md beside this file.
#
#     nightly-site.sh DIRECTORY SITE [DAY]
#
# SITE is a directory of pages that are edited, added and deleted; it is counted anew, so that what was edited counts
# once and what was deleted does not count. Everything of a day is made in `new` and gets its place by one rename.
set -eu
site=$(cd "$2" && pwd)
cd "$1"
day=${3:-$(date +%F)}

exec 9>.nightly.lock
flock -n 9 || { echo "nightly: $PWD: another run is at work: wait until it is done" >&2; exit 75; }
[ -e background.tmc ] || { echo "nightly: $PWD/background.tmc: is not there: make it with termmine count" >&2; exit 1; }

publish() { # the newest day under a name that stays, switched by one rename
    ln -sfn "$1" current.new
    mv -T current.new current
}

mkdir -p days
last='' before='' # the newest finished days; older ones need no counts
for finished in days/*; do
    if [ -d "$finished" ]; then
        if [ -n "$before" ]; then rm -f "$before"/*.tmc; fi
        before=$last last=$finished
    fi
done

if [ -n "$last" ]; then
    publish "$last" # again, in case the run that made it died before it could
    if [ "$last" = "days/$day" ]; then exit 0; fi
    if [ "$(printf '%s\n' "${last#days/}" "$day" | sort | tail -n 1)" != "$day" ]; then
        echo "nightly: $PWD: $day is before ${last#days/}, which is done: check the clock" >&2
        exit 1
    fi
fi

rm -rf new # what a killed run has left: the site is still there, and is counted again
mkdir new
termmine count "$site" --neighbours -o new/domain.tmc
termmine discover new/domain.tmc --background background.tmc -o new/terms.csv
termmine export new/terms.csv --to jieba -o new/userdict.txt
if [ -n "$last" ]; then
    termmine compare "$last/terms.csv" new/terms.csv --corpus "$last/domain.tmc" --corpus new/domain.tmc -o new/changes.csv
fi

sync new new/*          # all of the day is on the disk
mv -T new "days/$day"   # the day is done: its counts and its lists, in one step
publish "days/$day"
