"""Makes an SPDX 2.3 document of a Swift package: swift package show-dependencies --format json | sbom.py OPTION…

The commits come from Package.resolved, the licences from the files of the checkouts, the engine from the pinned values in scripts/engine.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys
import uuid


def arguments():
    parser = argparse.ArgumentParser(prog="sbom.py", description=__doc__)
    parser.add_argument("--version", required=True, help="the version of the package")
    parser.add_argument("--time", type=int, required=True, help="the time of the document, in seconds since 1970")
    parser.add_argument("--resolved", type=pathlib.Path, required=True, help="Package.resolved")
    parser.add_argument("--engine", type=pathlib.Path, help="the script that pins the engine")
    return parser.parse_args()


def identifier(name):
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def licence(folder):
    """The licence of a checkout by its text, as far as it is one of the two that all of them have."""
    for file in sorted(pathlib.Path(folder).glob("LICENSE*")) if folder else []:
        text = file.read_text("utf-8", "replace")
        if "Apache License" in text:
            return "Apache-2.0"
        if "Permission is hereby granted, free of charge" in text:
            return "MIT"
    return "NOASSERTION"


def package(name, version, location, licence_id, purl=None):
    item = {
        "SPDXID": identifier(name), "name": name, "versionInfo": version, "downloadLocation": location, "filesAnalyzed": False,
        "licenseConcluded": licence_id, "licenseDeclared": licence_id, "copyrightText": "NOASSERTION",
    }
    if purl:
        item["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return item


def relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


class Document:
    def __init__(self, root, version, pins):
        self.pins = pins
        self.packages = {root["identity"]: package(root["name"], version, "NOASSERTION", "Apache-2.0")}
        self.relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", identifier(root["name"]))]
        self.add_dependencies(root)

    def add_dependencies(self, item):
        for inner in sorted(item["dependencies"], key=lambda inner: inner["identity"]):
            is_new = inner["identity"] not in self.packages
            if is_new:
                self.packages[inner["identity"]] = self.dependency(inner)
            link = relation(identifier(item["name"]), "DEPENDS_ON", identifier(inner["name"]))
            if link not in self.relations:
                self.relations.append(link)
            if is_new:
                self.add_dependencies(inner)

    def dependency(self, item):
        pin = self.pins.get(item["identity"])
        if not pin:
            sys.exit(f"sbom.py: Package.resolved has no {item['identity']}. Run: swift package resolve")
        location = pin["location"].removesuffix(".git")
        purl = f"pkg:swift/{location.removeprefix('https://')}@{item['version']}"
        return package(item["name"], item["version"], f"git+{location}@{pin['state']['revision']}", licence(item.get("path")), purl)

    def add_engine(self, root, script):
        """llama.cpp, as scripts/engine pins it."""
        pinned = dict(re.findall(r"^(package|version|sha256|build|commit)=(\S+)$", script.read_text("utf-8"), re.MULTILINE))
        engine = package("llama.cpp", f"b{pinned['build']}", "NOASSERTION", "MIT", f"pkg:pypi/{pinned['package']}@{pinned['version']}")
        engine["checksums"] = [{"algorithm": "SHA256", "checksumValue": pinned["sha256"]}]
        engine["comment"] = f"Commit {pinned['commit']} from the source distribution of {pinned['package']} {pinned['version']}, whose checksum this is."
        self.packages["llama.cpp"] = engine
        self.relations.append(relation(identifier(root["name"]), "DEPENDS_ON", identifier("llama.cpp")))

    def json(self, name, version, seconds):
        content = {"packages": list(self.packages.values()), "relationships": self.relations}
        # The name follows from the content, so that it is unique and the same for the same content.
        own = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([name, version, seconds, content], sort_keys=True))
        created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{name}-{version}",
            "documentNamespace": f"urn:uuid:{own}", "creationInfo": {"created": created, "creators": ["Tool: scripts/sbom"]}, **content,
        }


def main():
    options = arguments()
    root = json.load(sys.stdin)
    pins = {pin["identity"]: pin for pin in json.loads(options.resolved.read_text("utf-8"))["pins"]}
    document = Document(root, options.version, pins)
    if options.engine:
        document.add_engine(root, options.engine)
    json.dump(document.json(root["name"], options.version, options.time), sys.stdout, indent=2)
    print()


main()
