"""Uses the program llm with a model of its own configuration: llm_client.py URL MODEL FOLDER. Prints what passed as JSON."""

import json
import os
import sys
from pathlib import Path

url, model, folder = sys.argv[1:4]
os.environ["LLM_USER_PATH"] = folder
os.environ["OPENAI_API_KEY"] = "none"
Path(folder).mkdir(exist_ok=True)
entry = f"- model_id: here\n  model_name: {model}\n  api_base: {url}/v1\n  supports_tools: true\n  supports_schema: true\n"
(Path(folder) / "extra-openai-models.yaml").write_text(entry)

import llm

passed = []
here = llm.get_model("here")
assert here.prompt("Write one sentence about the sea.", stream=False, max_tokens=8, temperature=0).text()
passed.append("chat")
assert "".join(here.prompt("Write one sentence about the sea.", max_tokens=8, temperature=0))
passed.append("chat: stream")
schema = {"type": "object", "properties": {"place": {"enum": ["sea"]}}, "required": ["place"], "additionalProperties": False}
assert json.loads(here.prompt("A place?", schema=schema, stream=False).text()) == {"place": "sea"}
passed.append("chat: structured output")
conversation = here.conversation()
assert conversation.prompt("My name is Ann.", max_tokens=4).text() and conversation.prompt("What is my name?", max_tokens=4).text()
passed.append("conversation")
print(json.dumps(passed))
