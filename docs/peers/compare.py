"""This program and its peers side by side, as Markdown tables on standard output. See docs/performance.md.

Every repeat runs ours and then the peer, each in a process of its own; a table shows the medians of the repeats, and the
median of the repeats' ratios, which a machine that is slow for a while touches least. The peer runs at its best: OpenBLAS built
with OpenMP where it is installed, its own choice of kernels, and for convolutions the faster of both memory formats.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OPENMP_BLAS = "/usr/lib/x86_64-linux-gnu/openblas-openmp"
STEPS = {"mlp": 60, "convnet": 10, "resnet18": 2, "vit": 4}  # of one run, a few seconds each
REPEATS = {"resnet18": 3}  # at most, of what takes longest
BUSY = 0.15  # cores that others may use before a figure is doubtful

parser = argparse.ArgumentParser(description="time protobench beside PyTorch, torchvision, NumPy and scikit-learn")
parser.add_argument("--ours", default="bin/protobench")
parser.add_argument("--encoders", default=",".join(STEPS))
parser.add_argument("--parts", default="step,gemm,eval", help="which tables: %(default)s; views takes ten minutes more")
parser.add_argument("--repeats", type=int, default=5, help="of each pair; resnet18 has at most three")
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--prototypes", type=int, default=512)
parser.add_argument("--steps", type=int, default=0, help="steps of one run (0: a few seconds' worth)")
args = parser.parse_args()


def peer_environment():
    """The environment in which the peer is fastest."""
    env = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    if os.path.isdir(OPENMP_BLAS):
        env["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, (OPENMP_BLAS, env.get("LD_LIBRARY_PATH"))))
    return env


def run(command, env=None):
    """Runs a command; returns the JSON objects that it prints and its largest resident set in MiB."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    lines = process.stdout.read().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s ended with code %d" % (" ".join(command), process.returncode))
    return [json.loads(line) for line in lines], usage.ru_maxrss / 1024


def ours(*arguments):
    return run([args.ours, "bench", *arguments, "--json"])


def peer(program, *arguments):
    return run([sys.executable, os.path.join(HERE, program), *arguments], peer_environment())


def progress(text):
    print(text, file=sys.stderr, flush=True)


def middle(rows, value):
    return statistics.median(value(r) for r in rows)


def one_step(encoder, formats):
    """One repeat of an encoder: ours, then the peer in each memory format, of which the faster counts."""
    shape = ["--encoder", encoder, "--batch", str(args.batch), "--prototypes", str(args.prototypes),
             "--threads", str(args.threads), "--steps", str(args.steps or STEPS[encoder])]
    mine = with_memory(ours("step", *shape))
    theirs = [with_memory(peer("torch_step.py", *shape, *layout)) for layout in formats]
    return mine, max(theirs, key=lambda r: r["images_per_s"])


def with_memory(outcome):
    (report,), mib = outcome
    return {**report, "mib": mib}


def steps():
    print("| step | ours, images/s | PyTorch, images/s | ours ÷ PyTorch | ours, share of peak | PyTorch, share of peak "
          "| resident at most, MiB: ours / PyTorch | loss, first to last: ours / PyTorch |\n|---|---|---|---|---|---|---|---|")
    for encoder in args.encoders.split(","):
        formats = [[]] if encoder == "mlp" else [[], ["--channels-last"]]
        pairs = []
        repeats = min(args.repeats, REPEATS.get(encoder, args.repeats))
        for i in range(repeats):
            pairs.append(one_step(encoder, formats))
            progress("%s %d/%d: %.0f and %.0f images/s" % (encoder, i + 1, repeats, *(r["images_per_s"] for r in pairs[-1])))
        print(step_row(encoder, pairs), flush=True)


