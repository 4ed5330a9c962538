"""Talks to a server with the anthropic client and prints what it saw as JSON: anthropic_messages.py URL MODEL TOOL_MODEL"""

import json
import sys

import anthropic

url, model, tool_model = sys.argv[1:4]
client = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0)
ask = {"model": model, "max_tokens": 12, "extra_body": {"temperature": 0}, "messages": [{"role": "user", "content": "Count from one to five."}]}
tool = {
    "name": "get_weather",
    "description": "Returns the weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string", "maxLength": 12}}, "required": ["city"], "additionalProperties": False},
}


def failure(call):
    try:
        call()
        return None
    except anthropic.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.body["error"]["type"], error.request_id is not None]


whole = client.messages.create(**ask)
answer = {
    "type": whole.type,
    "text": "".join(block.text for block in whole.content),
    "stop": whole.stop_reason,
    "input": whole.usage.input_tokens + whole.usage.cache_read_input_tokens,
    "output": whole.usage.output_tokens,
    "request_id": whole._request_id is not None,
    "count": client.messages.count_tokens(model=model, messages=ask["messages"]).input_tokens,
}
with client.messages.stream(**ask) as stream:
    answer["streamed"] = "".join(stream.text_stream)
    final = stream.get_final_message()
    answer["streamed_stop"] = final.stop_reason
    answer["streamed_input"] = final.usage.input_tokens + final.usage.cache_read_input_tokens
    answer["streamed_output"] = final.usage.output_tokens

word = answer["text"].split()[1]
stopped = client.messages.create(**ask, stop_sequences=["never written", word])
answer["stopped"] = ["".join(block.text for block in stopped.content), stopped.stop_reason, stopped.stop_sequence == word]

used = client.messages.create(**{**ask, "model": tool_model, "max_tokens": 200}, tools=[tool], tool_choice={"type": "tool", "name": "get_weather"})
calls = [block for block in used.content if block.type == "tool_use"]
answer["tool"] = [used.stop_reason, [call.name for call in calls], [sorted(call.input) for call in calls]]
with client.messages.stream(**{**ask, "model": tool_model, "max_tokens": 200}, tools=[tool], tool_choice={"type": "any"}) as stream:
    streamed = stream.get_final_message()
answer["streamed_tool"] = [streamed.stop_reason, [block.name for block in streamed.content if block.type == "tool_use"]]
result = ask["messages"] + [
    {"role": "assistant", "content": [{"type": "tool_use", "id": calls[0].id, "name": calls[0].name, "input": calls[0].input}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": calls[0].id, "content": "Sunny."}]},
]
answer["after_tool"] = client.messages.create(**{**ask, "model": tool_model, "messages": result}, tools=[tool]).type

models = client.models.list()
answer["models"] = [[item.id, item.type] for item in models]
answer["model"] = client.models.retrieve(model).id

answer["errors"] = [
    failure(lambda: client.messages.create(**{**ask, "model": "no/such"})),
    failure(lambda: client.messages.create(**{**ask, "extra_body": {"temperature": 2}})),
    failure(lambda: client.messages.create(**{**ask, "messages": [{"role": "user", "content": "sea " * 4000}]})),
    failure(lambda: client.models.retrieve("no/such")),
    failure(lambda: client.post("/v1/messages/nothing", body={}, cast_to=object)),
    failure(lambda: client.messages.count_tokens(model=model, messages=[])),
]

# It leaves in the middle of a long answer.
endless = {**ask, "max_tokens": 5000, "messages": [{"role": "user", "content": "Write a very long story about the sea."}]}
with client.messages.create(**endless, stream=True) as events:
    for event in events:
        if event.type == "content_block_delta":
            break
print(json.dumps(answer))
