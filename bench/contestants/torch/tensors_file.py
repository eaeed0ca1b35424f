"""Named float32 arrays in one file; the format is told in src/tensors-file.mjs."""

import json
import math

import torch


def read_tensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    start = data.index(b"\n") + 1
    header = json.loads(data[:start])
    return {
        name: torch.frombuffer(
            data, dtype=torch.float32, offset=start + 4 * entry["offset"], count=entry["count"]
        )
        .reshape(entry["shape"])
        .clone()
        for name, entry in header.items()
    }


def write_tensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"shape": list(tensor.shape), "offset": offset, "count": tensor.numel()}
        offset += tensor.numel()
    text = json.dumps(header)
    with open(path, "wb") as file:
        file.write((text.ljust(math.ceil((len(text) + 1) / 64) * 64 - 1) + "\n").encode())
        for tensor in tensors.values():
            file.write(bytes(tensor.detach().to(torch.float32).contiguous().view(-1).numpy()))
