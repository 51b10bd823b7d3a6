package cell

import (
	"testing"

	"protobench/harness/store"
	"protobench/harness/sweep"
)

// TestResultsNameTheirPrecision where it is not float32, but for pixels, which nothing is trained for.
func TestResultsNameTheirPrecision(t *testing.T) {
	cell, err := sweep.PresetCell("swav")
	if err != nil {
		t.Fatal(err)
	}
	name := func() string {
		return newResult(&Job{Cell: cell}, Progress{}, store.OK, "").Provenance.Precision
	}
	if got := name(); got != "" {
		t.Errorf("float32: %q", got)
	}
	cell.Settings.MustSet("train.precision", "bf16")
	if got := name(); got != "bf16" {
		t.Errorf("bf16: %q", got)
	}
	if cell.Reference = "pixels"; name() != "" {
		t.Error("pixels have a precision")
	}
}
