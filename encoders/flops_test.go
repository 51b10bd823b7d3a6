package encoders

import "testing"

// TestCount compares with what torchvision's and PyTorch's modules of these shapes count when a
// hook on each convolution and linear map adds up its multiply-adds (and, for the vision
// transformer, the formula of its attention).
func TestCount(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want MACs
	}{
		{Config{Name: "mlp", Width: 32, Depth: 2, Dim: 128}, MACs{1_900_544, 1_572_864}},
		{Config{Name: "convnet", Width: 32, Depth: 4, StemStride: 1, Hidden: 256, Dim: 128}, MACs{15_138_816, 884_736}},
		{Config{Name: "resnet18", Width: 32, Depth: 4, StemStride: 1, Hidden: 512, Dim: 128}, MACs{555_745_280, 1_769_472}},
		{Config{Name: "vit", Width: 32, Depth: 4, Patch: 4, Heads: 3, Hidden: 192, Dim: 128}, MACs{122_156_544, 589_824}},
	} {
		got, err := c.cfg.Count(Input{32, 32, 3})
		if err != nil || got != c.want {
			t.Errorf("%s: %+v (%v), want %+v", c.cfg.Name, got, err, c.want)
		}
	}
	if got := (MACs{Forward: 10, First: 4}).Step(3); got != 2*3*26 {
		t.Errorf("a step takes %g operations", got)
	}
	if _, err := (Config{Name: "none"}).Count(Input{8, 8, 3}); err == nil {
		t.Error("an unknown encoder was counted")
	}
}
