package reports

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/reports/claim"
	"protobench/stats"
)

// claimed is a sweep of joint and decoupled arms at two temperatures, K = 10, with six seeds.
func claimed(claims ...store.Claim) *sweep {
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", at(0.1)), cellOf("swav", "swav", "joint", "plain", at(0.2)),
		cellOf("swav+gmm", "swav", "gmm", "plain", at(0.1)), cellOf("swav+gmm", "swav", "gmm", "plain", at(0.2)))
	shares := []map[uint64]float64{
		{0: 4, 1: 4, 2: 5, 3: 5, 4: 4, 5: 5}, {0: 2, 1: 3, 2: 3, 3: 2, 4: 3, 5: 2},
		{0: 9, 1: 9, 2: 8, 3: 9, 4: 9, 5: 8}, {0: 9, 1: 8, 2: 9, 3: 9, 4: 8, 5: 9},
	}
	for i := range s.arms {
		s.arms[i].runs = runsOf(shares[i], store.OK)
	}
	s.plan.Claims = claims
	return s
}

// terms are arms at the end of training, each with its weight.
func terms(pairs ...any) []store.ClaimTerm {
	var out []store.ClaimTerm
	for i := 0; i < len(pairs); i += 2 {
		w, ok := pairs[i+1].(float64)
		if n, whole := pairs[i+1].(int); whole && !ok {
			w = float64(n)
		}
		out = append(out, store.ClaimTerm{Arm: pairs[i].(string), At: 1, Weight: w})
	}
	return out
}

func more(effect float64) stats.Hypothesis {
	return stats.Hypothesis{Direction: stats.More, Effect: effect}
}

