"""Writes the pickles that the tests read, one a protocol. Needs NumPy; run it in this folder."""
import collections
import pickle
import sys

import numpy as np


class Strange:
    def __init__(self):
        self.harm = "none"


def value():
    shared = ["shared"]
    return {
        "none": None, "true": True, "false": False,
        "ints": [0, 1, -1, 255, 65535, 65536, -(2**31), 2**31, 2**63 - 1, -(2**63)], "big": 2**100, "negative": -(2**100),
        "floats": [0.5, -1e300, 1 / 3], "complex": 1 + 2j,
        "text": "caf\u00e9 \u4e2d\n\\", "bytes": b"\x00\xff'\n", "bytearray": bytearray(b"ab"),
        "tuple": (1, (2, 3), (), ("a",)), "set": {7}, "frozenset": frozenset([8]),
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "shared": [shared, shared], "nested": {"list": [[1], [2, [3]]]},
        "u1": np.arange(6, dtype=np.uint8).reshape(2, 3), "f4": np.array([0.5, -2], dtype=np.float32),
        "big i8": np.array([1, -2], dtype=">i8"), "fortran": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
        "objects": np.array([None, "x"], dtype=object), "scalar": np.float64(0.25), "scalar int": np.int64(-3), "dtype": np.dtype("<f4"),
        "strange": Strange(), "class": Strange,
    }


if __name__ == "__main__":
    for protocol in range(6):
        with open(f"protocol{protocol}.pkl", "wb") as f:
            pickle.dump(value(), f, protocol)
    sys.exit(0)