def step_row(encoder, pairs):
    mine, theirs = [m for m, _ in pairs], [t for _, t in pairs]
    peak = max(m["peak_gflop_per_s"] for m in mine)  # what others take away can only lower it
    share = lambda rows: 100 * mine[0]["gflop_per_step"] / middle(rows, lambda r: r["step_s"]) / peak  # noqa: E731
    ratio = statistics.median(m["images_per_s"] / t["images_per_s"] for m, t in pairs)
    losses = " / ".join("%.2f to %.2f" % (r["loss_first"], r["loss_last"]) for r in (mine[-1], theirs[-1]))
    rate, size = (lambda r: r["images_per_s"]), (lambda r: r["mib"])
    return "| `%s` | %.0f | %.0f%s | **%.2f** | %.0f %% | %.0f %% | %.0f / %.0f | %s |" % (
        encoder, middle(mine, rate), middle(theirs, rate), " (channels last)" if theirs[-1]["channels_last"] else "", ratio,
        share(mine), share(theirs), middle(mine, size), middle(theirs, size), losses)


def gemm():
    print("\n| SGEMM 1024³ | ours, GFLOP/s | share of peak | NumPy with OpenBLAS, GFLOP/s | ours ÷ OpenBLAS |\n|---|---|---|---|---|")
    for threads in sorted({1, args.threads}):
        pairs = []
        for i in range(2 * args.repeats + 1):
            (mine,), _ = ours("gemm", "--threads", str(threads))
            (theirs,), _ = peer("numpy_eval.py", "--only", "gemm", "--repeats", "9", "--threads", str(threads))
            pairs.append((mine["gflop_per_s"], theirs["gflop_per_s"], mine["peak_gflop_per_s"]))
        a, b = (statistics.median(p[i] for p in pairs) for i in range(2))
        ratio, peak = statistics.median(p[0] / p[1] for p in pairs), max(p[2] for p in pairs)
        print("| %d thread%s | %.0f | %.0f %% | %.0f | **%.2f** |" % (threads, "s"[:threads - 1], a, 100 * a / peak, b, ratio), flush=True)


EVALUATIONS = (  # ours, theirs, what
    ("knn", "knn", "k-NN, 10,000 × 2,000 × 512, k = 20; NumPy"),
    ("knn", "knn_sklearn", "the same; scikit-learn"),
    ("logistic", "logistic", "logistic regression, 10,000 × 512, 10 classes, C = 1; scikit-learn"),
    ("em", "em", "10 iterations of EM, 20,000 × 128, K = 512, diagonal; NumPy, float32"),
    ("em", "em_sklearn", "the same; scikit-learn, float64"),
    ("unique", "unique", "unique prototypes, K = 4,096, d = 128; NumPy"),
)
SLOW = {"em_sklearn"}  # run in the first round alone


def evaluation():
    print("\n| evaluation | ours, s | theirs, s | theirs ÷ ours | value: ours / theirs |\n|---|---|---|---|---|")
    rounds = []
    for i in range(args.repeats):
        mine, _ = ours("eval", "--threads", str(args.threads), "--repeats", "1")
        tasks = [theirs for _, theirs, _ in EVALUATIONS if i == 0 or theirs not in SLOW]
        theirs, _ = peer("numpy_eval.py", "--only", ",".join(tasks), "--repeats", "1", "--threads", str(args.threads))
        rounds.append(({r["task"]: r for r in mine}, {r["task"]: r for r in theirs}))
        progress("evaluation %d/%d" % (i + 1, args.repeats))
    for own, task, what in EVALUATIONS:
        pairs = [(m[own], t[task]) for m, t in rounds if task in t]
        a, b = (statistics.median(p[i]["s"] for p in pairs) for i in range(2))
        ratio = statistics.median(t["s"] / m["s"] for m, t in pairs)
        print("| %s | %.3f | %.3f | **%.2f** | %.4g / %.4g |" % (what, a, b, ratio, pairs[-1][0]["value"], pairs[-1][1]["value"]), flush=True)