// The values of a contrast: at a temperature, averaged over both, against a number, and of slopes.
func TestContrast(t *testing.T) {
	both := terms("swav+gmm", 1, "swav", -1)
	cases := []struct {
		name  string
		claim store.Claim
		want  []float64
	}{
		{"at one temperature", store.Claim{Contrast: both, Where: at(0.2)}, []float64{70, 50, 60, 70, 50, 70}},
		{"over both", store.Claim{Contrast: both}, []float64{60, 50, 45, 55, 50, 50}},
		{"against a number", store.Claim{Contrast: terms("swav", 1), Where: at(0.1), Against: 30}, []float64{10, 10, 20, 20, 10, 20}},
		{"slopes", store.Claim{Contrast: terms("swav", 1), Slope: "loss.temperature"}, []float64{-200, -100, -200, -300, -100, -300}},
		{"slopes by doubling", store.Claim{Contrast: terms("swav", 1), Slope: "loss.temperature", PerLog2: true}, []float64{-20, -10, -20, -30, -10, -30}},
		{"from one value to another", store.Claim{Contrast: terms("swav", 1), Slope: "loss.temperature", Step: []any{0.2, 0.1}}, []float64{20, 10, 20, 30, 10, 30}},
	}
	for _, c := range cases {
		s := claimed()
		got, err := s.contrast(c.claim, liveUnique())
		must(t, err)
		for i := range got {
			got[i] = math.Round(1e6*got[i]) / 1e6
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// A seed at which one of the arms has no run, or collapsed, is left out.
func TestContrastPairsSeeds(t *testing.T) {
	s := claimed()
	s.arms[1].runs = append(runsOf(map[uint64]float64{0: 2, 1: 3}, store.OK), runsOf(map[uint64]float64{2: 3}, store.Collapsed)...)
	got, err := s.contrast(store.Claim{Contrast: terms("swav+gmm", 1, "swav", -1), Where: at(0.2)}, liveUnique())
	must(t, err)
	if d := cmp.Diff([]float64{70, 50}, got); d != "" {
		t.Error(d)
	}
}

// A claim can say what a run that collapsed totally counts as; its reasons tell how many there were,
// and what became of them. An accuracy has its own value there.
func TestClaimsOfCollapsedRuns(t *testing.T) {
	s := claimed()
	s.arms[1].runs = append(runsOf(map[uint64]float64{0: 2, 1: 3}, store.OK), runsOf(map[uint64]float64{2: 3}, store.Collapsed)...)
	none := 0.0
	counting := store.Claim{Metric: "live_unique@0.025", Contrast: terms("swav+gmm", 1, "swav", -1), Where: at(0.2), Collapsed: &none}
	values, err := s.contrast(counting, liveUnique())
	must(t, err)
	if d := cmp.Diff([]float64{70, 50, 90}, values); d != "" {
		t.Error(d)
	}
	silent, own := counting, counting
	silent.Collapsed, own.Metric, own.Collapsed = nil, "linear@backbone.teacher", nil
	s.plan.Claims = []store.Claim{counting, silent, own}
	all, err := s.findings()
	must(t, err)
	for i, want := range []string{"; counted as 0.0: 1 run that collapsed totally", "; left out with their seeds: 1 run that collapsed totally, for the claim does not say what they count as (`collapsed`)", ""} {
		if got := all[i].because(); !strings.HasSuffix(got, want) || want == "" && strings.Contains(got, "collapsed") {
			t.Errorf("claim %d: %q; want %q", i, got, want)
		}
	}
}

// Holm counts all claims: what one claim shows with six seeds, two cannot.
func TestFindingsAreOneFamily(t *testing.T) {
	keeps := store.Claim{Name: "keeps", Metric: "live_unique@0.025", Contrast: terms("swav+gmm", 1, "swav", -1), Where: at(0.2), Hypothesis: more(10)}
	verdicts := func(claims ...store.Claim) []stats.Verdict {
		all, err := claimed(claims...).findings()
		must(t, err)
		var out []stats.Verdict
		for _, f := range all {
			out = append(out, f.verdict)
		}
		return out
	}
	much := keeps
	much.Effect = 90
	if d := cmp.Diff([]stats.Verdict{stats.Supported}, verdicts(keeps)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]stats.Verdict{stats.Undecided, stats.NotSupported}, verdicts(keeps, much)); d != "" {
		t.Error(d)
	}
}

// What a claim is about and why its verdict is what it is, in words.
func TestFindingWords(t *testing.T) {
	claims := []store.Claim{
		{Metric: "live_unique@0.025", Contrast: terms("swav+gmm", 1, "swav", -0.5, "dino", -0.5), Where: at(0.2), Hypothesis: more(10)},
		{Metric: "live_unique@0.025", Contrast: []store.ClaimTerm{{Arm: "swav", At: 0.25, Weight: 1}}, Against: 50, Hypothesis: stats.Hypothesis{Direction: stats.Less}},
		{Metric: "live_unique@0.025", Contrast: terms("swav", 1), Slope: "loss.temperature", PerLog2: true, Hypothesis: stats.Hypothesis{Direction: stats.None, Effect: 5}},
		{Metric: "live_unique@0.025", Contrast: terms("swav", 1), Slope: "K", PerLog2: true, Collapsed: new(float64), Hypothesis: stats.Hypothesis{Direction: stats.Less}},
		{Metric: "live_unique@0.025", Contrast: terms("swav", 1), Slope: "prototypes.reseed", Step: []any{false, true}, Hypothesis: more(0)},
	}
	want := [][]string{
		{"swav+gmm − 0.5·swav − 0.5·dino", "live-unique@0.025 %, loss.temperature = 0.2", "at least +10.0"},
		{"swav@0.25 − 50", "live-unique@0.025 %", "below 0"},
		{"swav", "live-unique@0.025 % by a doubling of loss.temperature", "within ±5.0"},
		{"swav", "live-unique@0.025 % by a doubling of K, 0.0 where a run collapsed totally", "below 0"},
		{"swav", "live-unique@0.025 % gained from prototypes.reseed = false to true", "above 0"},
	}
	for i, c := range claims {
		f := finding{claim: c, measure: liveUnique()}
		if d := cmp.Diff(want[i], []string{claim.Formula(f.claim), claim.Measured(f.claim), claim.Expected(f.claim)}); d != "" {
			t.Error(d)
		}
	}
	because := []struct {
		f    finding
		want string
	}{
		{finding{estimate: stats.Estimate{N: 1}}, "and an interval needs two"},
		{finding{estimate: stats.Estimate{N: 6}, family: 2, verdict: stats.Undecided, claim: store.Claim{Hypothesis: more(1)}}, "6 paired seeds cannot take p below 0.062 over 2 claims, whatever they show; 7 seeds can"},
		{finding{estimate: stats.Estimate{N: 9}, family: 2, holm: 0.3, verdict: stats.Undecided, claim: store.Claim{Hypothesis: more(1)}}, "p after Holm (0.300)"},
		{finding{estimate: stats.Estimate{N: 9}, verdict: stats.NotSupported, claim: store.Claim{Hypothesis: more(1)}}, "falls short"},
	}
	for _, c := range because {
		if got := c.f.because(); !strings.Contains(got, c.want) {
			t.Errorf("%q lacks %q", got, c.want)
		}
	}
}

// The measurement nearest to a share of training is taken, of the arm or of its observer.
func TestClaimsOfTraining(t *testing.T) {
	lines := []store.Epoch{{Step: 0}, {Step: 10}, {Step: 100}, {Step: 400}}
	for share, want := range map[float64]int{0.01: 0, 0.02: 10, 0.2: 100, 0.7: 400, 0.6: 100} {
		if got := nearestTo(lines, share).Step; got != want {
			t.Errorf("at %g: step %d, want %d", share, got, want)
		}
	}
	shadow := store.ClaimTerm{Arm: "swav+gmm", Observer: "joint", At: 0.2, Weight: 1}
	if got := claim.Formula(store.Claim{Contrast: []store.ClaimTerm{shadow}}); got != "swav+gmm/joint@0.2" {
		t.Errorf("a term is written %s", got)
	}
}

// Explain refuses a sweep without claims; with claims, the page says whether they were written
// after the first plan.
func TestExplain(t *testing.T) {
	dir := demo(t)
	if _, err := Explain(dir); err == nil || !strings.Contains(err.Error(), "makes no claims") {
		t.Errorf("without claims: %v", err)
	}
	d, err := store.Open(dir)
	must(t, err)
	p, err := d.Plan()
	must(t, err)
	p.Claims = []store.Claim{{Name: "keeps", Says: "It keeps more.", Metric: "live_unique@0.025", Contrast: terms("swav+gmm", 1, "swav", -1), Where: at(0.2), Hypothesis: more(10)}}
	_, err = d.Freeze(p)
	must(t, err)
	e, err := Explain(dir)
	must(t, err)
	if len(e.Findings) != 1 || e.Findings[0].N < 2 || e.Findings[0].Mean == nil || e.Findings[0].Verdict == "" {
		t.Errorf("%+v", e.Findings)
	}
	page := string(filesIn(t, filepath.Dir(e.Path))["findings.md"].Data)
	for _, want := range []string{"**Written later:**", "| keeps", "It keeps more.", "at least +10.0"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func liveUnique() measure { return measureOf(metrics.Headline()) }
