package cell

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/tensorfile"
)

func counted(name string, shape ...int) tensorfile.Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	t := tensorfile.Tensor{Name: name, Shape: shape}
	for i := range n {
		t.F32 = append(t.F32, float32(i))
	}
	return t
}

func TestStoredEncodersHavePyTorchsLayouts(t *testing.T) {
	own := func() []tensorfile.Tensor {
		return []tensorfile.Tensor{
			counted("student.block1.conv.weight", 2, 1, 3, 2), counted("student.projector.0.weight", 2, 3), counted("student.block1.norm.weight", 4),
			counted("student.layer1.norm2.mean", 2), counted("student.block1.norm.var", 2), counted("student.mask", 1, 3), counted("embedding.mean", 3),
		}
	}
	want := []tensorfile.Tensor{
		// From [h,w,in,out] = [2,1,3,2], where value 6·h + 2·in + out stands.
		{Name: "student.block1.conv.weight", Shape: []int{2, 3, 2, 1}, F32: []float32{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
		{Name: "student.projector.0.weight", Shape: []int{3, 2}, F32: []float32{0, 3, 1, 4, 2, 5}},
		counted("student.block1.norm.weight", 4), counted("student.layer1.norm2.running_mean", 2), counted("student.block1.norm.running_var", 2),
		counted("student.mask", 1, 3), counted("embedding.mean", 3),
	}
	got := exported(own())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(own(), imported(got)); diff != "" {
		t.Errorf("back again: %s", diff)
	}
}
