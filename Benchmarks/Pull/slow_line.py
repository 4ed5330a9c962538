#!/usr/bin/env python3
"""A simulated connection with a latency and a limited rate: forwards TCP to a port of this machine, each direction delayed by half the round trip, and
each connection's answers limited to a rate."""

import argparse
import asyncio
import collections
import time

BLOCK = 64 << 10


async def passing(reader, writer, delay, rate):
    """Forwards bytes `delay` seconds after their arrival, at most `rate` bytes a second."""
    waiting, news = collections.deque(), asyncio.Event()

    async def receive():
        while True:
            # The bytes in transit on a connection of this rate; more are not accepted from the sender.
            while rate and sum(len(data) for _, data in waiting) > rate * delay + 4 * BLOCK:
                await asyncio.sleep(0.001)
            data = await reader.read(BLOCK)
            waiting.append((time.monotonic() + delay, data))
            news.set()
            if not data:
                return

    async def send():
        free = 0.0
        while True:
            while not waiting:
                news.clear()
                await news.wait()
            due, data = waiting.popleft()
            if not data:
                writer.close()
                return
            free = max(free, due) + (len(data) / rate if rate else 0)
            if free > time.monotonic():
                await asyncio.sleep(free - time.monotonic())
            writer.write(data)
            await writer.drain()

    try:
        await asyncio.gather(receive(), send())
    except (ConnectionError, asyncio.CancelledError):
        writer.close()


async def main(options):
    async def serve(reader, writer):
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", options.to)
        half = options.round_trip / 2
        await asyncio.gather(passing(reader, to_writer, half, None), passing(to_reader, writer, half, options.rate))

    server = await asyncio.start_server(serve, "127.0.0.1", options.port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--round-trip", type=float, default=0.05, help="seconds")
    parser.add_argument("--rate", type=float, default=20e6, help="bytes a second and connection")
    asyncio.run(main(parser.parse_args()))
