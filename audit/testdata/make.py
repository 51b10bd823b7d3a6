"""Writes the files of this folder with the real torch.save: /usr/bin/python3 make.py (Debian's python3-torch).

Each file has the layout of a project's checkpoint with small tensors; cases.json says for each what has to be found in it, and the
verdict, or what the refusal has to say."""

import argparse
import collections
import json
import os
import sys
import types

import numpy as np
import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
K, D = 48, 16
cases = []


def no_source(*_):
    raise OSError("the sources of classes, which the legacy format adds, stay out of these files")


torch.serialization.get_source_lines_and_file = no_source


def healthy(k=K, d=D):
    return torch.randn(k, d) * 0.5


def partial(k=K, d=D, groups=6):
    centres = torch.randn(groups, d)
    return centres[torch.arange(k) % groups] + 0.01 * torch.randn(k, d)


def total(k=K, d=D):
    return torch.randn(1, d) + 0.001 * torch.randn(k, d)


def offset(k=K, d=D):
    return 4 * nn.functional.normalize(torch.randn(1, d)) + 0.4 * nn.functional.normalize(torch.randn(k, d))


def linear(w, bias=False):
    layer = nn.Linear(w.shape[1], w.shape[0], bias=bias)
    layer.weight.data.copy_(w)
    return layer


def normed(w, g=1.0):
    layer = nn.utils.weight_norm(linear(w))
    layer.weight_g.data.fill_(g)
    return layer


def tree(path, module):
    """A module under a dotted path."""
    for part in reversed(path.split(".")):
        outer = nn.Module()
        outer.add_module(part, module)
        module = outer
    return module


def state(**modules):
    out = collections.OrderedDict()
    for path, module in modules.items():
        out.update(tree(path.replace("__", "."), module).state_dict())
    return out


def backbone(prefix=""):
    return {prefix + "conv1.weight": torch.randn(4, 3, 3, 3), prefix + "layer1.0.conv1.weight": torch.randn(4, 4, 1, 1)}


def case(name, value, found=None, refuses=None, key="", **options):
    with open(os.path.join(here, name), "wb") as f:
        torch.save(value, f, **options)
    note(name, found, refuses, key)


def note(name, found=None, refuses=None, key=""):
    """found lists (key, verdict) or (key, verdict, words of a reason)."""
    entry = {"file": name}
    if key:
        entry["name"] = key
    if refuses:
        entry["refuses"] = refuses
    else:
        entry["found"] = [dict(zip(("key", "verdict", "says"), f)) for f in found]
    cases.append(entry)


legacy = {"_use_new_zipfile_serialization": False}
H, P, T, O = "healthy", "partial collapse", "total collapse", "offset"


def swav():
    flat = {"module." + k: v for k, v in {**backbone(), **linear_state("prototypes", partial())}.items()}
    case("swav.pth.tar", flat, [("module.prototypes.weight", P)], **legacy)
    case("swav_training.pth.tar", {"epoch": 3, "state_dict": flat, "optimizer": {"state": {}}}, [("state_dict.module.prototypes.weight", P)])
    two = {"module." + k: v for k, v in state(prototypes__prototypes0=linear(healthy()), prototypes__prototypes1=linear(partial())).items()}
    case("deepcluster_v2.pth.tar", {"state_dict": two},
         [("state_dict.module.prototypes.prototypes0.weight", H), ("state_dict.module.prototypes.prototypes1.weight", P)])
    # swav issue 71: one prototype of the released file has three others at cosine 1.0000
    w = healthy(96)
    w[[12, 57, 90]] = w[0].clone()
    case("swav_71.pth", linear_state("prototypes", w), [("prototypes.weight", P, "prototype 0 has 3 others (12, 57, 90)")])


def linear_state(path, w, bias=False):
    return state(**{path.replace(".", "__"): linear(w, bias)})


