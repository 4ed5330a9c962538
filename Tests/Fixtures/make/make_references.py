"""Writes reference.json of mistral, gemma2, phi-3-tiny and sentence-bert: what transformers 4.57.6 makes of them in float32. The texts are those of gpt2's file.
Needs torch and transformers.   Usage: make_references.py [NAME…]"""
import json, os, sys
import torch, transformers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROMPTS = ["The weight of the tensor is", "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) +"]
# Longer than the original context, beyond which Phi 3 takes its other factors: llama.cpp decides by the context's size, which is never as small as that.
LONG = {"phi-3-tiny": ["The weight of the tensor is 17. " * 8, "Every tensor has its own weight, and " * 8]}
SPECIAL = {"mistral": ["[INST] Hello [/INST]"], "gemma2": ["<start_of_turn>user\nHi<end_of_turn>\n", "a<mask>b"],
           "phi-3-tiny": ["<|user|>\nHi<|end|>\n<|assistant|>\n"], "sentence-bert": ["[CLS] The tensor [SEP]"]}


def texts(name):
    with open(f"{ROOT}/gpt2/reference.json", encoding="utf-8") as file:
        shared = [entry["text"] for entry in json.load(file)["tokenization"]]
    return [text for text in shared if "<|" not in text] + SPECIAL[name]


def generation(path, tokenizer, prompts):
    # llama.cpp lets each token of a Phi 3 see all others, whatever window its configuration asks for.
    options = dict(sliding_window=None) if "phi-3" in path else {}
    model = transformers.AutoModelForCausalLM.from_pretrained(path, torch_dtype=torch.float32, attn_implementation="eager", **options).eval()
    prompts = [dict(prompt=prompt, ids=tokenizer.encode(prompt)) for prompt in prompts]
    for prompt in prompts:
        prompt["last_token_logits"] = [round(float(x), 6) for x in model(torch.tensor([prompt["ids"]])).logits[0, -1]]
    greedy = list(prompts[0]["ids"])
    for _ in range(12):
        greedy.append(int(model(torch.tensor([greedy])).logits[0, -1].argmax()))
    return dict(logits=prompts, greedy_12_after_prompt_0=greedy[-12:])


def embeddings(path, tokenizer, prompts):
    """As sentence-transformers does it: the mean over all tokens, of length 1."""
    model = transformers.AutoModel.from_pretrained(path, torch_dtype=torch.float32, attn_implementation="eager").eval()
    result = []
    for prompt in prompts:
        vector = model(torch.tensor([tokenizer.encode(prompt)])).last_hidden_state[0].mean(0)
        result.append(dict(text=prompt, vector=[round(float(x), 6) for x in vector / vector.norm()]))
    return dict(embeddings=result)


def make(name):
    path = f"{ROOT}/{name}/hf"
    # The fixture of BERT has no post-processor in its tokenizer.json; the slow tokenizer adds [CLS] and [SEP] by itself.
    tokenizer = transformers.AutoTokenizer.from_pretrained(path, use_fast=name != "sentence-bert")
    result = dict(fixture=name, made_with=dict(transformers=transformers.__version__, torch=torch.__version__), tokenization=[
        dict(text=text, ids=tokenizer.encode(text, add_special_tokens=False), ids_with_special=tokenizer.encode(text)) for text in texts(name)])
    with torch.no_grad():
        result |= (embeddings if name == "sentence-bert" else generation)(path, tokenizer, LONG.get(name, PROMPTS))
    with open(f"{ROOT}/{name}/reference.json", "w", encoding="utf-8") as file:
        json.dump(result, file, separators=(",", ":"))
    print(name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or SPECIAL:
        make(name)
