"""What PyTorch is asked to do: a training step, a forward, a streaming step, and the composed cell of the graph case.

The problem's W (H + I, G·H) holds the hidden part in its first H rows and the gates side by side: f, i, c, o for the LSTM,
z, r, h for the GRU. PyTorch stacks transposed gates: i, f, g, o and r, z, n; and its z keeps the old state, so z is negated.
"""

import time

import torch

from composed import prepare_composed

LAYERS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
CELLS = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
# For each of PyTorch's gates: its place among the problem's, and its sign.
ORDER = {"rnn": [(0, 1)], "lstm": [(1, 1), (0, 1), (2, 1), (3, 1)], "gru": [(1, 1), (0, -1), (2, 1)]}


def to_torch(cell, packed, H):
    """The problem's (R, G·H) as PyTorch's (G·H, R)."""
    gates = packed.split(H, dim=-1)
    return torch.cat([sign * gates[place].t() for place, sign in ORDER[cell]])


def to_problem(cell, stacked, H):
    """PyTorch's (G·H, R) as the problem's (R, G·H)."""
    gates = [None] * len(ORDER[cell])
    for gate, (place, sign) in zip(stacked.split(H), ORDER[cell]):
        gates[place] = sign * gate.t()
    return torch.cat(gates, dim=-1)


def load(module, cell, W, b, H, suffix):
    with torch.no_grad():
        getattr(module, "weight_hh" + suffix).copy_(to_torch(cell, W[:H], H))
        getattr(module, "weight_ih" + suffix).copy_(to_torch(cell, W[H:], H))
        getattr(module, "bias_ih" + suffix).copy_(to_torch(cell, b[None], H)[:, 0])
        getattr(module, "bias_hh" + suffix).zero_()
    return module


def prepare(shape, tensors):
    cell, H = shape["cell"], shape["H"]
    if shape["op"] == "graph":
        return {}, {"graph": prepare_composed(tensors, H)}
    about = {"definition": "reset-after"} if cell == "gru" else {}
    x, W, b = tensors["x"], tensors["W"], tensors["b"]
    if shape["op"] == "step":
        note, step = prepare_step(cell, x, W, b, shape["I"], H)
        return {**about, "note": note}, {"step": step}
    layer = load(LAYERS[cell](shape["I"], H, batch_first=True), cell, W, b, H, "_l0")
    return about, {
        "train": prepare_train(layer, cell, x, tensors["grad_h_all"], H),
        "forward": prepare_forward(layer, x),
    }


def prepare_train(layer, cell, x, grad_h_all, H):
    result = {}

    def run():
        layer.zero_grad(set_to_none=True)
        h_all, _ = layer(x)
        h_all.backward(grad_h_all)
        result["h_all"] = h_all

    def read():
        hidden, inputs = layer.weight_hh_l0.grad, layer.weight_ih_l0.grad
        return {
            "h_all": result["h_all"],
            "grad_W": torch.cat([to_problem(cell, hidden, H), to_problem(cell, inputs, H)]),
            "grad_b": to_problem(cell, layer.bias_ih_l0.grad[:, None], H)[0],
        }

    return run, read


def prepare_forward(layer, x):
    result = {}

    def run():
        with torch.inference_mode():
            result["h_all"], _ = layer(x)

    return run, lambda: result


def prepare_step(cell, x, W, b, I, H):
    """One step with the cell module or with the layer on a sequence of one: whichever is faster here."""
    candidates = {
        "cell": load(CELLS[cell](I, H), cell, W, b, H, ""),
        "layer": load(LAYERS[cell](I, H, batch_first=True), cell, W, b, H, "_l0"),
    }
    times = {}
    for name, module in candidates.items():
        run, _ = stepper(name, module, cell, x)
        for count in (20, 200):
            start = time.perf_counter()
            for _ in range(count):
                run()
            times[name] = time.perf_counter() - start
    best = min(times, key=times.get)
    kind = type(candidates[best]).__name__
    return f"nn.{kind}", stepper(best, candidates[best], cell, x)


def stepper(name, module, cell, x):
    """A step that carries the state; the inputs x (1, T, I) take turns."""
    inputs = [x[:, t] if name == "cell" else x[:, t : t + 1] for t in range(x.shape[1])]
    now = {"t": 0, "state": None}

    def run():
        with torch.inference_mode():
            state = module(inputs[now["t"]], now["state"])
        now["state"] = state if name == "cell" else state[1]
        now["t"] = (now["t"] + 1) % len(inputs)

    def read():
        h = now["state"][0] if cell == "lstm" else now["state"]
        return {"h_t": h.reshape(1, -1)}

    return run, read
