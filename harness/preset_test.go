package harness

import (
	"strings"
	"testing"
)

func TestPresetCell(t *testing.T) {
	joint, err := PresetCell("dino")
	if err != nil {
		t.Fatal(err)
	}
	decoupled, err := PresetCell("dino+gmm")
	if err != nil {
		t.Fatal(err)
	}
	if joint.Composition.Learner != "joint" || joint.Settings.Prototypes.Init != "random" || joint.Settings.Train.Batch != 128 {
		t.Errorf("dino: %+v, %+v", joint.Composition, joint.Settings.Prototypes)
	}
	if decoupled.Composition.Learner != "gmm" || decoupled.Settings.Prototypes.Init != "data" {
		t.Errorf("dino+gmm: %+v, %+v", decoupled.Composition, decoupled.Settings.Prototypes)
	}
	if _, err := PresetCell("dion"); err == nil || !strings.Contains(err.Error(), "did you mean dino") {
		t.Errorf("got %v", err)
	}
}
