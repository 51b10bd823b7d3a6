"""One SwAV training step in PyTorch on the CPU, timed: the peer of `protobench bench step`.

Same shapes, same loss, same update: two views of each of --batch random 32×32×3 images that stay in memory, codes by three
Sinkhorn-Knopp iterations at epsilon 0.05 from the student's own scores, swapped cross-entropy at temperature 0.1, SGD (rate 0.01,
momentum 0.9, weight decay 1e-4), prototypes put back on the sphere. Prints one JSON object.
"""
import argparse
import json
import os
import statistics
import time

args = argparse.ArgumentParser(description="time a SwAV step in PyTorch")
args.add_argument("--encoder", choices=("mlp", "convnet", "resnet18", "vit"), default="convnet")
args.add_argument("--batch", type=int, default=128)
args.add_argument("--prototypes", type=int, default=512)
args.add_argument("--threads", type=int, default=2)
args.add_argument("--steps", type=int, default=20)
args.add_argument("--channels-last", action="store_true")
args = args.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read when the libraries load
    os.environ[name] = str(args.threads)

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

EMBEDDING = 128
WARM_UP = 3


def with_projector(features, *backbone):
    """The backbone, then Linear-BN-ReLU-Linear with as many hidden units as features."""
    head = [nn.Linear(features, features, bias=False), nn.BatchNorm1d(features), nn.ReLU(True), nn.Linear(features, EMBEDDING)]
    return nn.Sequential(*backbone, *head)


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 512), nn.ReLU(True), nn.Linear(512, 512), nn.ReLU(True),
                         nn.Linear(512, EMBEDDING))


def convnet():
    widths, blocks = (3, 32, 64, 128, 256), []
    for below, width in zip(widths, widths[1:]):
        blocks += [nn.Conv2d(below, width, 3, 1 if below == 3 else 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True)]
    return with_projector(widths[-1], *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def resnet18():
    from torchvision.models import resnet18 as published
    net = published(weights=None)
    net.conv1, net.maxpool, net.fc = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity(), nn.Identity()
    return with_projector(512, net)


class TransformerBlock(nn.Module):
    """Pre-norm: x + attention(norm(x)), then + MLP(norm(x))."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.collect = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x):
        images, tokens, width = x.shape
        split = self.project(x).reshape(images, tokens, 3 * self.heads, width // self.heads).transpose(1, 2)
        queries, keys, values = split.chunk(3, dim=1)
        weights = F.softmax((queries * self.scale) @ keys.mT, dim=-1)
        return self.collect((weights @ values).transpose(1, 2).reshape(images, tokens, width))

    def forward(self, x):
        x = x + self.attend(self.before_attention(x))
        return x + self.narrow(F.gelu(self.widen(self.before_mlp(x))))


class VisionTransformer(nn.Module):
    def __init__(self, width=192, depth=4, heads=3, patch=4, side=32):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, (side // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)

    def forward(self, images):
        patches = self.patches(images).flatten(2).mT
        x = self.blocks(torch.cat((self.class_token.expand(len(patches), 1, -1), patches), dim=1) + self.positions)
        return self.norm(x[:, 0])


def vit():
    return with_projector(192, VisionTransformer())


@torch.no_grad()
def codes(scores, epsilon=0.05, iterations=3):
    """Balanced codes of one view's scores [B,K]: rows sum to one."""
    q = torch.exp((scores - scores.max()) / epsilon)
    for _ in range(iterations):
        q /= q.sum(0, keepdim=True) * q.shape[1]
        q /= q.sum(1, keepdim=True)
    return q


def main():
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    net = globals()[args.encoder]().train().to(memory_format=layout)
    prototypes = nn.Parameter(F.normalize(torch.randn(args.prototypes, EMBEDDING)))
    images = torch.randn(2 * args.batch, 3, 32, 32).contiguous(memory_format=layout)
    optimizer = torch.optim.SGD([*net.parameters(), prototypes], lr=0.01, momentum=0.9, weight_decay=1e-4)

    def step():
        scores = F.normalize(net(images)) @ prototypes.T
        first, second = scores.detach().split(args.batch)
        targets = torch.cat((codes(second), codes(first)))
        loss = -(targets * F.log_softmax(scores / 0.1, dim=1)).sum(1).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            prototypes.copy_(F.normalize(prototypes))
        return loss.item()

    times, losses = [], []
    for i in range(WARM_UP + args.steps):
        began = time.perf_counter()
        loss = step()
        if i >= WARM_UP:
            times.append(time.perf_counter() - began)
            losses.append(loss)
    median = statistics.median(times)
    print(json.dumps({
        "encoder": args.encoder, "step_s": median, "images_per_s": args.batch / median, "channels_last": args.channels_last,
        "threads": torch.get_num_threads(), "loss_first": losses[0], "loss_last": losses[-1], "torch": torch.__version__,
    }))


main()
