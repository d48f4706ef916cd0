#!/bin/sh
# Add what has come in to yesterday's counts, list the terms, say what has changed: see nightly.md beside this file.
#
#     nightly.sh DIRECTORY [DAY]
#
# Everything of a day is made in `new` and gets its place by one rename. Whenever this is killed, what it had published
# is whole, and running it again finishes the day; no document is lost, and none is counted twice.
set -eu
cd "$1"
day=${2:-$(date +%F)}

exec 9>.nightly.lock
flock -n 9 || { echo "nightly: $PWD: another run is at work: wait until it is done" >&2; exit 75; }

publish() { # the newest day under a name that stays, switched by one rename
    ln -sfn "$1" current.new
    mv -T current.new current
}

mkdir -p days inbox/domain inbox/background new/documents/domain new/documents/background

last='' before='' # the newest finished days; older ones need no counts
for finished in days/*; do
    if [ -d "$finished" ]; then
        if [ -n "$before" ]; then rm -f "$before"/*.tmc; fi
        before=$last last=$finished
    fi
done

if [ -n "$last" ]; then
    publish "$last" # again, in case the run that made it died before it could
    if [ "$last" = "days/$day" ]; then exit 0; fi # done; what has come in since then waits for tomorrow
    if [ "$(printf '%s\n' "${last#days/}" "$day" | sort | tail -n 1)" != "$day" ]; then
        echo "nightly: $PWD: $day is before ${last#days/}, which is done: check the clock" >&2
        exit 1
    fi
fi

for kind in domain background; do
    for document in "inbox/$kind"/*; do # a name that a killed run has taken already waits for tomorrow
        if [ -e "$document" ] && [ ! -e "new/documents/$kind/${document##*/}" ]; then
            mv "$document" "new/documents/$kind/"
        fi
    done
    if [ -z "$last" ]; then
        termmine count "new/documents/$kind" -o "new/$kind.tmc"
    elif [ -n "$(ls "new/documents/$kind")" ]; then
        termmine count --add "new/documents/$kind" "$last/$kind.tmc" -o "new/$kind.tmc" # not in place: yesterday stays
    else
        cp "$last/$kind.tmc" "new/$kind.tmc"
    fi
done

termmine discover new/domain.tmc --background new/background.tmc -o new/terms.csv
termmine export new/terms.csv --to jieba -o new/userdict.txt
if [ -n "$last" ]; then
    termmine compare "$last/terms.csv" new/terms.csv --corpus "$last/domain.tmc" --corpus new/domain.tmc -o new/changes.csv
fi

sync new new/*          # all of the day is on the disk
mv -T new "days/$day"   # the day is done: its documents, its counts and its lists, in one step
publish "days/$day"
