package methods

import (
	"slices"
	"strings"
	"testing"

	"protobench/methods/part"
)

// TestEncoderStopsLearning: from its last epoch on the student's weights stay, bit by bit, while
// prototypes go on; with -1 they never move.
func TestEncoderStopsLearning(t *testing.T) {
	for epochs, last := range map[float64]int{-1: 0, 0: 12, 2: 8} {
		cfg := testConfig(t, "swav")
		cfg.Train.EncoderEpochs, cfg.Train.Warmup = epochs, 0
		tr, next := start(t, cfg), batches(cfg)
		for step := range 12 {
			weights, prototypes := studentWeights(tr), slices.Clone(tr.Learned()[0].Current[part.Student])
			steps(t, tr, next, 1)
			if moved := !slices.Equal(weights, studentWeights(tr)); moved != (step < last) {
				t.Errorf("encoder_epochs %g, step %d: the weights moved: %v", epochs, step, moved)
			}
			if slices.Equal(prototypes, tr.Learned()[0].Current[part.Student]) {
				t.Errorf("encoder_epochs %g, step %d: the prototypes did not move", epochs, step)
			}
		}
	}
}

func studentWeights(tr *Trainer) []float32 {
	var out []float32
	for _, p := range tr.weights[part.Student].Params {
		out = append(out, p.Value...)
	}
	return out
}

func TestEncoderEpochsAreChecked(t *testing.T) {
	for epochs, want := range map[float64]string{4: "the whole run or more", 9: "the whole run or more", -0.5: "no number of epochs"} {
		cfg := testConfig(t, "swav")
		cfg.Train.EncoderEpochs = epochs
		errs := Check(cfg)
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%g: %v", epochs, errs)
		}
	}
}
