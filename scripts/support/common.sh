# shellcheck shell=bash disable=SC2034 # the variables are for the scripts that source this
# Sourced by the scripts beside this folder; not run by itself.
# Everything a script tells a person goes to stderr: stdout is kept for the answer (a path) that another script reads.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/roost
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# usage_if_asked "$@": prints the comment block at the head of the script for --help, and refuses any other argument.
usage_if_asked() {
    case "${1:-}" in
        "") ;;
        -h | --help)
            sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *) die "does not know '$1'; try --help." ;;
    esac
}

# fetch_pinned REQUIREMENT SHA256 FOLDER [PIP OPTION…]: downloads one package file with pip, which refuses any other content.
fetch_pinned() {
    local requirement=$1 sha256=$2 folder=$3
    shift 3
    mkdir -p "$folder"
    printf '%s --hash=sha256:%s\n' "$requirement" "$sha256" >"$folder/requirements.txt"
    python3 -m pip download --quiet --no-deps --require-hashes --requirement "$folder/requirements.txt" --dest "$folder" "$@" >&2 ||
        die "pip could not download $requirement. Check the network (and the mirror in pip's configuration), then run this again."
}

# hold_lock FILE: waits until no other run holds the lock, which ends with this process however it ends. The kernel's lock
# belongs to the open file, so it outlives the helper that takes it; macOS has no flock(1), but python3 is needed anyway.
hold_lock() {
    mkdir -p "$(dirname "$1")"
    exec 9>"$1"
    python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null && return
    say "Another run is at the same work; waiting for it to finish…"
    python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
}

# show_compile_errors LOG: the compiler's error lines, each once; the end of the log when there are none.
show_compile_errors() {
    local errors
    errors=$(grep -E '^[^ ].*(error:|note: in expansion of macro)' "$1" | awk '!seen[$0]++' | head -n 30) || true
    if [ -n "$errors" ]; then say "$errors"; else tail -n 30 "$1" >&2; fi
}

# remove_at_exit PATH: deletes it when the script ends, also when it is interrupted.
remove_at_exit() {
    # shellcheck disable=SC2064 # the path of now is meant
    trap "rm -rf '$1'" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# show_progress WHAT LOG: reads a build tool's output, appends it to the log, and condenses its "[12/345]" counters to
# one line: rewritten in place on a terminal, one line every 10 seconds in a pipe. Where $progress names a folder, the
# counters go into a file there instead, for show_builds.
show_progress() {
    local what=$1 log=$2 line finished=0 total=0 next=$((SECONDS + 5)) started=$SECONDS
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        finished=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
        if [ -n "${progress:-}" ]; then
            printf '%d %d\n' "$finished" "$total" >"$progress/$what.new" && mv "$progress/$what.new" "$progress/$what"
        elif [ -t 2 ]; then
            printf '\r\033[K  %s: %d of %d, %d s' "$what" "$finished" "$total" $((SECONDS - started)) >&2
        elif [ "$SECONDS" -ge "$next" ]; then
            say "  $what: $finished of $total, $((SECONDS - started)) s"
            next=$((SECONDS + 10))
        fi
    done
    if [ -z "${progress:-}" ] && [ -t 2 ] && [ "$total" -gt 0 ]; then printf '\n' >&2; fi
}

# show_builds PROCESS…: waits for the processes and shows how far the builds are that write into $progress, and what time
# is left if the rest goes as fast as what is done. Every second on a terminal, every 15 seconds in a pipe.
show_builds() {
    local started=$SECONDS next=$((SECONDS + 15)) counting=0 process running file text finished total left longest
    while :; do
        running=0
        for process in "$@"; do if kill -0 "$process" 2>/dev/null; then running=1; fi; done
        [ "$running" = 1 ] || break
        sleep 1
        text='' longest=0
        for file in "$progress"/*; do
            read -r finished total 2>/dev/null <"$file" || continue
            if [ "$counting" = 0 ]; then counting=$SECONDS; fi
            text="$text$(basename "$file") $finished of $total, "
            # The first tenth says too little.
            if [ $((finished * 10)) -lt "$total" ]; then left=0; else left=$(((SECONDS - counting) * (total - finished) / finished)); fi
            if [ "$left" -gt "$longest" ]; then longest=$left; fi
        done
        text="  ${text:-getting the sources, }$((SECONDS - started)) s"
        if [ "$longest" -gt 0 ]; then text="$text, about $((longest / 60 + 1)) min left"; fi
        if [ -t 2 ]; then
            printf '\r\033[K%s' "$text" >&2
        elif [ "$SECONDS" -ge "$next" ]; then
            say "$text"
            next=$((SECONDS + 15))
        fi
    done
    if [ -t 2 ] && [ -n "${text:-}" ]; then printf '\n' >&2; fi
}
