"""Streams a chat with the openai client, then again without it, and prints what both saw as JSON: stream_chat.py URL MODEL"""

import json
import sys
import urllib.request

import openai

url, model = sys.argv[1:3]
chat = {"model": model, "messages": [{"role": "user", "content": "Count from one to five."}], "max_tokens": 16, "temperature": 0}

client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0)
answer = {"pieces": [], "finish": None, "error": None, "comments": 0}
try:
    for chunk in client.chat.completions.create(stream=True, **chat):
        for choice in chunk.choices:
            answer["pieces"].append(choice.delta.content or "")
            answer["finish"] = choice.finish_reason or answer["finish"]
except openai.APIError as error:
    answer["error"] = error.code

if answer["error"] is None:
    body = json.dumps({"stream": True, **chat}).encode()
    request = urllib.request.Request(url + "/v1/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        answer["comments"] = sum(line.startswith(b": ") for line in response)
print(json.dumps(answer))
