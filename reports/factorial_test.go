package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
)

// helpedSweep is a 2 × 2 of help and decoupling beside arms that belong to none.
func helpedSweep() *sweep {
	s := sweepOf("learner=joint",
		cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+help", "swav", "joint", "centred", nil),
		cellOf("bare", "swav", "gmm", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "centred", nil),
		cellOf("swav+frozen", "swav", "frozen", "plain", nil), cellOf("half", "swav", "gmm", "centred", nil),
		cellOf("wide", "swav", "joint", "plain", nil))
	plain, helped := "encoder.width=8 prototypes.init=random prototypes.reseed=false", "encoder.width=8 prototypes.init=data prototypes.reseed=true"
	return configured(s, plain, helped, plain, helped, "encoder.width=8 prototypes.init=random", "encoder.width=8 prototypes.init=data prototypes.reseed=false",
		"encoder.width=16 prototypes.init=random prototypes.reseed=false")
}

// The contrasts of a 2 × 2, from shares 10, 30, 20, 80 % at one seed and 10, 10, 40, 60 at the other:
// without help 10 and 30, with help 50 and 50; a third seed lacks an arm.
func TestFactorialTable(t *testing.T) {
	s := helpedSweep()
	for i, values := range []map[uint64]float64{{0: 1, 1: 1, 2: 1}, {0: 3, 1: 1, 2: 9}, {0: 2, 1: 4, 2: 1}, {0: 8, 1: 6}} {
		s.arms[i].runs = runsOf(values, store.OK)
	}
	got := rowTexts(s.factorialTable())
	want := [][]string{{
		"swav, bare", "swav+help, swav+gmm", "live-unique@0.025 %", "2",
		"+10.0, +30.0", "+50.0, +50.0", "+30.0, +40.0", "+40.0, +10.0", "+40.0, +20.0",
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// An incomplete 2 × 2 gives no row.
func TestFactorialNeedsFourArms(t *testing.T) {
	for _, left := range []int{0, 1, 2, 3} {
		s := helpedSweep()
		s.arms = append(s.arms[:left:left], s.arms[left+1:]...)
		if got := s.factorials(); len(got) != 0 {
			t.Errorf("without %d: %d of them", left, len(got))
		}
	}
}

// Arms are paired where the run around their parts is the same: an arm on another encoder has no
// baseline on this one.
func TestBaselineSharesTheRun(t *testing.T) {
	for key, paired := range map[string]bool{
		"encoder.width": false, "train.lr": false, "data.limit": false, "loss.temperature": false, "augment.blur": false, "evaluate.every": false,
		"prototypes.count": false, "prototypes.init": true, "dino.scores": true, "gmm.memory": true,
	} {
		s := configured(sweepOf("learner=joint", cellOf("dino", "dino", "joint", "plain", nil), cellOf("dino+gmm", "dino", "gmm", "plain", nil)), key+"=1", key+"=2")
		if got := s.partnerOf(s.arms[1]) != nil; got != paired {
			t.Errorf("%s differs: paired %v, want %v", key, got, paired)
		}
	}
}
