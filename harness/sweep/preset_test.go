package sweep

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
	if joint.Composition.Learner != "joint" || joint.Settings.Text("prototypes.init") != "random" || joint.Train().Batch != 128 {
		t.Errorf("dino: %+v, %+v", joint.Composition, joint.Settings)
	}
	if decoupled.Composition.Learner != "gmm" || decoupled.Settings.Text("prototypes.init") != "data" {
		t.Errorf("dino+gmm: %+v, %+v", decoupled.Composition, decoupled.Settings)
	}
	if _, err := PresetCell("dion"); err == nil || !strings.Contains(err.Error(), "did you mean dino") {
		t.Errorf("got %v", err)
	}
}
