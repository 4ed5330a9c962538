# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the scripts that source this, after common.sh
# Sourced by the scripts that make packages: what they contain.

packages=$repository/.build/packages

# read_package_options "$@": the options that all of these scripts have; builds what they do not name. Sets `roost`, `engine` and `version`.
read_package_options() {
    roost='' engine=''
    while [ $# -gt 0 ]; do
        case "$1" in
            --roost) roost=${2:?"--roost needs the path of a roost command"} ;;
            --engine) engine=${2:?"--engine needs the folder of an engine"} ;;
            *) usage_if_asked "$@" ;;
        esac
        shift 2
    done
    if [ -z "$roost" ]; then
        "$repository/scripts/build" >&2
        roost=$repository/.build/release/roost
    fi
    if [ -z "$engine" ]; then engine=$(dirname "$(dirname "$("$repository/scripts/engine" --portable)")"); fi
    version=$("$roost" --version) || die "$roost does not run."
    mkdir -p "$packages"
}

# package_date: the time of the commit, in seconds since 1970, so that the same source gives the same package.
package_date() { printf '%s' "${SOURCE_DATE_EPOCH:-$(git -C "$repository" log -1 --format=%ct)}"; }

# notices: the notices of the Swift packages that are linked into the command, as their licence asks.
notices() {
    local file
    for file in "$repository"/.build/checkouts/*/NOTICE*; do
        [ -e "$file" ] || die "the sources of the Swift packages are missing. Run: swift package resolve"
        printf '%s\n\n' "--- $(basename "$(dirname "$file")")"
        cat "$file"
    done
}

# make_tree FOLDER: installs the command, its engine, its man pages and completions into a folder, which can be moved.
make_tree() {
    local tree=$1 shell file
    mkdir -p "$tree/bin" "$tree/lib/roost/engine" "$tree/share/man/man1" "$tree/share/doc/roost"
    notices >"$tree/share/doc/roost/NOTICE"
    cp "$repository/CHANGELOG.md" "$tree/share/doc/roost/"
    install -m 755 "$roost" "$tree/bin/roost"
    cp -RP "$engine/bin" "$engine/lib" "$tree/lib/roost/engine/"
    # Roost quantises with the library itself.
    rm -f "$tree/lib/roost/engine/bin/llama-quantize"
    "$roost" --experimental-dump-help | python3 "$repository/scripts/support/man-pages.py" "$tree/share/man/man1" "$version"
    for shell in bash zsh fish; do
        case $shell in
            bash) file=share/bash-completion/completions/roost ;;
            zsh) file=share/zsh/site-functions/_roost ;;
            fish) file=share/fish/vendor_completions.d/roost.fish ;;
        esac
        mkdir -p "$(dirname "$tree/$file")"
        # Shells read these files; they do not run them.
        "$roost" --generate-completion-script "$shell" | sed '1{/^#!/d;}' >"$tree/$file"
    done
    find "$tree" -type d -exec chmod 755 {} +
    find "$tree" -type f -exec chmod u=rwX,go=rX {} +
}
