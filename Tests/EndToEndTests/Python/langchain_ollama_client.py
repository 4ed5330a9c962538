"""Uses LangChain's chat model and embeddings for Ollama: langchain_ollama_client.py URL MODEL EMBEDDING_MODEL TOOL_MODEL"""

import sys

import leaving
import ollama
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_ollama import ChatOllama, OllamaEmbeddings, OllamaLLM

url, model, embedding_model, tool_model = sys.argv[1:5]
options = {"model": model, "base_url": url, "temperature": 0, "num_predict": 8, "num_ctx": 1024}
chat = ChatOllama(validate_model_on_init=True, **options)

answer = chat.invoke([SystemMessage("Be brief."), HumanMessage("Count from one to five.")])
assert isinstance(answer, AIMessage) and answer.content, answer
assert answer.usage_metadata["input_tokens"] > 5 and 0 < answer.usage_metadata["output_tokens"] <= 8, answer.usage_metadata
assert answer.response_metadata["done_reason"] in ("stop", "length"), answer.response_metadata
pieces = list(chat.stream("Count from one to five."))
assert len(pieces) > 2 and "".join(piece.content for piece in pieces), pieces


def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


called = ChatOllama(**{**options, "model": tool_model, "num_predict": 64}).bind_tools([add]).invoke("What is 1 + 2?")
assert all(call["name"] == "add" and isinstance(call["args"], dict) for call in called.tool_calls), called
history = [
    HumanMessage("What is 1 + 2?"),
    AIMessage("", tool_calls=[{"name": "add", "args": {"a": 1, "b": 2}, "id": "c1"}]),
    ToolMessage("3", tool_call_id="c1"),
]
assert chat.invoke(history).usage_metadata["input_tokens"] > 10
schema = {"title": "Count", "type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
found = ChatOllama(**{**options, "num_predict": 40}).with_structured_output(schema, method="json_schema").invoke("One.")
assert isinstance(found["n"], int), found

leaving.check(url, ChatOllama(**{**options, "num_predict": leaving.WHOLE}).stream(leaving.COUNT))
assert OllamaLLM(**options).invoke("Say hello.")
embeddings = OllamaEmbeddings(model=embedding_model, base_url=url)
vectors = embeddings.embed_documents(["the sea", "a ship"])
assert len(vectors) == 2 and len(vectors[0]) == len(embeddings.embed_query("the sea")) > 8
assert abs(sum(number * number for number in vectors[0]) - 1) < 1e-3

try:
    ChatOllama(**{**options, "model": "no/such"}).invoke("x")
    raise AssertionError("not refused")
except ollama.ResponseError as error:
    assert error.status_code == 404, error
print("good")
