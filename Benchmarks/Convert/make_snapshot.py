"""Makes a snapshot of safetensors, as on the Hub, from SmolLM2's GGUF file: make_snapshot.py MODEL.gguf FOLDER

The weights are dequantised and stored as BF16. The tokenizer is built from the file's vocabulary and merges, with SmolLM2's pre-tokenizer."""

import json
import pathlib
import sys

import gguf
import torch
from transformers import AutoModelForCausalLM

source, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True)

fields = gguf.GGUFReader(source).fields
tokens = fields["tokenizer.ggml.tokens"].contents()
kinds = fields["tokenizer.ggml.token_type"].contents()
special = [(number, token) for number, (token, kind) in enumerate(zip(tokens, kinds)) if kind == 3]
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
tokenizer = {
    "version": "1.0", "truncation": None, "padding": None,
    "added_tokens": [{"id": number, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
                     for number, token in special],
    "normalizer": None,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "post_processor": None, "decoder": {**byte_level, "add_prefix_space": True},
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
              "byte_fallback": False, "ignore_merges": False, "vocab": {token: number for number, token in enumerate(tokens)},
              "merges": fields["tokenizer.ggml.merges"].contents()},
}
(folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
settings = {
    "add_prefix_space": False, "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "unk_token": "<|endoftext|>", "pad_token": "<|im_end|>",
    "clean_up_tokenization_spaces": False, "model_max_length": 8192, "tokenizer_class": "GPT2Tokenizer", "vocab_size": len(tokens),
    "added_tokens_decoder": {str(number): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                                           "special": True} for number, token in special},
    "additional_special_tokens": ["<|im_start|>", "<|im_end|>"],
}
if "tokenizer.chat_template" in fields:
    settings["chat_template"] = fields["tokenizer.chat_template"].contents()
(folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")
(folder / "README.md").write_text("---\nlicense: apache-2.0\nlanguage:\n- en\n---\n\n# SmolLM2-135M-Instruct, as BF16\n", encoding="utf-8")
