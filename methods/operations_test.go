package methods

import (
	"testing"

	"protobench/encoders"
	"protobench/methods/part"
)

// TestOperations checks that the arithmetic of a step's operations, one by one, is that of the
// encoder's count: three times forward less the images' gradient, for two views of each image and
// their scores, and the teacher's forward pass besides.
func TestOperations(t *testing.T) {
	for _, encoder := range []encoders.Config{
		{Name: "mlp", Width: 2, Depth: 2},
		{Name: "convnet", Width: 4, Depth: 2, StemStride: 1},
		{Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Winograd: 2},
		{Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Stem: "imagenet"},
		{Name: "vit", Width: 2, Depth: 2, Patch: 4, Heads: 2},
	} {
		cfg := testConfig(t, "swav")
		encoder.Dim, encoder.Hidden = cfg.Encoder.Dim, cfg.Encoder.Hidden
		cfg.Encoder, cfg.Input = encoder, encoders.Input{Height: 16, Width: 16, Channels: 3}
		alone, err := NewStudentAlone(cfg)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		m, err := encoder.Count(cfg.Input)
		if err != nil {
			t.Fatal(err)
		}
		views, forward := 2*cfg.Train.Batch, m.Forward
		m.Forward += cfg.Encoder.Dim * AllPrototypes(cfg)
		for _, c := range []struct {
			what       string
			operations []Operation
			want       float64
		}{
			{"student alone", alone.Operations(), m.Step(views)},
			{"with a teacher", whole.Operations(), m.Step(views) + float64(2*views*forward)},
		} {
			got, bytes := 0.0, 0
			for _, o := range c.operations {
				got, bytes = got+o.FLOP, bytes+o.Bytes
			}
			if got != c.want {
				t.Errorf("%s %s, %s: operations have %v, the count is %v", encoder.Name, encoder.Stem, c.what, got, c.want)
			}
			if views := 4 * views * 16 * 16 * 3; bytes < 2*views {
				t.Errorf("%s: %d bytes are fewer than the views that are read and padded", encoder.Name, bytes)
			}
		}
	}
}

// TestUpdateBytes checks what an update of SGD moves, weights with momentum: five arrays, and three
// more with a teacher.
func TestUpdateBytes(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Train.Optimizer = "sgd"
	alone, err := NewStudentAlone(cfg)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range whole.weights[part.Student].Params {
		n += len(p.Value)
	}
	if a, b := alone.UpdateBytes(), whole.UpdateBytes(); a != 20*n || b != 32*n {
		t.Errorf("%d and %d bytes of %d weights", a, b, n)
	}
}
