"""PyTorch's side of the protocol of src/serve.mjs: a command of JSON a line in, an answer a line out.

usage: serve.py THREADS
"""

import json
import resource
import sys
import time

import torch

from cells import prepare
from tensors_file import read_tensors, write_tensors

THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)

state = {}


def do_prepare(request):
    shape = request["case"]
    about, ops = prepare(shape, read_tensors(request["file"]))
    state["op"] = ops[shape["op"]]
    state["steps"] = shape["T"] if shape["op"] == "step" else 1
    return {"version": torch.__version__, **about}


def do_check(request):
    run, read = state["op"]
    start = time.perf_counter()
    for _ in range(state["steps"]):
        run()
    milliseconds = 1000 * (time.perf_counter() - start) / state["steps"]
    write_tensors(request["file"], read())
    return {"milliseconds": milliseconds}


def do_time(request):
    least, calls = request.get("milliseconds", 0), request.get("calls", 1)
    run, _ = state["op"]
    cpu = time.process_time()
    start = time.perf_counter()
    done = 0
    while True:
        run()
        done += 1
        passed = 1000 * (time.perf_counter() - start)
        if passed >= least and done >= calls:
            break
    cpu = 1000 * (time.process_time() - cpu) / done
    return {"milliseconds": passed / done, "calls": done, "cpu": cpu}


def do_memory(_):
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


COMMANDS = {"prepare": do_prepare, "check": do_check, "time": do_time, "memory": do_memory}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = COMMANDS[request["command"]](request)
    except Exception as error:  # The parent reports it and goes on with the others.
        answer = {"error": f"{type(error).__name__}: {error}".split("\n")[0]}
    print("@" + json.dumps(answer), flush=True)
