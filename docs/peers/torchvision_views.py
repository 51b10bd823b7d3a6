"""Two random views of each image, made by torchvision: the peer of `protobench bench augment`. See docs/performance.md.

Prints one JSON object. Every thread is a process of its own, as the workers of a PyTorch data loader are, with one thread inside.
Images start as 8-bit ones in memory and end as normalised float tensors. --kind pil takes PIL images through Pillow, --kind tensor
8-bit tensors, --kind float tensors that are turned into floats first. Parameters are those of this program's presets of the same
names; PIL images are blurred by Pillow's own filter, as DINO and solo-learn do it, which is its fastest.
"""
import argparse
import json
import multiprocessing
import random
import statistics
import time

import numpy
import torch
from PIL import Image, ImageFilter
from torchvision import transforms
from torchvision.transforms import InterpolationMode

# smallest area, interpolation, jitter, side of the blur's kernel (0: a tenth of the image's), blur of first view, second and local
# crops, solarization of the second view, areas of local crops
PRESETS = {
    "default": (0.3, "bilinear", (0.4, 0.4, 0.4, 0.1), 3, (0.2, 0.2, 0.2), 0.0, (0.05, 0.3)),
    "simclr": (0.08, "bicubic", (0.8, 0.8, 0.8, 0.2), 0, (0.5, 0.5, 0.5), 0.0, (0.05, 0.3)),
    "swav": (0.14, "bilinear", (0.8, 0.8, 0.8, 0.2), 23, (0.5, 0.5, 0.5), 0.0, (0.05, 0.14)),
    "dino": (0.4, "bicubic", (0.4, 0.4, 0.2, 0.1), 13, (1.0, 0.1, 0.5), 0.2, (0.05, 0.4)),
    "cifar-symmetric": (0.08, "bicubic", (0.8, 0.8, 0.8, 0.2), 13, (0.5, 0.5, 0.5), 0.0, (0.05, 0.3)),
    "cifar-asymmetric": (0.08, "bicubic", (0.4, 0.4, 0.2, 0.1), 13, (0.0, 0.0, 0.0), 0.2, (0.05, 0.3)),
}

parser = argparse.ArgumentParser(description="time torchvision's views")
parser.add_argument("--preset", choices=PRESETS, default="default")
parser.add_argument("--kind", choices=["pil", "tensor", "float"], default="pil")
parser.add_argument("--size", type=int, default=32)
parser.add_argument("--local-crops", type=int, default=0)
parser.add_argument("--batch", type=int, default=128, help="images a call; the threads share them")
parser.add_argument("--steps", type=int, default=10)
parser.add_argument("--threads", type=int, default=1)
args = parser.parse_args()


class PillowBlur:
    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


def view(size, area, blur, solarize):
    """One view's transform."""
    _, interpolation, jitter, kernel, _, _, _ = PRESETS[args.preset]
    kernel = min(kernel or 2 * max(1, args.size // 10 // 2) + 1, 2 * size - 1)  # torchvision reflects once at most
    smooth = PillowBlur() if args.kind == "pil" else transforms.GaussianBlur(kernel, (0.1, 2.0))
    bright = 128 if args.kind != "float" else 128 / 255
    steps = [transforms.ConvertImageDtype(torch.float32)] if args.kind == "float" else []
    steps += [
        transforms.RandomResizedCrop(size, scale=area, interpolation=InterpolationMode(interpolation), antialias=True),
        transforms.RandomHorizontalFlip(0.5),
        transforms.RandomApply([transforms.ColorJitter(*jitter)], p=0.8),
        transforms.RandomGrayscale(p=0.2),
    ]
    if blur > 0:
        steps.append(transforms.RandomApply([smooth], p=blur))
    if solarize > 0:
        steps.append(transforms.RandomSolarize(bright, p=solarize))
    steps.append({"pil": transforms.ToTensor(), "tensor": transforms.ConvertImageDtype(torch.float32), "float": torch.nn.Identity()}[args.kind])
    steps.append(transforms.Normalize((0.5, 0.5, 0.5), (0.25, 0.25, 0.25)))
    return transforms.Compose(steps)


def recipe():
    """The transforms of an image's views."""
    area, _, _, _, blur, solarize, local = PRESETS[args.preset]
    views = [view(args.size, (area, 1.0), blur[0], 0.0), view(args.size, (area, 1.0), blur[1], solarize)]
    return views + [view(max(1, args.size * 96 // 224), local, blur[2], 0.0)] * args.local_crops


def images(n, seed):
    """Images of random levels, as the transforms take them."""
    levels = numpy.random.default_rng(seed).integers(0, 256, (n, args.size, args.size, 3), dtype=numpy.uint8)
    if args.kind == "pil":
        return [Image.fromarray(x) for x in levels]
    return [torch.from_numpy(x).permute(2, 0, 1).contiguous() for x in levels]


def work(thread, barrier, times):
    """Makes one thread's share of the views, call after call in step with the others."""
    torch.set_num_threads(1)
    torch.manual_seed(thread)
    random.seed(thread)
    views, mine = recipe(), images(len(range(thread, args.batch, args.threads)), thread)
    for step in range(-1, args.steps):  # the first one warms up
        barrier.wait()
        began, busy = time.perf_counter(), time.process_time()
        for image in mine:
            for transform in views:
                transform(image)
        busy = time.process_time() - busy
        barrier.wait()
        if step >= 0:
            times.put((time.perf_counter() - began if thread == 0 else 0, busy))


def main():
    barrier, times = multiprocessing.Barrier(args.threads), multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(i, barrier, times)) for i in range(args.threads)]
    for w in workers:
        w.start()
    rows = [times.get() for _ in range(args.threads * args.steps)]
    for w in workers:
        w.join()
    step = statistics.median(wall for wall, _ in rows if wall > 0)
    print(json.dumps({
        "bench": "augment", "kind": args.kind, "preset": args.preset, "size": args.size, "local_crops": args.local_crops, "batch": args.batch,
        "threads": args.threads, "steps": args.steps, "step_s": step, "images_per_s": args.batch / step,
        "images_per_cpu_s": args.batch * args.steps / sum(busy for _, busy in rows),
    }))


if __name__ == "__main__":
    main()
