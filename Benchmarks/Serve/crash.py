"""A stream through the end of its engine by kill -9: its longest pause, beside the first token of a model that is not in memory."""

import http.client
import json
import os
import signal
import statistics
import threading

import chat
from goal import Goal

CONTEXT = 4096
ONLY_ROOST = True
GOALS = [
    Goal("pause", "(k) pause of a stream whose engine is killed, more than a load and the reading of its text", "s", lambda ours, _: ours <= 0.5, "≤ 0.5 s"),
]
# Words of the prompt: with the tokens that the stream has when its engine ends, the text that the next engine reads.
WORDS, BEFORE, AFTER = 300, 40, 100


def measure(server, options):
    """Streams whose engine is killed after some tokens; the same text is read by an engine that was not in memory, in turn."""
    pauses, loads = [], []
    for _ in range(1 if options.quick else 5):
        chat.warm(server)
        pauses.append(pause(server))
        unload(server)
        answer = chat.ask(server, chat.text(WORDS + BEFORE), 1)
        if not answer.is_complete:
            raise RuntimeError(f"a request failed: {answer.error}")
        loads.append(answer.ttft)
    return {"pause": statistics.median(pauses) - statistics.median(loads)}


def pause(server):
    """Returns the longest time between two tokens of a stream whose engine ends."""
    engine = server.engine_process()
    stream = chat.Chat(server, chat.text(WORDS), BEFORE + AFTER)
    thread = threading.Thread(target=stream.run)
    thread.start()
    chat.until(lambda: stream.tokens() >= BEFORE)
    os.kill(engine, signal.SIGKILL)
    killed = stream.tokens()
    thread.join()
    if killed >= BEFORE + AFTER:
        raise RuntimeError("the stream ended before its engine")
    if not stream.answer.is_complete or stream.answer.error:
        raise RuntimeError(f"the stream did not go on: {stream.answer.error}")
    return stream.answer.longest_gap(0)


def unload(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("POST", "/models/unload", json.dumps({"model": server.names["one"]}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status >= 300:
            raise RuntimeError(f"the model was not unloaded: {answer.read(300)!r}")
        answer.read()
    finally:
        connection.close()
