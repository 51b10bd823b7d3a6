package distillation

import (
	"math"
	"testing"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
)

// TestVMFCenterMoves follows the center for one step: a part of the batch's mean posterior, before
// centring.
func TestVMFCenterMoves(t *testing.T) {
	p := newPosterior(2)
	q := []float32{1, 0, 1, 0}
	p.targets(q, 0.5)
	p.moveCenter(0.75)
	want := []float32{float32(0.75*0.5 + 0.25/(1+math.Exp(-2))), float32(0.75*0.5 + 0.25/(1+math.Exp(2)))}
	if !fixture.Near(p.center, want) {
		t.Errorf("the center is %v, want %v", p.center, want)
	}
}

// TestVMFOfEqualLengths: with equal lengths and a uniform center the targets are those of cosines.
func TestVMFOfEqualLengths(t *testing.T) {
	const k, d, n = 12, 8, 16
	v := objective.Views{Images: n, Global: 2, Crops: 2}
	vmf := newDINO(setting.Read[DINO](small(map[string]any{"dino.scores": "vmf"}).Settings, "dino"), v, k)
	plain := newDINO(setting.Read[DINO](small(nil).Settings, "dino"), v, k)
	in := objective.CodeInput{Z: fixture.RandomUnit(1, 2*n, d), Prototypes: fixture.RandomUnit(2, k, d), Scores: make([]float32, 2*n*k)}
	kernel.InnerProducts(nil, in.Scores, in.Z, in.Prototypes, 2*n, d, k)
	a, b := make([]float32, 2*n*k), make([]float32, 2*n*k)
	vmf.Codes(a, in)
	plain.Codes(b, in)
	if !fixture.Near(a, b) {
		t.Error("at equal lengths vmf targets differ from those of inner products")
	}
}

// TestVMFOffset: what scores lose has the normalisers at the epoch's temperature.
func TestVMFOffset(t *testing.T) {
	const k, d = 12, 8
	o := newDINO(setting.Read[DINO](small(map[string]any{
		"dino.scores": "vmf", "dino.warmup_teacher_temperature": 0.5, "dino.warmup_teacher_epochs": 3,
	}).Settings, "dino"), objective.Views{Images: 1, Global: 2, Crops: 2}, k)
	c := fixture.Uniform(k*d, "prototypes")
	for epoch, temperature := range []float64{0.5, 0.27, 0.04, 0.04} {
		if got, want := o.Offset(c, epoch), o.vmf.offset(c, temperature, true); !fixture.Near(got, want) {
			t.Errorf("epoch %d: %v, want %v", epoch, got[:3], want[:3])
		}
	}
}