def views():
    """Two views of each image by the presets of two papers, and theirs by the faster of torchvision's kinds of images."""
    print("\n| views | ours, images/s | torchvision, images/s | ours ÷ torchvision |\n|---|---|---|---|")
    for preset in ("swav", "dino"):
        for size in (32, 64, 96, 224):
            shape = ["--preset", preset, "--size", str(size), "--threads", str(args.threads), "--batch", str(max(2 * args.threads, 4096 // size))]
            pairs = []
            for i in range(args.repeats):
                (mine,), _ = ours("augment", *shape, "--steps", "30")
                theirs = [run([sys.executable, os.path.join(HERE, "torchvision_views.py"), *shape, "--steps", "5", "--kind", kind])[0][0]
                          for kind in ("pil", "tensor", "float")]
                pairs.append((mine, max(theirs, key=lambda r: r["images_per_s"])))
                progress("%s at %d pixels %d/%d: %.0f and %.0f images/s" % (preset, size, i + 1, args.repeats, *(r["images_per_s"] for r in pairs[-1])))
            a, b = (middle([p[i] for p in pairs], lambda r: r["images_per_s"]) for i in range(2))
            ratio = statistics.median(m["images_per_s"] / t["images_per_s"] for m, t in pairs)
            print("| `%s`, %d×%d | %.0f | %.0f (%s) | **%.1f** |" % (preset, size, size, a, b, pairs[-1][1]["kind"], ratio), flush=True)


def versions():
    """What is compared, on what."""
    names = ["torch", "torchvision", "numpy"] + (["sklearn"] if "eval" in args.parts.split(",") else [])
    script = ("import %s\nprint(*(m.__name__ + ' ' + m.__version__ for m in (%s,)))\n"
              "print(*sorted({l.split()[-1] for l in open('/proc/self/maps') if 'openblas' in l}))" % ((", ".join(names),) * 2))
    theirs = subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=peer_environment(), stdout=subprocess.PIPE, text=True, check=True)
    doctor = subprocess.run([args.ours, "doctor"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    libraries, blas = (theirs.stdout.splitlines() + [""])[:2]
    print("%s; %s; %s; %s. %s; BLAS: %s. %d threads, %d repeats (%s).\n" % (
        doctor[0], doctor[1], doctor[3], units(), libraries, blas or "not OpenBLAS", args.threads, args.repeats,
        ", ".join("%s: %d" % pair for pair in REPEATS.items() if pair[1] < args.repeats) or "all alike"))


def units():
    """Whether 512-bit multiply-adds run at full rate or as two halves, by the peaks of both instruction sets on one thread."""
    peaks = {}
    for isa in ("avx2", "avx512"):
        run_env = {**os.environ, "PROTOBENCH_ISA": isa}
        outcome = subprocess.run([args.ours, "bench", "gemm", "--size", "256", "--threads", "1", "--json"],
                                 env=run_env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        report = json.loads(outcome.stdout)
        peaks[report["peak_isa"]] = report["peak_gflop_per_s"]
    if "avx512" not in peaks:
        return "no AVX-512; peak of one thread %s" % ", ".join("%s %.0f GFLOP/s" % pair for pair in peaks.items())
    ratio = peaks["avx512"] / peaks["avx2"]
    kind = "full-rate" if ratio > 1.5 else "split"
    return "512-bit units: %s (peak of one thread %.0f GFLOP/s with avx512, %.0f with avx2)" % (kind, peaks["avx512"], peaks["avx2"])


def others():
    """Cores that other programs use, over half a second; None where the system does not tell."""
    def busy():
        with open("/proc/stat") as f:
            ticks = [int(x) for x in f.readline().split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    try:
        began, before = time.perf_counter(), busy()
        time.sleep(0.5)
        return (busy() - before) / (time.perf_counter() - began)
    except OSError:
        return None


def warn_of_others(when):
    """A comparison on a machine that does other work as well is worth nothing: it is said so, in the table's text too."""
    used = others()
    if used is not None and used > BUSY:
        text = "other programs used %.1f cores %s (load %.2f); close them and run this again" % (used, when, os.getloadavg()[0])
        print("**Warning:** %s.\n" % text, flush=True)
        print("warning: " + text, file=sys.stderr, flush=True)


def main():
    began = time.perf_counter()
    versions()
    warn_of_others("before the start")
    for part in args.parts.split(","):
        {"step": steps, "gemm": gemm, "eval": evaluation, "views": views}[part]()
        warn_of_others("after the part " + part)
    print("\n%.1f minutes in all." % ((time.perf_counter() - began) / 60))


main()
