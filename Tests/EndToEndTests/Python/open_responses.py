"""Holds what /v1/responses sends against the types of the Open Responses specification: open_responses.py URL MODEL.

The cases are those of the specification's compliance suite that concern a server without hosted tools. Prints the names of what passed as JSON.
"""

import json
import sys
import urllib.request

import openresponses_types as types

url, model = sys.argv[1:3]
passed = []
# The model is small: with this bias its first token begins a call, and the engine's grammar does the rest.
begin = {"logit_bias": {"{": 100}, "parallel_tool_calls": False}
tool = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather for a location",
    "parameters": {"type": "object", "properties": {"location": {"type": "string", "enum": ["San Francisco"]}}, "required": ["location"]},
}


def post(body):
    request = urllib.request.Request(url + "/v1/responses", json.dumps({"model": model, **body}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as response:
        return response.read().decode()


def respond(name, body, statuses=("completed", "incomplete"), kind="message"):
    answer = json.loads(post({"max_output_tokens": 64, **body}))
    types.ResponseResource.model_validate(answer)
    assert answer["status"] in statuses and any(item["type"] == kind for item in answer["output"]), answer
    passed.append(name)
    return answer


def user(content):
    return {"type": "message", "role": "user", "content": content}


respond("basic-response", {"input": [user("Say hello in exactly 3 words.")]})
respond("system-prompt", {"input": [{"type": "message", "role": "system", "content": "You are a pirate."}, user("Say hello.")]})
respond("tool-calling", {"input": [user("What's the weather in San Francisco?")], "tools": [tool], "tool_choice": "required", **begin}, kind="function_call")
respond(
    "multi-turn",
    {"input": [user("My name is Alice."), {"type": "message", "role": "assistant", "content": "Hello Alice!"}, user("What is my name?")]},
)
first = respond("store", {"input": "My name is Alice."})
respond("previous-response", {"input": "What is my name?", "previous_response_id": first["id"]})
respond(
    "tool-output",
    {
        "input": [
            user("What's the weather?"),
            {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "Sunny."},
        ],
        "tools": [tool],
        "tool_choice": "none",
    },
)

events = []
for block in post({"input": [user("Count from 1 to 5.")], "stream": True, "max_output_tokens": 24}).split("\n\n"):
    data = [line[6:] for line in block.split("\n") if line.startswith("data: ")]
    if data and data[0] != "[DONE]":
        events.append(json.loads(data[0]))
# The type of an event is an enumeration with one value.
kinds = {
    member.value: kind
    for name, kind in vars(types).items()
    if name.endswith("StreamingEvent")
    for member in kind.model_fields["type"].annotation
}
checked = 0
for event in events:
    kind = kinds.get(event["type"])
    assert kind, (event["type"], list(kinds))
    kind.model_validate(event)
    checked += 1
assert checked > 8 and [event["sequence_number"] for event in events] == list(range(len(events)))
passed.append("streaming-response")
print(json.dumps(passed))
