"""A FastAPI handler under uvicorn for comparison: run with the Python that has both, and a port."""

import sys

import fastapi
import uvicorn

app = fastapi.FastAPI()


@app.get("/health")
async def health():
    return {"status": "ok"}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
