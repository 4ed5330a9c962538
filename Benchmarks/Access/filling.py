"""Keys for a measurement, and a keys.db with as much in it as a large team has after years."""

import datetime
import json
import os
import sqlite3
import subprocess


def create(server, name, scopes, **limits):
    """Creates a key and returns its id and its secret."""
    words = [server.command[0], "keys", "create", name, "--json"]
    for scope in scopes:
        words += ["--scope", scope]
    for limit, value in limits.items():
        words += ["--limit", f"{limit}={value}"]
    key = json.loads(subprocess.run(words, env=server.environment, capture_output=True, text=True, check=True).stdout)
    return key["id"], key["key"]


def fill(server, keys, rows):
    """Adds keys and rows of usage to the keys.db of a server that does not run."""
    day = datetime.date(2026, 1, 1)
    with sqlite3.connect(os.path.join(server.environment["ROOST_HOME"], "keys.db")) as database:
        database.executemany(
            "INSERT INTO keys (id, digest, name, owner, scopes, models, created_at, limits) VALUES (?, ?, ?, ?, 'chat', '', ?, '{}')",
            ((f"filler{number:06}", os.urandom(32), f"filler {number}", "filler", f"{day}T00:00:00.000Z") for number in range(keys)))
        days = [str(day - datetime.timedelta(number)) for number in range(-(-rows // (keys * 5)))]
        database.executemany(
            "INSERT INTO usage (day, key, model, requests) VALUES (?, ?, ?, 1)",
            ((when, f"filler{number:06}", f"org/model-{model}") for when in days for number in range(keys) for model in range(5)))
    database.close()
