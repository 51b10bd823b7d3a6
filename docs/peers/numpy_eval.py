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
args.add_argument("--only", default="gemm,knn,knn_sklearn,logistic,em,em_sklearn,unique")
args.add_argument("--threads", type=int, default=2)
args.add_argument("--repeats", type=int, default=3)
args = args.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read when the libraries load
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402

WIDTH, CLASSES, TRAIN, TEST = 512, 10, 10000, 2000
EM_ROWS, EM_DIM, EM_COMPONENTS, EM_CLASSES, EM_ITERATIONS, EM_FLOOR = 20000, 128, 512, 200, 10, 1e-2


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def class_features(rows, spread, classes=CLASSES, width=WIDTH):
    draw = np.random.default_rng(0)
    normal = lambda *shape: draw.standard_normal(shape, dtype=np.float32)  # noqa: E731
    labels = draw.integers(0, classes, rows)
    means = normal(classes, width)
    return spread * means[labels] + normal(rows, width) + 0.2 * normal(rows, 32) @ normal(32, width), labels


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


def knn_sklearn():
    """Euclidean neighbours of unit vectors, the fastest of scikit-learn's ways to the same neighbours."""
    from sklearn.neighbors import KNeighborsClassifier
    x, y = class_features(TRAIN + TEST, np.float32(0.3))

    def run():
        model = KNeighborsClassifier(n_neighbors=20, algorithm="brute", weights="distance").fit(unit(x[:TRAIN]), y[:TRAIN])
        return float((model.predict(unit(x[TRAIN:])) == y[TRAIN:]).mean())
    return TEST, run


def em():
    """Ten iterations of EM with diagonal covariances in float32, all products through BLAS; the mean log-likelihood of the last."""
    x, start = em_input()

    def run():
        mean, variance, log_weight = start.copy(), np.tile(x.var(0), (EM_COMPONENTS, 1)), np.full(EM_COMPONENTS, -np.log(EM_COMPONENTS), np.float32)
        squares = x * x
        for _ in range(EM_ITERATIONS):
            precision = 1 / variance
            log_p = -0.5 * (squares @ precision.T)
            log_p += x @ (mean * precision).T
            log_p += log_weight - 0.5 * ((mean * mean * precision).sum(1) + np.log(variance).sum(1) + EM_DIM * np.float32(np.log(2 * np.pi)))
            most = log_p.max(1, keepdims=True)
            log_p -= most
            np.exp(log_p, out=log_p)
            total = log_p.sum(1, keepdims=True)
            likelihood = float((np.log(total) + most).mean())
            log_p /= total
            mass = log_p.sum(0) + 1e-6
            mean = (log_p.T @ x) / mass[:, None]
            variance = np.maximum((log_p.T @ squares) / mass[:, None] - mean * mean, np.float32(EM_FLOOR))
            log_weight = np.log(mass / EM_ROWS)
        return likelihood
    return EM_ROWS, run


def em_sklearn():
    """The same in scikit-learn, which computes in float64."""
    import warnings
    from sklearn.mixture import GaussianMixture
    warnings.simplefilter("ignore")  # it has not converged, as is meant
    x, start = em_input()

    def run():
        model = GaussianMixture(EM_COMPONENTS, covariance_type="diag", max_iter=EM_ITERATIONS, tol=0.0, reg_covar=EM_FLOOR,
                                init_params="random_from_data", means_init=start, weights_init=np.full(EM_COMPONENTS, 1 / EM_COMPONENTS),
                                precisions_init=np.tile(1 / x.var(0), (EM_COMPONENTS, 1)), random_state=0)
        return float(model.fit(x).lower_bound_)
    return EM_ROWS, run


def em_input():
    x, _ = class_features(EM_ROWS, np.float32(0.35), EM_CLASSES, EM_DIM)
    return x, x[np.random.default_rng(1).choice(EM_ROWS, EM_COMPONENTS, replace=False)].copy()


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
        warm_up = name not in ("logistic", "em", "em_sklearn")  # which take so long that it does not show
        for i in range(args.repeats + warm_up):
            began = time.perf_counter()
            value = run()
            if i >= warm_up:
                times.append(time.perf_counter() - began)
        s = statistics.median(times)
        report = {"task": name, "rows": rows, "s": s, "value": value, "threads": args.threads, "numpy": np.__version__}
        if name == "gemm":
            report["gflop_per_s"] = 2e-9 * 1024 ** 3 / s
        print(json.dumps(report), flush=True)


main()
