"""Makes a repository of safetensors of any size: the shape of Qwen3-8B with fewer layers, random weights, and the tokenizer of another repository."""

import json
import random
import shutil
import struct

HIDDEN, INNER, HEADS, KEY_HEADS, HEAD = 4096, 12288, 32, 8, 128
CONFIG = {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": HIDDEN, "intermediate_size": INNER, "num_attention_heads": HEADS,
    "num_key_value_heads": KEY_HEADS, "head_dim": HEAD, "max_position_embeddings": 4096, "rms_norm_eps": 1e-6, "rope_theta": 1e6,
    "tie_word_embeddings": True, "torch_dtype": "bfloat16",
}
LAYER = {
    "input_layernorm": [HIDDEN], "mlp.down_proj": [HIDDEN, INNER], "mlp.gate_proj": [INNER, HIDDEN], "mlp.up_proj": [INNER, HIDDEN],
    "post_attention_layernorm": [HIDDEN], "self_attn.k_norm": [HEAD], "self_attn.k_proj": [KEY_HEADS * HEAD, HIDDEN],
    "self_attn.o_proj": [HIDDEN, HEADS * HEAD], "self_attn.q_norm": [HEAD], "self_attn.q_proj": [HEADS * HEAD, HIDDEN],
    "self_attn.v_proj": [KEY_HEADS * HEAD, HIDDEN],
}


def make(folder, tokens_of, layers):
    """Writes the repository; returns the bytes of its weights."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokens_of / name, folder / name)
    vocabulary = json.loads((tokens_of / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    (folder / "config.json").write_text(json.dumps({**CONFIG, "vocab_size": vocabulary, "num_hidden_layers": layers}), encoding="utf-8")
    shapes = {"model.embed_tokens.weight": [vocabulary, HIDDEN], "model.norm.weight": [HIDDEN]}
    shapes |= {f"model.layers.{layer}.{name}.weight": shape for layer in range(layers) for name, shape in LAYER.items()}
    header, size = {}, 0
    for name, shape in shapes.items():
        begin, size = size, size + 2 * (shape[0] * shape[1] if len(shape) == 2 else shape[0])
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [begin, size]}
    text = json.dumps(header).encode()
    # Numbers in the usual range of weights: 2^-8 … 2^-4, of both signs.
    source = random.Random(1)
    noise = b"".join(struct.pack("<H", source.randrange(0x3B80, 0x3D80) | source.randrange(2) << 15) for _ in range(1 << 20))
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for begin in range(0, size, len(noise)):
            file.write(noise[: size - begin])
    return size
