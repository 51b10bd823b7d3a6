package reports

import "testing"

// What a plan announces is what the report then tests.
func TestFamilyIsWhatTheReportTests(t *testing.T) {
	s, err := load(demo(t))
	if err != nil {
		t.Fatal(err)
	}
	want := len(s.comparisons())
	if got, err := Family(s.plan); got != want || want == 0 || err != nil {
		t.Errorf("announced %d comparisons, the report makes %d (%v)", got, want, err)
	}
	p := s.plan
	p.Baseline = ""
	if got, err := Family(p); got != 0 || err != nil {
		t.Errorf("%d comparisons without a baseline (%v)", got, err)
	}
}
