"""Uses huggingface_hub's InferenceClient, which refuses colons in model names: hub_inference.py URL MODEL. Prints what passed as JSON."""

import json
import sys

from huggingface_hub import InferenceClient

url, model = sys.argv[1:3]
messages = [{"role": "user", "content": "Write one sentence about the sea."}]
passed = []

client = InferenceClient(base_url=url + "/v1", api_key="none")
answer = client.chat.completions.create(model=model, messages=messages, max_tokens=8)
assert answer.choices[0].message.content and answer.model == model
passed.append("chat")

chunks = list(client.chat.completions.create(model=model, messages=messages, max_tokens=4, stream=True))
assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
passed.append("chat: stream")

schema = {"type": "object", "properties": {"place": {"enum": ["sea"]}}, "required": ["place"], "additionalProperties": False}
answer = client.chat_completion(
    model=model, messages=messages, max_tokens=32, response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
)
assert json.loads(answer.choices[0].message.content) == {"place": "sea"}
passed.append("chat: structured output")
print(json.dumps(passed))