def dino():
    args = argparse.Namespace(arch="vit_small", out_dim=K)
    student, teacher = partial(), offset()

    def head(w, **more):
        return state(head__last_layer=normed(w), **more)

    file = {
        "student": {"module." + k: v for k, v in {**backbone("backbone."), **head(student)}.items()},
        "teacher": {**backbone("backbone."), **head(teacher)},
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(K, D)}}},
        "epoch": 10, "args": args, "dino_loss": {"center": torch.zeros(1, K)},
    }
    case("dino.pth", file, [("student.module.head.last_layer.weight_v", P, "student and teacher differ"), ("teacher.head.last_layer.weight_v", O)])
    case("dino_legacy.pth", file, [("student.module.head.last_layer.weight_v", P), ("teacher.head.last_layer.weight_v", O)], **legacy)
    hot = argparse.Namespace(teacher_temp=0.3, warmup_teacher_temp=0.04)  # dino issue 61
    case("dino_61.pth", {"teacher": head(healthy()), "args": hot},
         [("teacher.head.last_layer.weight_v", H, "teacher_temp 0.3 is not below the student's temperature 0.1")])
    raw = {"teacher": {"module." + k: v for k, v in state(head__last_layer=linear(partial())).items()}}
    case("dino_resnet50.pth", raw, [("teacher.module.head.last_layer.weight", P)])
    # dinov2 issue 407: student and teacher are one object
    one = {"module." + k: v for k, v in head(total()).items()}
    case("one_object.pth", {"student": one, "teacher": one}, [("student.module.head.last_layer.weight_v", T, "student ≡ teacher, bit for bit")])
    copied = {"student": head(healthy()), "teacher": None}
    copied["teacher"] = {k: v.clone() for k, v in copied["student"].items()}
    case("equal_branches.pth", copied,
         [("student.head.last_layer.weight_v", H, "student ≡ teacher, bit for bit"), ("teacher.head.last_layer.weight_v", H)])
    stale = head(partial())
    stale["head.last_layer.weight"] = healthy()
    case("stale.pth", {"student": stale}, [("student.head.last_layer.weight_v", P, "is stale in 48 of 48 rows")])
    w = healthy()
    w[1::2] = -w[::2]
    negative = head(w)
    negative["head.last_layer.weight_g"][::2] = -1  # turns every other row round, onto its neighbour
    case("negative_length.pth", negative, [("head.last_layer.weight_v", P, "48 of 48 prototypes sit in 24 groups")])


def ibot():
    w = normed(partial())
    shared = state(head__last_layer=w, head__last_layer2=w)
    own = state(head__last_layer=normed(healthy()), head__last_layer2=normed(partial()))
    case("ibot.pth", {"student": {"module." + k: v for k, v in own.items()}, "teacher": shared, "ibot_loss": {"center": torch.zeros(1, K)}},
         [("student.module.head.last_layer.weight_v", H), ("student.module.head.last_layer2.weight_v", P),
          ("teacher.head.last_layer.weight_v", P, "teacher.head.last_layer2.weight_v is the same tensor")])


def dinov2():
    heads = state(dino_head__last_layer=normed(partial()), ibot_head__last_layer=normed(healthy()))
    case("dinov2_teacher_checkpoint.pth", {"teacher": {**heads, **backbone("backbone.")}},
         [("teacher.dino_head.last_layer.weight_v", P), ("teacher.ibot_head.last_layer.weight_v", H)])
    flat = {"model": {"student.backbone._fsdp_wrapped_module._flat_param": torch.randn(64), "student.dino_head._fsdp_wrapped_module._flat_param": torch.randn(64)}}
    case("dinov2_rank_0.pth", flat, refuses="eval/*/teacher_checkpoint.pth")
    case("dinov3.pth", {"teacher": linear_state("dino_head.last_layer", offset())}, [("teacher.dino_head.last_layer.weight", O)])
    case("dinov3_compiled.pth", {"model": linear_state("teacher._orig_mod.dino_head._checkpoint_wrapped_module.last_layer", healthy())},
         [("model.teacher._orig_mod.dino_head._checkpoint_wrapped_module.last_layer.weight", H)])
    franca = state(dino_head__last_layers__0=normed(healthy(24)), dino_head__last_layers__1=normed(partial()))
    case("franca.pth", {"teacher": franca}, [("teacher.dino_head.last_layers.0.weight_v", H), ("teacher.dino_head.last_layers.1.weight_v", P)])


