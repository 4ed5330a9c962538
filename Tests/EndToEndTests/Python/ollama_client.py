"""Uses every function of the ollama client on a server that has the sample model, and checks what it gets: ollama_client.py URL MODEL EMBEDDING_MODEL TOOL_MODEL GGUF"""

import json
import sys

import leaving
import ollama

url, model, embedding_model, tool_model, gguf = sys.argv[1:6]
client = ollama.Client(host=url)
short = {"temperature": 0, "num_predict": 8, "num_ctx": 1024}
hello = [{"role": "user", "content": "Count from one to five."}]


def refused(status, call):
    try:
        call()
    except ollama.ResponseError as error:
        assert error.status_code == status and error.error, (error.status_code, error.error)
        return error.error
    raise AssertionError("not refused")


# pull, of what is here already: every file is hashed again
steps = list(client.pull(model, stream=True))
assert steps[-1].status == "success" and any(step.total and step.completed == step.total for step in steps), steps
assert client.pull("hf.co/" + model).status == "success"

# list, show, version
everything = [model + ":Q4_1", embedding_model + ":F16", tool_model + ":Q4_1"]
names = [entry.model for entry in client.list().models]
assert sorted(names) == sorted(everything), names
entry = next(entry for entry in client.list().models if entry.model == everything[0])
assert entry.size == 98362432 and entry.digest and entry.modified_at and entry.details.family == "llama", entry
shown = client.show(model)
assert shown.modelinfo["llama.context_length"] == 8192 and "completion" in shown.capabilities and shown.template, shown

# chat and generate, in one piece and as streams
whole = client.chat(model, hello, options=short)
assert whole.message.role == "assistant" and whole.message.content and whole.done and whole.eval_count <= 8, whole
pieces = list(client.chat(model, hello, options=short, stream=True))
assert "".join(piece.message.content or "" for piece in pieces) == whole.message.content and pieces[-1].done_reason in ("stop", "length")
answer = client.generate(model, "Say hello.", options=short)
assert answer.response and answer.context, answer
assert client.generate(model, "Again.", context=answer.context, options=short).response
assert len(list(client.generate(model, "Say hello.", options=short, stream=True))) > 1
listed = client.chat(model, hello, options=short, logprobs=True, top_logprobs=2)
assert listed.logprobs and len(listed.logprobs[0].top_logprobs) == 2, listed


# tools, as a Python function
def add(a: int, b: int) -> int:
    """Adds two numbers.

    Args:
      a: One number
      b: Another number
    """
    return a + b


sums = [{"role": "user", "content": "What is 1 + 2? Use the tool."}]
assert "does not support tools" in refused(400, lambda: client.chat(model, sums, tools=[add]))
assert "tools" in client.show(tool_model).capabilities
called = client.chat(tool_model, sums, tools=[add], options={**short, "num_predict": 64})
# The model has read the tool, which is longer than the question; so small a one does not always call it.
assert called.prompt_eval_count > 60, called
for call in called.message.tool_calls or []:
    assert call.function.name == "add" and isinstance(call.function.arguments, dict), call
assert client.generate(tool_model, keep_alive=0).done_reason == "unload"
schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
assert "n" in json.loads(client.chat(model, hello, format=schema, options={**short, "num_predict": 32}).message.content)

# ps, copy, delete, create
assert [entry.model for entry in client.ps().models] == [model + ":Q4_1"] and client.ps().models[0].context_length
assert client.copy(model, "backup").status == "success"
assert client.chat("backup", hello, options=short).model == "backup"
assert client.create("brief", from_=model, system="Answer in one word.", parameters={"num_predict": 2}).status == "success"
assert client.show("brief").parameters and client.chat("brief", hello).eval_count <= 2
digest = client.create_blob(gguf)
assert client.create("mine", files={"m.gguf": digest}, stream=True) and [s.status for s in client.create("mine", files={"m.gguf": digest}, stream=True)][-1] == "success"
assert client.show("mine").details.format == "gguf"
for name in ("backup", "brief", "mine"):
    assert client.delete(name).status == "success", name
assert sorted(entry.model for entry in client.list().models) == sorted(everything)

# vectors
vectors = client.embed(embedding_model, ["the sea", "a ship"])
assert len(vectors.embeddings) == 2 and vectors.prompt_eval_count > 2, vectors
assert len(client.embed(embedding_model, "the sea", dimensions=4).embeddings[0]) == 4
assert len(client.embeddings(embedding_model, "the sea").embedding) == len(vectors.embeddings[0])
assert "embedding" in client.show(embedding_model).capabilities
assert client.generate(embedding_model, keep_alive=0).done_reason == "unload"

# leaving
leaving.check(url, client.chat(
    model, [{"role": "user", "content": leaving.COUNT}], options={**short, "num_predict": leaving.WHOLE}, stream=True))

# an empty prompt loads and unloads
assert client.generate(model).done_reason == "load"
assert client.generate(model, keep_alive=0).done_reason == "unload" and client.ps().models == []

# errors
assert "roost pull" in refused(404, lambda: client.chat("no/such", hello))
refused(404, lambda: client.show("nosuch"))
refused(404, lambda: client.delete("nosuch"))
refused(404, lambda: client.copy("nosuch", "x"))
refused(400, lambda: client.chat(model, hello, options={"temperature": "hot"}))
refused(400, lambda: client.embed(model, "x"))
refused(400, lambda: client.chat(model, hello, think=True))
refused(404, lambda: client.pull("no/such"))
try:
    list(client.pull("no/such", stream=True))
    raise AssertionError("not refused")
except ollama.ResponseError as error:
    assert error.error, error
print("good")
