package methods

import (
	"testing"
)

func TestNesterovNeedsMomentum(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Train.Optimizer, cfg.Train.Nesterov, cfg.Train.Momentum = "sgd", true, 0
	if errs := Check(cfg); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
	cfg.Train.Optimizer = "adamw"
	if errs := Check(cfg); len(errs) != 0 {
		t.Errorf("AdamW reads no momentum: %v", errs)
	}
}
