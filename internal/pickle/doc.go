// Package pickle reads Python's pickles, protocols 0 to 5, and runs nothing of what they ask for: a
// pickle is a program, and this machine knows containers, numbers, texts, bytes and NumPy's arrays.
// Whatever else a pickle names becomes an inert [Class], and what it would make of it an inert
// [Object]. Readers of particular files may teach it more classes by [Options].
//
// Python's values come as Go's: None nil, bool bool, int int64 or [*big.Int], float float64,
// complex complex128, str string (also Python 2's, whose bytes are kept as they are), bytes and
// bytearray []byte, list [*List], tuple [Tuple], dict [*Dict], set and frozenset [*Set],
// numpy.ndarray [*Array], numpy.dtype [*DType].
//
// Pickles come from strangers: sizes are checked before memory is asked for, which stays within a
// small multiple of the pickle's own size, and an error says at which byte what was wrong. Values
// may share parts and hold themselves, as Python's may; who walks them has to bound its depth.
package pickle
