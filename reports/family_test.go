package reports

import "testing"

// What a plan announces is what the report then tests.
func TestFamilyIsWhatTheReportTests(t *testing.T) {
	s, err := load(demo(t))
	if err != nil {
		t.Fatal(err)
	}
	want := len(s.comparisons())
	if got := Family(s.plan); got != want || want == 0 {
		t.Errorf("announced %d comparisons, the report makes %d", got, want)
	}
	p := s.plan
	p.Baseline = ""
	if got := Family(p); got != 0 {
		t.Errorf("%d comparisons without a baseline", got)
	}
}
