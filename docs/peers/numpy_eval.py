"""What evaluations consist of, in NumPy and scikit-learn: the peer of `protobench bench eval` and `bench gemm`.

Features are drawn as there (class means, unit noise, a common part of rank 32), not number for number. Prints one JSON
object per part, with the value that it computed.
"""
import argparse
import json
import os
import statistics
import time

args = argparse.ArgumentParser(description="time evaluations in NumPy and scikit-learn")
args.add_argument("--only", default="gemm,knn,logistic,unique")
args.add_argument("--threads", type=int, default=2)
args.add_argument("--repeats", type=int, default=3)
args = args.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read when the libraries load
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402

WIDTH, CLASSES, TRAIN, TEST = 512, 10, 10000, 2000


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def class_features(rows, spread):
    draw = np.random.default_rng(0)
    normal = lambda *shape: draw.standard_normal(shape, dtype=np.float32)  # noqa: E731
    labels = draw.integers(0, CLASSES, rows)
    means = normal(CLASSES, WIDTH)
    return spread * means[labels] + normal(rows, WIDTH) + 0.2 * normal(rows, 32) @ normal(32, WIDTH), labels


def gemm():
    a, b = (np.random.default_rng(i).standard_normal((1024, 1024), dtype=np.float32) for i in range(2))
    return 1024, lambda: float((a @ b)[0, 0])


def knn():
    x, y = class_features(TRAIN + TEST, np.float32(0.3))
    one_hot = np.eye(CLASSES, dtype=np.float32)[y]

    def run():
        bank, queries = unit(x[:TRAIN]), unit(x[TRAIN:])
        cosines = queries @ bank.T
        nearest = np.argpartition(cosines, -20, axis=1)[:, -20:]
        votes = np.exp(np.take_along_axis(cosines, nearest, 1) / np.float32(0.07))
        predicted = np.einsum("qk,qkc->qc", votes, one_hot[nearest]).argmax(1)
        return float((predicted == y[TRAIN:]).mean())
    return TEST, run


def logistic():
    from sklearn.linear_model import LogisticRegression
    x, y = class_features(TRAIN, np.float32(0.12))
    x = (x - x.mean(0)) / x.std(0)

    def run():
        model = LogisticRegression(C=1.0, solver="lbfgs", max_iter=500).fit(x, y)
        log_p = model.predict_log_proba(x)
        return float(-log_p[np.arange(TRAIN), y].mean() + (model.coef_ ** 2).sum() / (2 * TRAIN))
    return TRAIN, run


def unique():
    draw = np.random.default_rng(0)
    free = unit(draw.standard_normal((1024, 128), dtype=np.float32))
    near = free[draw.integers(0, 1024, 3072)]
    p = unit(np.concatenate((free, near + np.float32(0.005) * draw.standard_normal(near.shape, dtype=np.float32))))

    def run():
        cosines, covered, kept = p @ p.T, np.zeros(len(p), bool), 0
        for i in range(len(p)):
            if not covered[i]:
                kept += 1
                covered |= 1 - cosines[i] < 0.025
        return float(kept)
    return 4096, run


def main():
    for name in args.only.split(","):
        rows, run = globals()[name]()
        times = []
        for i in range(args.repeats + 1):
            began = time.perf_counter()
            value = run()
            if i > 0 or name == "logistic":  # which warms nothing up
                times.append(time.perf_counter() - began)
        s = statistics.median(times)
        report = {"task": name, "rows": rows, "s": s, "value": value, "threads": args.threads, "numpy": np.__version__}
        if name == "gemm":
            report["gflop_per_s"] = 2e-9 * 1024 ** 3 / s
        print(json.dumps(report), flush=True)


main()
