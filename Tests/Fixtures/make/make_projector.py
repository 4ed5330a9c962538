"""Makes the projector of the fixture vision: random weights, for images of 32 x 32 pixels and the vectors of the fixture llama. Needs numpy and LLAMA_CPP_SRC, the
source of llama.cpp build 11312 or newer.   Usage: make_projector.py"""
import os, sys

sys.path.insert(0, os.environ["LLAMA_CPP_SRC"] + "/gguf-py")
import gguf, numpy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEXT, WIDTH, INNER, LAYERS, HEADS, PATCH, SIDE = 64, 32, 64, 2, 2, 8, 32
RANDOM = numpy.random.default_rng(7)


def tensor(*shape):
    return RANDOM.normal(0, 0.2, shape).astype(numpy.float32)


def main():
    writer = gguf.GGUFWriter(f"{ROOT}/vision/mmproj-F16.gguf", "clip")
    writer.add_type("mmproj")
    writer.add_name("Roost's tiny projector")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    for key, value in dict(image_size=SIDE, patch_size=PATCH, embedding_length=WIDTH, feed_forward_length=INNER, block_count=LAYERS,
                           projection_dim=TEXT).items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_uint32("clip.vision.attention.head_count", HEADS)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])

    def matrix(name, rows, columns):
        writer.add_tensor(f"{name}.weight", tensor(rows, columns).astype(numpy.float16))
        writer.add_tensor(f"{name}.bias", tensor(rows))

    def norm(name):
        writer.add_tensor(f"{name}.weight", 1 + tensor(WIDTH))
        writer.add_tensor(f"{name}.bias", tensor(WIDTH))

    writer.add_tensor("v.patch_embd.weight", tensor(WIDTH, 3, PATCH, PATCH).astype(numpy.float16))
    writer.add_tensor("v.position_embd.weight", tensor((SIDE // PATCH) ** 2, WIDTH))
    norm("v.pre_ln")
    for layer in range(LAYERS):
        for name in ["attn_q", "attn_k", "attn_v", "attn_out"]:
            matrix(f"v.blk.{layer}.{name}", WIDTH, WIDTH)
        norm(f"v.blk.{layer}.ln1")
        norm(f"v.blk.{layer}.ln2")
        matrix(f"v.blk.{layer}.ffn_up", INNER, WIDTH)
        matrix(f"v.blk.{layer}.ffn_down", WIDTH, INNER)
    matrix("mm.0", TEXT, WIDTH)
    matrix("mm.2", TEXT, TEXT)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    os.makedirs(f"{ROOT}/vision", exist_ok=True)
    main()
