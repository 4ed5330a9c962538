"""Makes Sources/RoostServer/Description/OpenAPIDescription.swift from Documentation/openapi.yaml: openapi.py [--check]

With --check nothing is written, and the exit status is 1 when the file is another one. The description itself is checked too:
references lead to something, and each operation has an id of its own.
"""

import json
import pathlib
import sys

import yaml

root = pathlib.Path(__file__).resolve().parents[2]
source = root / "Documentation/openapi.yaml"
target = root / "Sources/RoostServer/Description/OpenAPIDescription.swift"

head = """// swift-format-ignore-file
// Made from Documentation/openapi.yaml by `make openapi`.

/// The description of the HTTP API.
enum OpenAPIDescription {
    /// The description, in OpenAPI's form (3.1).
    static let json = #\"\"\"
"""
foot = """
\"\"\"#
}
"""


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def problems(document):
    for reference in sorted(set(references(document))):
        place = document
        for name in reference.removeprefix("#/").split("/"):
            place = place.get(name) if isinstance(place, dict) else None
        if place is None:
            yield f"{reference} leads nowhere"
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values() if "operationId" in operation]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{name} is the id of several operations"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lines(document):
    """The members of the document and of its large objects, one a line."""
    members = []
    for name, value in document.items():
        if name == "components":
            parts = [f"{compact(part)}:{{\n" + ",\n".join(f"{compact(k)}:{compact(v)}" for k, v in inner.items()) + "\n}" for part, inner in value.items()]
            members.append(f"{compact(name)}:{{\n" + ",\n".join(parts) + "\n}")
        elif name == "paths":
            members.append(f"{compact(name)}:{{\n" + ",\n".join(f"{compact(k)}:{compact(v)}" for k, v in value.items()) + "\n}")
        else:
            members.append(f"{compact(name)}:{compact(value)}")
    return "{\n" + ",\n".join(members) + "\n}"


document = yaml.safe_load(source.read_text("utf-8"))
found = list(problems(document))
if found:
    sys.exit("Documentation/openapi.yaml: " + "; ".join(found) + ".")
text = head + lines(document) + foot
assert json.loads(lines(document)) == document
if "--check" not in sys.argv[1:]:
    target.write_text(text, "utf-8")
elif not target.exists() or target.read_text("utf-8") != text:
    sys.exit("Sources/RoostServer/Description is not made from Documentation/openapi.yaml as it is now: run `make openapi`.")
