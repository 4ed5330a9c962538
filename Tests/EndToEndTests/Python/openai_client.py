"""Uses OpenAI's Python client over all of its APIs that Roost has: openai_client.py URL MODEL. Prints the names of what passed as JSON."""

import json
import sys
from enum import Enum

import leaving
import openai
from pydantic import BaseModel

url, model = sys.argv[1:3]
client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=300)
messages = [{"role": "user", "content": "Write one sentence about the sea."}]
passed = []


def check(name):
    def run(test):
        test()
        passed.append(name)

    return run


class Place(Enum):
    sea = "sea"
    lake = "lake"


class Picture(BaseModel):
    place: Place
    boats: int


# The model is small: with this bias its first token begins a call, and the engine's grammar does the rest.
begin = {"logit_bias": {"{": 100}, "parallel_tool_calls": False}
tool = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "strict": True,
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"], "additionalProperties": False},
    },
}


@check("chat")
def chat():
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=8, temperature=0, seed=1, stop=["\n\n\n"])
    assert answer.model == model and answer.choices[0].message.content and answer.usage.completion_tokens <= 8
    assert answer.choices[0].finish_reason in ("stop", "length")


@check("chat: several answers")
def several():
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=2, n=2)
    assert [choice.index for choice in answer.choices] == [0, 1]


@check("chat: stream")
def stream():
    chunks = list(client.chat.completions.create(model=model, messages=messages, max_tokens=4, stream=True, stream_options={"include_usage": True}))
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert reasons[-1] == "length" and set(reasons[:-1]) == {None}
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 4 and chunks[0].model == model


@check("chat: log probabilities")
def probabilities():
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=3, logprobs=True, top_logprobs=2)
    content = answer.choices[0].logprobs.content
    assert len(content) == 3 and all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in content)


@check("chat: named tool")
def named_tool():
    answer = client.chat.completions.create(
        model=model, messages=messages, tools=[tool], tool_choice={"type": "function", "function": {"name": "get_weather"}}, **begin
    )
    call = answer.choices[0].message.tool_calls[0]
    assert call.id and call.function.name == "get_weather" and json.loads(call.function.arguments) == {"city": "Oslo"}
    history = messages + [answer.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "Rain."}]
    assert client.chat.completions.create(model=model, messages=history, tools=[tool], tool_choice="none", max_tokens=4).choices


@check("chat: tool in a stream")
def streamed_tool():
    with client.chat.completions.stream(model=model, messages=messages, tools=[tool], tool_choice="required", **begin) as events:
        final = events.get_final_completion()
    assert final.choices[0].finish_reason == "tool_calls"
    assert final.choices[0].message.tool_calls[0].function.parsed_arguments == {"city": "Oslo"}


@check("chat: functions")
def functions():
    answer = client.chat.completions.create(
        model=model, messages=messages, functions=[tool["function"]], function_call={"name": "get_weather"}, **begin
    )
    assert answer.choices[0].finish_reason == "function_call" and answer.choices[0].message.function_call.name == "get_weather"


@check("chat: structured output")
def structured():
    answer = client.chat.completions.parse(model=model, messages=messages, response_format=Picture, temperature=0, max_tokens=64)
    assert isinstance(answer.choices[0].message.parsed, Picture)
    try:
        client.chat.completions.parse(model=model, messages=messages, response_format=Picture, max_tokens=2)
        raise SystemExit("a cut answer was parsed")
    except openai.LengthFinishReasonError:
        pass


@check("completions")
def completions():
    answer = client.completions.create(model=model, prompt="The sea is", logprobs=1, max_tokens=4, temperature=0)
    probabilities = answer.choices[0].logprobs
    assert "".join(probabilities.tokens) == answer.choices[0].text and len(probabilities.top_logprobs) == len(probabilities.tokens)
    assert "".join(chunk.choices[0].text for chunk in client.completions.create(model=model, prompt="The sea is", max_tokens=4, temperature=0, stream=True))


