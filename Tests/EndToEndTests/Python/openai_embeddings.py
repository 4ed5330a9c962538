"""Uses OpenAI's Python client for vectors: openai_embeddings.py URL MODEL. The model's vectors have 64 numbers, and can have 16 or 32. Prints what passed as JSON."""

import base64
import json
import struct
import sys

import openai

url, model = sys.argv[1:3]
client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=300)
passed = []


def length(vector):
    return sum(number * number for number in vector) ** 0.5


# The client asks for base64 unless it is told otherwise.
plain = client.embeddings.create(model=model, input=["sea", "hill"], encoding_format="float")
coded = client.embeddings.create(model=model, input=["sea", "hill"])
assert plain.model == model and len(plain.data) == 2 and plain.usage.prompt_tokens > 0
vectors = [item.embedding for item in plain.data]
assert all(len(vector) == 64 and abs(length(vector) - 1) < 1e-3 for vector in vectors) and vectors[0] != vectors[1]
assert all(abs(a - b) < 1e-5 for a, b in zip(vectors[0], coded.data[0].embedding))
passed.append("embeddings")

for format in ("float", "base64"):
    short = client.embeddings.create(model=model, input=["sea", "hill"], dimensions=16, encoding_format=format)
    for item, vector in zip(short.data, vectors):
        got = item.embedding
        if isinstance(got, str):
            got = struct.unpack("<16f", base64.b64decode(got))
        expected = [number / length(vector[:16]) for number in vector[:16]]
        assert len(got) == 16 and all(abs(a - b) < 1e-4 for a, b in zip(got, expected))
passed.append("embeddings: shortened")

for arguments, parameter in (({"input": "x", "dimensions": 17}, "dimensions"), ({"input": [5, 200]}, "input"), ({"input": ""}, "input")):
    try:
        client.embeddings.create(model=model, **arguments)
        raise SystemExit(f"accepted: {arguments}")
    except openai.BadRequestError as error:
        assert error.param == parameter and error.code == "invalid_request", error
passed.append("embeddings: errors")
print(json.dumps(passed))
