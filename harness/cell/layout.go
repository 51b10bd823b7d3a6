package cell

import (
	"strings"

	"protobench/internal/tensorfile"
)

// Stored encoders have PyTorch's layouts and its names where the parts have one: the weights of
// linear layers [out,in] and of convolutions [out,in,h,w], which are [in,out] and [h,w,in,out]
// here, and running_mean and running_var of batch norms.

// exported are tensors of a state in PyTorch's layouts and under its names.
func exported(ts []tensorfile.Tensor) []tensorfile.Tensor {
	for i := range ts {
		t := &ts[i]
		t.Name = renamed(t.Name, ".mean", ".running_mean", ".var", ".running_var")
		if isWeight(t) {
			*t = permuted(*t, map[int][]int{2: {1, 0}, 4: {3, 2, 0, 1}}[len(t.Shape)])
		}
	}
	return ts
}

// imported undoes exported; it leaves its argument as it is.
func imported(ts []tensorfile.Tensor) []tensorfile.Tensor {
	out := make([]tensorfile.Tensor, len(ts))
	for i, t := range ts {
		t.Name = renamed(t.Name, ".running_mean", ".mean", ".running_var", ".var")
		if isWeight(&t) {
			t = permuted(t, map[int][]int{2: {1, 0}, 4: {2, 3, 1, 0}}[len(t.Shape)])
		}
		out[i] = t
	}
	return out
}

// isWeight tells the weights of linear layers and convolutions, by their shape.
func isWeight(t *tensorfile.Tensor) bool {
	return t.F32 != nil && strings.HasSuffix(t.Name, ".weight") && (len(t.Shape) == 2 || len(t.Shape) == 4)
}

// renamed replaces the ending of a network's name; pairs are endings and what they become.
func renamed(name string, pairs ...string) string {
	if strings.HasPrefix(name, "embedding.") {
		return name
	}
	for i := 0; i < len(pairs); i += 2 {
		if stem, ok := strings.CutSuffix(name, pairs[i]); ok {
			return stem + pairs[i+1]
		}
	}
	return name
}

// permuted copies a tensor with its axes in another order: axis i of the result is axis order[i].
func permuted(t tensorfile.Tensor, order []int) tensorfile.Tensor {
	stride := make([]int, len(order)) // of the source, along the result's axes
	shape := make([]int, len(order))
	for i, from := range order {
		shape[i], stride[i] = t.Shape[from], 1
		for _, n := range t.Shape[from+1:] {
			stride[i] *= n
		}
	}
	out := make([]float32, 0, len(t.F32))
	var walk func(axis, at int)
	walk = func(axis, at int) {
		if axis == len(shape) {
			out = append(out, t.F32[at])
			return
		}
		for k := range shape[axis] {
			walk(axis+1, at+k*stride[axis])
		}
	}
	walk(0, 0)
	return tensorfile.Tensor{Name: t.Name, Shape: shape, F32: out}
}
