"""Adds to each fixture's gguf-dump.json the output types that it lacks, of f32, f16, bf16 and q8_0. Needs what make_fixtures.py needs.   Usage: make_dumps.py [NAME…]"""
import json, logging, os, shutil, sys
import make_fixtures as make

TYPES = ["f32", "f16", "bf16", "q8_0"]
# A tiny vocabulary cannot have a known hash; those without a name here have a SentencePiece model.
PRE = {"gpt2": "gpt-2", "llama": "llama-bpe", "smollm2": "smollm", "qwen2": "qwen2", "qwen3": "qwen2", "qwen3moe": "qwen2", "sentence-bert": "default", "bert": "default"}
NAMES = [*PRE, "mistral", "gemma2", "gemma3", "phi-3-tiny"]


def complete(name):
    path = f"{make.ROOT}/{name}/gguf-dump.json"
    with open(path) as file:
        before = json.load(file)
    make.convert(name, [kind for kind in TYPES if kind not in before] or TYPES[:1], PRE.get(name))
    with open(path) as file:
        added = json.load(file)
    with open(path, "w") as file:
        json.dump(added | before, file, ensure_ascii=True, indent=1)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for name in sys.argv[1:] or NAMES:
        complete(name)
        print(name)
    shutil.copy(f"{make.ROOT}/gpt2/gguf-dump.json", f"{make.ROOT}/gpt2-oldnames/gguf-dump.json")