@check("models")
def models():
    listed = client.models.list().data[0]
    assert listed.created > 1_700_000_000 and client.models.retrieve(listed.id) == listed
    assert client.models.retrieve(listed.id.replace(":", "--")) == listed


@check("errors")
def errors():
    for call, kind, code in (
        (lambda: client.chat.completions.create(model="no/such", messages=messages), openai.NotFoundError, "model_not_found"),
        (lambda: client.chat.completions.create(model=model, messages=[]), openai.BadRequestError, "invalid_request"),
        (
            lambda: client.chat.completions.create(model=model, messages=[{"role": "user", "content": "sea " * 4000}]),
            openai.BadRequestError,
            "context_length_exceeded",
        ),
        (lambda: client.embeddings.create(model=model, input="x"), openai.BadRequestError, "invalid_request"),
        (lambda: client.responses.retrieve("resp_none"), openai.NotFoundError, "not_found"),
        (lambda: client.responses.create(model=model, input="x", truncation="auto"), openai.BadRequestError, "invalid_request"),
    ):
        try:
            call()
            raise SystemExit(f"no {kind.__name__}")
        except kind as error:
            assert error.code == code and error.message, (error.code, code)


@check("responses")
def responses():
    first = client.responses.create(model=model, input="My name is Ann.", instructions="Be brief.", max_output_tokens=16, metadata={"k": "v"})
    assert first.output_text and first.status in ("completed", "incomplete") and first.metadata == {"k": "v"}
    second = client.responses.create(model=model, input="What is my name?", previous_response_id=first.id, max_output_tokens=16)
    assert second.previous_response_id == first.id and second.usage.input_tokens > first.usage.input_tokens
    assert client.responses.retrieve(second.id).output_text == second.output_text
    assert client.responses.input_items.list(second.id).data[0].content[0].text == "What is my name?"
    client.responses.delete(second.id)


@check("responses: stream")
def responses_stream():
    with client.responses.stream(model=model, input="Count to five.", max_output_tokens=16, temperature=0) as events:
        seen = list(events)
    names = [event.type for event in seen]
    assert names[0] == "response.created" and "response.output_text.delta" in names
    # Without all of its tokens the answer can only be incomplete.
    assert names[-1] in ("response.completed", "response.incomplete") and seen[-1].response.output_text


@check("responses: tool")
def responses_tool():
    function = {"type": "function", **tool["function"]}
    more = {"tools": [function], "parallel_tool_calls": False, "extra_body": {"logit_bias": begin["logit_bias"]}}
    first = client.responses.create(model=model, input="How is the weather in Oslo?", tool_choice="required", **more)
    call = next(item for item in first.output if item.type == "function_call")
    assert call.name == "get_weather" and json.loads(call.arguments) == {"city": "Oslo"}
    second = client.responses.create(
        model=model,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}],
        previous_response_id=first.id,
        tools=[function],
        tool_choice="none",
        max_output_tokens=8,
    )
    assert second.output_text
    events = list(client.responses.create(model=model, input="Oslo?", tool_choice={"type": "function", "name": "get_weather"}, stream=True, **more))
    done = next(event for event in events if event.type == "response.function_call_arguments.done")
    assert json.loads(done.arguments) == {"city": "Oslo"} and events[-1].type == "response.completed"


@check("responses: structured output")
def responses_structured():
    answer = client.responses.parse(model=model, input="A lake with two boats.", text_format=Picture, max_output_tokens=64, temperature=0)
    assert isinstance(answer.output_parsed, Picture)


@check("responses: background")
def responses_background():
    begun = client.responses.create(model=model, input="Count to a million.", background=True, max_output_tokens=1500)
    assert client.responses.cancel(begun.id).status == "cancelled"


@check("leaving")
def leave():
    count = [{"role": "user", "content": leaving.COUNT}]
    leaving.check(url, client.chat.completions.create(model=model, messages=count, max_tokens=leaving.WHOLE, temperature=0, stream=True))
    leaving.check(url, client.responses.create(model=model, input=leaving.COUNT, max_output_tokens=leaving.WHOLE, temperature=0, stream=True))


print(json.dumps(passed))
