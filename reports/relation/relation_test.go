package relation

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
)

// reference is a finished run that the repository has.
const reference = "../../results/reference/joint-vs-decoupled"

// paradox are three arms of five seeds: over arms both metrics rise, within each they go apart.
func paradox() []Point {
	var out []Point
	for a := range 3 {
		for seed := range 5 {
			x := float64(10*a + seed)
			out = append(out, Point{Run: "run", Host: "swav", Arm: string(rune('a' + a)), Seed: uint64(seed), X: x, Y: float64(20*a - 2*seed)})
		}
	}
	return out
}

// TestLevelsTellApart: what holds over all cells and what holds from seed to seed are told apart, and
// a contradiction is found.
func TestLevelsTellApart(t *testing.T) {
	levels := Levels(paradox())
	if len(levels) != 4 {
		t.Fatalf("%d levels", len(levels))
	}
	all, arms, within := levels[0], levels[1], levels[3]
	if all.Says() != "rise together" || all.N != 15 {
		t.Errorf("all cells: %+v %s", all, all.Says())
	}
	if arms.N != 3 || arms.Says() != "too few" || arms.R != 1 {
		t.Errorf("between arms: %+v %s", arms, arms.Says())
	}
	if within.N != 15 || within.Groups != 3 || within.R > -0.99 || within.Says() != "one rises, one falls" {
		t.Errorf("within arms: %+v %s", within, within.Says())
	}
	if !Reversed(levels) || Reversed(levels[:2]) {
		t.Error("Simpson's paradox is seen where there is none, or not where there is")
	}
}

// TestJSONHasNullForWhatIsUndefined: two arms that do not differ in y have neither correlation nor
// curve, and yet an answer.
func TestJSONHasNullForWhatIsUndefined(t *testing.T) {
	points := []Point{{Run: "run", Arm: "a", X: 1, Y: 3}, {Run: "run", Arm: "b", X: 2, Y: 3}}
	got, err := json.Marshal(struct {
		Levels []Level
		Curve  Curve
	}{Levels(points)[:1], OneCurve(points)})
	const want = `{"Levels":[{"level":"all cells","n":2,"r":null,"low":null,"high":null}],` +
		`"Curve":{"explained":null,"residual":0,"arms":[{"run":"run","arm":"a","n":1,"off":0,"low":null,"high":null},{"run":"run","arm":"b","n":1,"off":0,"low":null,"high":null}]}}`
	if string(got) != want || err != nil {
		t.Errorf("%s %v", got, err)
	}
}

// TestOneCurve: arms that lie on a falling curve are on it, one that does not is named.
func TestOneCurve(t *testing.T) {
	var points []Point
	for x := range 10 {
		for seed := range 3 {
			points = append(points, Point{Run: "run", Arm: string(rune('a' + x)), X: float64(x), Y: 100 - float64(x*x) + 0.1*float64(seed)})
		}
	}
	for seed := range 3 {
		points = append(points, Point{Run: "run", Arm: "off", X: 3.5 + 0.01*float64(seed), Y: 20 + 0.1*float64(seed)})
	}
	c := OneCurve(points)
	var names []string
	for _, a := range c.Misfit() {
		names = append(names, a.Arm)
	}
	if got := strings.Join(names, " "); !strings.Contains(got, "off") || strings.Contains(got, "a") || c.Explained < 0.3 || c.Explained > 0.999 {
		t.Errorf("misfits %q, explained %g", got, c.Explained)
	}
}

// TestRead reads a finished sweep: arms alone, shares in percent, what is left out is counted.
func TestRead(t *testing.T) {
	x, y := metrics.Headline(), probe.LinearKey(metric.Teacher)
	points, left, err := Read([]string{reference}, x, y, Only{})
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 60 || left != (Left{}) {
		t.Errorf("%d cells, left out %+v", len(points), left)
	}
	for _, p := range points {
		if p.X < 0 || p.X > 100 || p.Y < 5 || p.Y > 100 || p.Run != "joint-vs-decoupled" {
			t.Errorf("%+v", p)
		}
	}
	some, _, err := Read([]string{reference}, x, y, Only{Objectives: []string{"swav"}, Learners: []string{"joint"}})
	if err != nil || len(some) == 0 || len(some) >= len(points) {
		t.Errorf("%d of %d cells are joint ones of swav: %v", len(some), len(points), err)
	}
	twice, left, err := Read([]string{reference, "../../results/reference/early-collapse", reference}, x, y, Only{})
	if err != nil || len(twice) >= 60+36 || left.Repeated != 60+(60+36-len(twice)) {
		t.Errorf("%d cells, left out %+v: %v", len(twice), left, err)
	}
	for _, bad := range []struct{ dir, x string }{{reference, "uniq"}, {t.TempDir(), x}} {
		if _, _, err := Read([]string{bad.dir}, bad.x, y, Only{}); err == nil || !strings.Contains(err.Error(), bad.dir) && !strings.Contains(err.Error(), bad.x) {
			t.Errorf("%v: error %v", bad, err)
		}
	}
	if got := Title(x); !strings.HasSuffix(got, "%") {
		t.Errorf("title %q", got)
	}
	if got := interval(math.NaN(), 1); got != "–" {
		t.Errorf("interval %q", got)
	}
}
