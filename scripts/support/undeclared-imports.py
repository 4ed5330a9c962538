"""Reads `swift package dump-package`. Prints every import of a module that the file's target does not declare, and every
dependency of a library or program that none of its files imports. Exits with 1 if there are any."""

import json
import pathlib
import re
import sys

SYSTEM = {"CDispatch", "CommonCrypto", "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Observation", "Synchronization", "System", "Testing", "os"}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"
)

found = False
for target in json.load(sys.stdin)["targets"]:
    default = "Tests" if target["type"] == "test" else "Sources"
    folder = pathlib.Path(target.get("path") or f"{default}/{target['name']}")
    # A dependency is {"byName": [name, …]} or {"product": [name, package, …]}; here every product has its module's name.
    declared = {value[0] for dependency in target["dependencies"] for value in dependency.values()}
    imported = set()
    for file in sorted(folder.rglob("*.swift")):
        in_text = False
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            in_text ^= line.count('"""') % 2 == 1
            match = IMPORT.match(line)
            if match and not in_text:
                imported.add(match[1])
            if match and not in_text and match[1] not in declared | SYSTEM | {target["name"]}:
                print(f"{file}:{number}: error: {target['name']} does not declare {match[1]}.", file=sys.stderr)
                found = True
    # Tests also depend on the programs that they run.
    if target["type"] != "test":
        for module in sorted(declared - imported):
            print(f"Package.swift: error: {target['name']} does not use {module}.", file=sys.stderr)
            found = True
sys.exit(found)
