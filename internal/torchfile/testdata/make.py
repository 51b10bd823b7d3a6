"""Writes the files of this folder with the real torch.save: /usr/bin/python3 make.py (Debian's python3-torch).

Each file holds the same tensors in another format or protocol; expected.json has their numbers."""

import argparse
import collections
import json
import os

import numpy as np
import torch


def no_source(*_):
    raise OSError("the sources of classes, which the legacy format adds, stay out of these files")


torch.serialization.get_source_lines_and_file = no_source
here = os.path.dirname(os.path.abspath(__file__))


class Head(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.last_layer = torch.nn.utils.weight_norm(torch.nn.Linear(2, 3, bias=False))
        self.register_buffer("center", torch.full((1, 3), 0.25))


def tensors():
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 8
    out = collections.OrderedDict()
    out["float32"] = base
    out["same"] = out["float32"]
    for t in (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
        out[str(t)[len("torch."):]] = (base * 8).to(t)
    out["transposed"] = base.t()
    out["columns"] = base[:, 1:3]
    out["every other"] = base[::2]
    out["expanded"] = base[0, 1].expand(2, 2)
    out["scalar"] = torch.tensor(1.5)
    out["empty"] = torch.empty(0, 4)
    out["parameter"] = torch.nn.Parameter(torch.full((2, 2), -1.5))
    return out


def main():
    torch.manual_seed(0)
    t = tensors()
    head = Head()
    value = {
        "model": t,
        "head": head,
        "list": [torch.ones(1), (torch.zeros(1),), 7],
        "array": np.arange(4, dtype=np.float64).reshape(2, 2, order="F"),
        "complex": torch.ones(1, dtype=torch.complex64),
        "epoch": 12,
        "loss": 6.25,
        "done": True,
        "args": argparse.Namespace(arch="vit", out_dim=3, nested=argparse.Namespace(lr=0.5)),
        "none": None,
    }
    for protocol in range(2, 6):
        torch.save(value, os.path.join(here, f"zip{protocol}.pt"), pickle_protocol=protocol)
    for protocol in range(2, 6):
        torch.save(value, os.path.join(here, f"legacy{protocol}.pt"), pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    torch.save(t["columns"], os.path.join(here, "tensor.pt"))
    want = {"model." + k: {"shape": list(v.shape), "values": v.detach().to(torch.float64).flatten().tolist()} for k, v in t.items()}
    for k, v in head.state_dict().items():
        want["head." + k] = {"shape": list(v.shape), "values": v.to(torch.float64).flatten().tolist()}
    weight = head.last_layer.weight  # an attribute of weight-normed modules, beside weight_g and weight_v
    want["head.last_layer.weight"] = {"shape": list(weight.shape), "values": weight.detach().to(torch.float64).flatten().tolist()}
    want["list.0"] = {"shape": [1], "values": [1.0]}
    want["list.1.0"] = {"shape": [1], "values": [0.0]}
    want["array"] = {"shape": [2, 2], "values": value["array"].flatten().tolist()}
    with open(os.path.join(here, "expected.json"), "w") as f:
        json.dump(want, f, indent=1)
        f.write("\n")


main()
