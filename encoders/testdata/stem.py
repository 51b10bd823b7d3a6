"""Writes testdata/golden/ops_resnet_stem.json: PyTorch's first layers of a ResNet for large images (torchvision's conv1, bn1,
relu and maxpool), forward and backward, in float64 on float32 inputs. Run from the repository's root with Debian's python3-torch."""
import json

import torch
from torch import nn

torch.manual_seed(0)
IN, OUT, SIZE = 3, 12, (2, 3, 13, 10)


def listed(t):
    return json.loads(json.dumps(t.detach().tolist()), parse_float=lambda s: float("%.9g" % float(s)))


layers = nn.Sequential(nn.Conv2d(IN, OUT, 7, 2, 3, bias=False), nn.BatchNorm2d(OUT), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
with torch.no_grad():
    layers[1].weight.uniform_(-1, 1)  # a norm that turns some channels round
    layers[1].bias.uniform_(-1, 1)
x = torch.randn(*SIZE)
values = {"x": x, "weight": layers[0].weight, "gamma": layers[1].weight, "beta": layers[1].bias}
inputs = {k: listed(v) for k, v in values.items()}
layers = layers.double()
y = layers(x.double())
grad = torch.randn(*y.shape)
inputs["grad_out"] = listed(grad)
y.backward(grad.double())
expected = {"y": listed(y), "grad_weight": listed(layers[0].weight.grad), "grad_gamma": listed(layers[1].weight.grad), "grad_beta": listed(layers[1].bias.grad)}
with open("testdata/golden/ops_resnet_stem.json", "w") as f:
    json.dump({
        "name": "ops_resnet_stem", "source": "PyTorch 1.13, float64 on float32 inputs: torch.nn.Conv2d, BatchNorm2d, ReLU, MaxPool2d",
        "about": "The first layers of a ResNet for large images: 7x7 convolution of stride 2, batch norm, ReLU, 3x3 max-pool of stride 2.",
        "inputs": inputs, "expected": expected, "tolerance": {"rtol": 1e-4, "atol": 2e-5},
    }, f)
    f.write("\n")
