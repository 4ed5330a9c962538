"""Makes the fixtures gpt2-oldnames, mistral, gemma2, phi-3-tiny and sentence-bert: random weights, a tokenizer trained on the text below, and what llama.cpp's converter makes
of them. Needs torch, transformers 4.57.6, sentencepiece, and LLAMA_CPP_SRC, the source of llama.cpp build 11434.   Usage: make_fixtures.py [NAME…]"""
import contextlib, hashlib, io, json, logging, os, shutil, sys, tempfile

SOURCE = os.environ["LLAMA_CPP_SRC"]
sys.path[:0] = [SOURCE, SOURCE + "/gguf-py"]
import torch, transformers
from safetensors.torch import load_file, save_file

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORDS = "model layer token weight tensor vector matrix attention query key value output input norm scale bias head rope window vocab merge".split()
TEXT = [f"The {a} of the {b} is {i * 7 + j}, and every {b} has its own {a}." for i, a in enumerate(WORDS) for j, b in enumerate(WORDS) if a != b]


def folder(name):
    path = f"{ROOT}/{name}/hf"
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def randomised(model, dtype):
    """Everything is random, norms and biases too: a forgotten +1 or bias shows."""
    torch.manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.2)
    return model.to(dtype)


def sentencepiece(path, gemma):
    import sentencepiece
    options = dict(vocab_size=420, model_type="bpe", byte_fallback=True, split_digits=True, normalization_rule_name="identity",
                   remove_extra_whitespaces=False, num_threads=1, minloglevel=2)
    if gemma:
        options |= dict(add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
                        unk_piece="<unk>", user_defined_symbols=["<mask>", "<unused0>", "<start_of_turn>", "<end_of_turn>", "\n", "\t"])
    else:
        options |= dict(add_dummy_prefix=True, unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(TEXT), model_writer=model, **options)
    with open(f"{path}/tokenizer.model", "wb") as file:
        file.write(model.getvalue())


def fast(path, kind):
    """Writes tokenizer.json, where llama.cpp's converter looks for the numbers of special tokens."""
    kind.from_pretrained(path, legacy=False).backend_tokenizer.save(f"{path}/tokenizer.json")


def added(content, special=True):
    return dict(content=content, lstrip=False, normalized=False, rstrip=False, single_word=False, special=special)


SMALL = dict(vocab_size=424, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)


def mistral():
    path = folder("mistral")
    sentencepiece(path, gemma=False)
    config = transformers.MistralConfig(**SMALL, head_dim=32, max_position_embeddings=256, rope_theta=1e6, sliding_window=None)
    randomised(transformers.MistralForCausalLM(config), torch.float16).save_pretrained(path)
    write(f"{path}/tokenizer_config.json", dict(
        add_bos_token=True, add_eos_token=False, add_prefix_space=True, bos_token="<s>", eos_token="</s>", unk_token="<unk>", tokenizer_class="LlamaTokenizer",
        added_tokens_decoder={"0": added("<unk>"), "1": added("<s>"), "2": added("</s>"), "420": added("[INST]"), "421": added("<extra▁word>", False)},
        chat_template=[dict(name="default", template="{{ messages[0].content }}"), dict(name="tool use", template="{{ tools }}")]))
    fast(path, transformers.LlamaTokenizerFast)
    with open(f"{path}/README.md", "w") as file:
        file.write("---\nlicense: apache-2.0\nlanguage:\n- en\n- \"no\"\ntags: [tiny, test]\npipeline_tag: text-generation\n---\n# Tiny\n")


