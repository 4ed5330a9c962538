"""Compares two GGUF files: compare-gguf.py OURS THEIRS. Prints a line; exits with 1 when they differ. Needs the package gguf."""

import sys

from gguf import GGUFReader

# What the converter guesses of the name of the folder that it finds the files in; and the size in words says nothing that the tensors do not.
IGNORED = {"general.name", "general.basename", "general.finetune", "general.size_label"}


def pairs(reader):
    return {key: ([kind.name for kind in field.types], field.contents()) for key, field in reader.fields.items()
            if not key.startswith("GGUF.") and key not in IGNORED}


def tensors(reader):
    return {tensor.name: (tensor.tensor_type.name, [int(size) for size in tensor.shape], tensor.data.tobytes()) for tensor in reader.tensors}


def differing(ours, theirs):
    return sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))


readers = [GGUFReader(path) for path in sys.argv[1:3]]
(our_pairs, their_pairs), (our_tensors, their_tensors) = map(pairs, readers), map(tensors, readers)
wrong_pairs, wrong_tensors = differing(our_pairs, their_pairs), differing(our_tensors, their_tensors)
print(f"{len(their_pairs) - len(wrong_pairs)} of {len(their_pairs)} key-values, {len(their_tensors) - len(wrong_tensors)} of {len(their_tensors)} tensors equal")
for name in wrong_pairs + wrong_tensors:
    print(f"differs: {name}", file=sys.stderr)
sys.exit(bool(wrong_pairs or wrong_tensors or not their_tensors))