def capi():
    case("capi.pth", {"student": state(head__last_layer=normed(partial())), "teacher": linear_state("head.layer", healthy(), bias=True)},
         [("student.head.last_layer.weight_v", P), ("teacher.head.layer.weight", H, "a bias from")])


def others():
    case("msn.pth.tar", {"encoder": backbone("module."), "prototypes": healthy(), "epoch": 7}, [("prototypes", H)])
    case("msn_half.pth.tar", {"encoder": backbone("module."), "prototypes": healthy().half()}, [("prototypes", H)])
    case("msn_parameter.pth.tar", {"prototypes": nn.Parameter(total().bfloat16())}, [("prototypes", T)], **legacy)
    long = normed(healthy(), 0.5)
    long.weight_g.data[7] = 3
    case("long.pth", tree("last_layer", long).state_dict(), [("last_layer.weight_v", H, "row norms reach from 0.5 to 3")])
    kept = {"prototypes": healthy(), "optimizer": {"momentum": {"prototypes": torch.zeros(K, D)}}}
    case("momentum.pth", kept, [("prototypes", H)])
    case("carp.pth.tar", {"teacher": {"module." + k: v for k, v in state(head__last_layer=normed(offset())).items()}},
         [("teacher.module.head.last_layer.weight_v", O)])
    queue = nn.functional.normalize(torch.randn(D, K), dim=0)
    case("massl.pth.tar", {"state_dict": {"module.memory_bank.queue": queue, **backbone("module.")}}, refuses="memory of embeddings")
    note("massl.pth.tar", [("state_dict.module.memory_bank.queue", H, "columns are taken for prototypes")], key="state_dict.module.memory_bank.queue")
    case("pcl.pth.tar", {"state_dict": {"module.queue": queue, "module.queue_ptr": torch.zeros(1, dtype=torch.long)}}, refuses="not prototypes")
    momentum = state(head__last_layer=normed(partial()), momentum_head__last_layer=normed(partial()))
    case("solo_dino.ckpt", {"state_dict": momentum, "epoch": 99, "global_step": 1000, "pytorch-lightning_version": "1.9"},
         [("state_dict.head.last_layer.weight_v", P, "student and teacher agree"), ("state_dict.momentum_head.last_layer.weight_v", P)])
    case("solo_swav.ckpt", {"state_dict": state(prototypes=normed(healthy()))}, [("state_dict.prototypes.weight_v", H)])
    three = state(**{f"prototypes__{i}": linear(w) for i, w in enumerate((healthy(), partial(), total()))})
    case("solo_deepcluster_v2.ckpt", {"state_dict": three}, [(f"state_dict.prototypes.{i}.weight", v) for i, v in enumerate((H, P, T))])
    case("lightly_swav.ckpt", {"state_dict": linear_state("prototypes.heads.0", partial(), bias=True)},
         [("state_dict.prototypes.heads.0.weight", P, "a bias from")])
    case("lightly_old.ckpt", {"state_dict": linear_state("swav_prototypes.heads.0", healthy())}, [("state_dict.swav_prototypes.heads.0.weight", H)])
    case("lightly_layers.ckpt", {"state_dict": linear_state("prototypes.layers", healthy())}, [("state_dict.prototypes.layers.weight", H)])
    case("lightly_smog.ckpt", {"state_dict": {"smog.group_features": partial()}}, [("state_dict.smog.group_features", P)])
    vissl = {"classy_state_dict": {"base_model": {"model": {"trunk": {}, "heads": {"0.prototypes0.weight": partial(), "0.clf.0.weight": healthy(64, 64)}}}}}
    case("vissl.torch", vissl, [("classy_state_dict.base_model.model.heads.0.prototypes0.weight", P)])
    case("vissl_shards.torch", {"type": "shard_list", "shard_list": ["a.torch", "b.torch"]}, refuses="a list of shards")
    case("mmselfsup.pth", {"state_dict": linear_state("head.prototypes", healthy())}, [("state_dict.head.prototypes.weight", H)])
    case("mmpretrain.pth", {"state_dict": linear_state("head.loss_module.prototypes", partial())}, [("state_dict.head.loss_module.prototypes.weight", P)])
    mlp = {f"projector.{b}.{i}.weight": w for b in ("student", "teacher") for i, w in ((0, torch.randn(32, 32)), (2, torch.randn(D, 32)), (6, partial()))}
    case("stable_pretraining.ckpt", {"state_dict": mlp},
         [("state_dict.projector.student.6.weight", P), ("state_dict.projector.teacher.6.weight", P)])
    heads = {f"{h}.student.{i}.weight": w for h, v in (("cls_head", healthy()), ("patch_head", partial())) for i, w in ((0, torch.randn(32, 32)), (6, v))}
    case("stable_pretraining_ibot.ckpt", {"state_dict": heads},
         [("state_dict.cls_head.student.6.weight", H), ("state_dict.patch_head.student.6.weight", P)])
    w = normed(offset())
    par = {"last_layer.parametrizations.weight.original0": w.weight_g.data, "last_layer.parametrizations.weight.original1": w.weight_v.data}
    case("parametrizations.pth", {"teacher": {"dino_head." + k: v for k, v in par.items()}},
         [("teacher.dino_head.last_layer.parametrizations.weight.original1", O)])
    case("transformers_msn.bin", {"vit.embeddings.cls_token": torch.zeros(1, 1, 8), "vit.encoder.layer.0.output.dense.weight": torch.randn(8, 8)},
         refuses="no prototypes in this file")
    case("backbone.pth", backbone(), refuses="a backbone alone")
    case("unknown.pth", {"net.codes.weight": healthy(), "net.small.weight": torch.randn(4, 8)}, refuses="net.codes.weight  [48, 16] F32")
    note("unknown.pth", [("net.codes.weight", H)], key="net.codes.weight")
    note("unknown.pth", refuses="no tensor \"nothing\"", key="nothing")
    case("transposed.pth", {"prototypes.weight": healthy().t()}, refuses="fewer rows than columns")
    case("flat.pth", {"prototypes.weight": healthy().flatten()}, refuses="a flat shard")
    case("empty.pth", {"prototypes": torch.empty(0, 0)}, refuses="it is empty")
    case("bias_alone.pth", {"head.bias": healthy()}, refuses="under no name that is known")
    case("direction_alone.pth", {"head.last_layer.weight_v": partial()}, [("head.last_layer.weight_v", P)])
    case("view.pth", {"prototypes": torch.randn(K, 2 * D)[:, ::2]}, [("prototypes", H)])
    case("whole_module.pth", tree("head.last_layer", normed(partial())), [("head.last_layer.weight_v", P)])
    case("nan.pth", {"prototypes": torch.cat([healthy(), torch.full((1, D), float("nan"))])}, [("prototypes", "dead", "hold NaN or Inf")])
    case("tensor.pt", total(), [("", T)])
    np.save(os.path.join(here, "array.npy"), partial().double().numpy())
    note("array.npy", [("", P)])
    np.save(os.path.join(here, "wide.npy"), healthy(D, K).numpy())
    note("wide.npy", refuses="name it with --key .")
    note("wide.npy", [("", H)], key=".")
    np.savez_compressed(os.path.join(here, "arrays.npz"), prototypes=offset().numpy(), labels=np.arange(4))
    note("arrays.npz", [("prototypes", O)])
    os.replace(os.path.join(here, "arrays.npz"), os.path.join(here, "arrays.zip"))
    cases[-1]["file"] = "arrays.zip"  # known by what is in it
    # lightly issue 1586 and MSN's example: prototypes that stay at their start
    case("start.pth", {"prototypes": healthy()}, [("prototypes", H, "no different from random ones")])