def gemma2():
    path = folder("gemma2")
    sentencepiece(path, gemma=True)
    config = transformers.Gemma2Config(**SMALL, head_dim=16, max_position_embeddings=256, sliding_window=8, query_pre_attn_scalar=16)
    randomised(transformers.Gemma2ForCausalLM(config), torch.bfloat16).save_pretrained(path, max_shard_size="60KB")
    write(f"{path}/tokenizer_config.json", dict(
        add_bos_token=True, add_eos_token=False, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>", tokenizer_class="GemmaTokenizer",
        added_tokens_decoder={str(i): added(t, i < 4 or "turn" in t) for i, t in enumerate(
            ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<unused0>", "<start_of_turn>", "<end_of_turn>"])}, chat_template="{{ bos_token }}"))
    fast(path, transformers.GemmaTokenizerFast)


def phi3():
    path = folder("phi-3-tiny")
    sentencepiece(path, gemma=False)
    config = transformers.Phi3Config(
        **SMALL, max_position_embeddings=512, original_max_position_embeddings=64, sliding_window=32, pad_token_id=0, rope_scaling=dict(
            type="longrope", long_factor=[1.0 + i / 3 for i in range(8)], short_factor=[1.0 + i / 9 for i in range(8)]))
    randomised(transformers.Phi3ForCausalLM(config), torch.bfloat16).save_pretrained(path)
    write(f"{path}/tokenizer_config.json", dict(
        add_bos_token=True, add_eos_token=False, bos_token="<s>", eos_token="<|endoftext|>", unk_token="<unk>", tokenizer_class="LlamaTokenizer",
        added_tokens_decoder={"0": added("<unk>"), "1": added("<s>"), "2": added("</s>", False), "420": added("<|endoftext|>"),
                              "421": added("<|user|>"), "422": added("<|end|>"), "423": added("<|assistant|>", False)}))
    fast(path, transformers.LlamaTokenizerFast)


def gpt2_oldnames():
    """The same weights as gpt2, with the names of OpenAI's repository; llama.cpp's converter does not read it, so gpt2's dump is the reference."""
    path, source = folder("gpt2-oldnames"), f"{ROOT}/gpt2/hf"
    for name in os.listdir(source):
        if not name.endswith(".safetensors"):
            shutil.copy(f"{source}/{name}", path)
    tensors = {name.removeprefix("transformer."): value for name, value in load_file(f"{source}/model.safetensors").items()}
    layers = {name.split(".")[1] for name in tensors if name.startswith("h.")}
    tensors |= {f"h.{layer}.attn.bias": torch.tril(torch.ones(8, 8)).view(1, 1, 8, 8) for layer in layers}
    save_file(tensors, f"{path}/model.safetensors")
    shutil.copy(f"{ROOT}/gpt2/gguf-dump.json", f"{ROOT}/gpt2-oldnames/gguf-dump.json")


def bert():
    from tokenizers import BertWordPieceTokenizer
    path = folder("sentence-bert")
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(TEXT, vocab_size=200, show_progress=False)
    tokenizer.save(f"{path}/tokenizer.json")
    tokens = [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    with open(f"{path}/vocab.txt", "w", encoding="utf-8") as file:
        file.writelines(token + "\n" for token in tokens)
    config = transformers.BertConfig(vocab_size=len(tokens), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                                     max_position_embeddings=64)
    randomised(transformers.BertModel(config), torch.float32).save_pretrained(path)
    write(f"{path}/tokenizer_config.json", dict(
        cls_token="[CLS]", mask_token="[MASK]", pad_token="[PAD]", sep_token="[SEP]", unk_token="[UNK]", do_lower_case=True, tokenizer_class="BertTokenizer"))
    write(f"{path}/modules.json", [
        dict(idx=0, name="0", path="", type="sentence_transformers.models.Transformer"),
        dict(idx=1, name="1", path="1_Pooling", type="sentence_transformers.models.Pooling")])
    os.makedirs(f"{path}/1_Pooling")
    write(f"{path}/1_Pooling/config.json", dict(word_embedding_dimension=64, pooling_mode_cls_token=False, pooling_mode_mean_tokens=True))


def digest(value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return dict(count=len(value), first8=value[:8], last8=value[-8:], sha256_of_compact_ascii_json=hashlib.sha256(text.encode()).hexdigest())


def dump(path):
    import gguf
    reader, pairs = gguf.GGUFReader(path), {}
    for key, field in reader.fields.items():
        kinds, value = [kind.name for kind in field.types], field.contents()
        is_array = kinds[0] == "ARRAY"
        pairs[key] = dict(type=f"ARRAY<{kinds[1]}>" if is_array else kinds[0], value=digest(value) if is_array and len(value) > 24 else value)
    tensors = [dict(name=tensor.name, ggml_type=int(tensor.tensor_type), ne=[int(size) for size in tensor.shape], n_bytes=int(tensor.n_bytes),
                    offset_from_data_start=int(tensor.data_offset - reader.data_offset), sha256=hashlib.sha256(tensor.data.tobytes()).hexdigest())
               for tensor in reader.tensors]
    return dict(kv_in_file_order=pairs, tensors_in_file_order=tensors)


def convert(name, types, pre=None):
    import conversion.base as base, convert_hf_to_gguf as converter
    if pre:  # a tiny vocabulary cannot have a known hash
        base.TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
    result = {}
    for kind in types:
        path = f"{tempfile.gettempdir()}/{name}-{kind}.gguf"
        sys.argv = ["convert", f"{ROOT}/{name}/hf", "--outfile", path, "--outtype", kind, "--model-name", name]
        converter.main()
        result[kind] = dump(path)
        os.remove(path)
    with open(f"{ROOT}/{name}/gguf-dump.json", "w") as file:
        json.dump(result, file, ensure_ascii=True, indent=1)


MAKERS = {"gpt2-oldnames": (gpt2_oldnames, [], None), "mistral": (mistral, ["f32", "f16", "q8_0"], None), "gemma2": (gemma2, ["f32", "f16"], None),
          "phi-3-tiny": (phi3, ["f32", "bf16"], None), "sentence-bert": (bert, ["f32", "f16"], "default")}
if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for name in sys.argv[1:] or MAKERS:
        make, types, pre = MAKERS[name]
        make()
        if types:
            convert(name, types, pre)
        print(name)