def stand_in(module, name):
    """A class of a newer PyTorch, which pickles name and do not need."""
    def reduce(self, _):
        args = (type(self), self.dtype, tuple(self.size()), self.stride(), 0, self.layout, self.device, False)
        state = {"_local_tensor": torch.Tensor(self).as_subclass(torch.Tensor).clone(), "_spec": None}
        return torch._tensor._rebuild_from_type_v2, (torch._utils._rebuild_wrapper_subclass, type(self), args, state)

    out = type(name, (torch.Tensor,), {"__module__": module, "__reduce_ex__": reduce})
    sys.modules.setdefault(module, types.ModuleType(module)).__dict__[name] = out
    return out


class Pieces:
    """FSDP's ShardedTensor, which torch.save takes for any object."""
    def __init__(self, local):
        self._local_shards, self._metadata = [local], {"size": (2 * len(local), local.shape[1])}


def sharded():
    # What FSDP2's state dicts hold, as torch.save writes it since PyTorch 2.1, under the module's names then and since 2.5.
    new, old = stand_in("torch.distributed.tensor", "DTensor"), stand_in("torch.distributed._tensor.api", "DTensor")
    part = healthy(K // 2)
    remedy = "full_state_dict=True"
    case("fsdp2.pth", {"teacher": {"dino_head.last_layer.weight": part.as_subclass(new), "backbone.cls_token": torch.zeros(1, 8).as_subclass(new)}}, refuses=remedy)
    case("fsdp2_old.pth", {"student": {"head.last_layer.weight": part.as_subclass(old)}, "backbone": torch.randn(64, 8)}, refuses="DTensor", **legacy)
    note("fsdp2_old.pth", refuses=remedy, key="student.head.last_layer.weight")
    note("fsdp2_old.pth", [("backbone", H)], key="backbone")
    case("fsdp2_head.pth", {"prototypes": healthy(), "encoder.layer.weight": part.as_subclass(new)}, [("prototypes", H)])
    Pieces.__module__, Pieces.__qualname__, Pieces.__name__ = "torch.distributed._shard.sharded_tensor.api", "ShardedTensor", "ShardedTensor"
    module = sys.modules.setdefault(Pieces.__module__, types.ModuleType(Pieces.__module__))
    module.ShardedTensor = Pieces
    case("fsdp_sharded.pth", {"model": {"head.last_layer.weight": Pieces(part), "epoch": 3}}, refuses="ShardedTensor")


def eight_bits():
    """safetensors of 8 bits a number, which PyTorch writes since 2.1; the format is a header of JSON and the numbers."""
    def write(name, **tensors):
        head, data = {}, b""
        for key, (dtype, shape, raw) in tensors.items():
            head[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
        text = json.dumps(head).encode()
        with open(os.path.join(here, name), "wb") as f:
            f.write(len(text).to_bytes(8, "little") + text + data)

    eight = ("F8_E4M3", [K, D], bytes(K * D))
    full = ("F32", [K, D], partial().numpy().tobytes())
    write("eight_bits.safetensors", **{"student.head.last_layer.weight": full, "teacher.head.last_layer.weight": eight})
    note("eight_bits.safetensors", [("student.head.last_layer.weight", P, "teacher.head.last_layer.weight is F8_E4M3, which is not read")])
    note("eight_bits.safetensors", refuses="save it as float32", key="teacher.head.last_layer.weight")
    write("eight_bits_encoder.safetensors", **{"encoder.weight": eight, "prototypes.weight": full})
    note("eight_bits_encoder.safetensors", [("prototypes.weight", P)])
    write("eight_bits_alone.safetensors", **{"prototypes.weight": eight, "encoder.weight": full})
    note("eight_bits_alone.safetensors", refuses="prototypes.weight is F8_E4M3")


def more():
    """The rest of the layouts and types that are known."""
    case("lightly_dino.ckpt", {"state_dict": state(student_head__last_layer=normed(healthy()), teacher_head__last_layer=normed(offset()))},
         [("state_dict.student_head.last_layer.weight_v", H, "student and teacher differ"), ("state_dict.teacher_head.last_layer.weight_v", O)])
    case("lightly_capi.ckpt", {"state_dict": linear_state("student_head.layer", partial(), bias=True)}, [("state_dict.student_head.layer.weight", P, "a bias from")])
    case("lightly_msn.ckpt", {"state_dict": {"prototypes": healthy().double(), **backbone("backbone.")}}, [("state_dict.prototypes", H)])
    case("solo_swav_old.ckpt", {"state_dict": linear_state("prototypes", partial())}, [("state_dict.prototypes.weight", P)])
    case("stable_pretraining_swav.ckpt", {"state_dict": linear_state("prototypes", offset())}, [("state_dict.prototypes.weight", O)])
    msn = {f"projector.{b}.{i}.weight": w for b, v in (("student", healthy()), ("teacher", total())) for i, w in ((0, torch.randn(32, 32)), (6, v))}
    case("stable_pretraining_msn.ckpt", {"state_dict": msn}, [("state_dict.projector.student.6.weight", H), ("state_dict.projector.teacher.6.weight", T)])
    queue = nn.functional.normalize(torch.randn(D, K), dim=0)
    case("sop.pth.tar", {"state_dict": {"module.queue": queue, "module.queue_ptr": torch.zeros(1, dtype=torch.long)}}, refuses="not prototypes", **legacy)
    head = state(head__last_layer=normed(partial()))
    case("carp_training.pth.tar", {"student": {"module." + k: v for k, v in head.items()}, "teacher": {"module." + k: v.clone() for k, v in head.items()}},
         [("student.module.head.last_layer.weight_v", P, "student ≡ teacher, bit for bit"), ("teacher.module.head.last_layer.weight_v", P)])
    case("franca_nested.pth", {"model": {f"teacher.dino_head.last_layers.{i}.{k}": t for i, w in enumerate((healthy(16, 4), healthy(24, 4), total(32, 4)))
                                         for k, t in normed(w).state_dict().items()}},
         [(f"model.teacher.dino_head.last_layers.{i}.weight_v", v) for i, v in enumerate(("undecided", "undecided", T))])
    g = normed(healthy(), 2.0)
    case("bfloat16_norm.pth", {"head.last_layer.weight_g": g.weight_g.data.bfloat16(), "head.last_layer.weight_v": g.weight_v.data.bfloat16()},
         [("head.last_layer.weight_v", H)], **legacy)
    whole = torch.randn(2 * K, D)
    whole[K:] = partial()
    tied = {"student.head.last_layer.weight": whole[:K], "teacher.head.last_layer.weight": whole[K:]}  # two views of one storage
    case("views_of_one.pth", tied, [("student.head.last_layer.weight", H), ("teacher.head.last_layer.weight", P)])
    case("columns_first.pth", {"prototypes": partial().t().contiguous().t()}, [("prototypes", P)])


def main():
    torch.manual_seed(0)
    for write in (swav, dino, ibot, dinov2, capi, others, sharded, eight_bits, more):
        write()
    with open(os.path.join(here, "cases.json"), "w") as f:
        json.dump(cases, f, indent=1, ensure_ascii=False)
        f.write("\n")


main()
