package audit

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/audit/checkpoint"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// made are rows [K,D] that are changed in turn.
type made struct{ matrix.Matrix }

// random are independent directions.
func random(k, d int) made { return made{matrix.RandomUnit(1, k, d)} }

// grouped makes the first n rows near copies of as many centres.
func (m made) grouped(n, centres int, noise float64) made {
	c, r := matrix.RandomUnit(2, centres, m.Cols), matrix.RandomUnit(3, n, m.Cols)
	for i := range n {
		for j := range m.Cols {
			m.Row(i)[j] = c.Row(i % centres)[j] + float32(noise*float64(r.Row(i)[j]))
		}
	}
	return m
}

// shifted adds one vector of a length to all rows.
func (m made) shifted(length float32) made {
	c := matrix.RandomUnit(4, 1, m.Cols).Row(0)
	for i := range m.Rows {
		for j := range m.Cols {
			m.Row(i)[j] += float32(length * c[j])
		}
	}
	return m
}

// set sets the first n rows to a number.
func (m made) set(n int, x float32) made {
	for i := range n * m.Cols {
		m.Data[i] = x
	}
	return m
}

func usedBy(used int, dead, top float64) *Usage {
	return &Usage{Images: 1000, Used: used, Dead: dead, Top: top, LiveUnique: Counts{"0.025": used}}
}

// TestVerdicts judges prototypes of each kind, and mixtures of kinds.
func TestVerdicts(t *testing.T) {
	zero, some, uniformAt := 0.0, 0.3, math.Log(256)
	const k, d = 256, 64
	for name, c := range map[string]struct {
		rows  made
		add   func(*Measures)
		want  Kind
		says  string
		never string
	}{
		"random":                         {rows: random(k, d), want: Healthy, says: "no different from random"},
		"random, moved":                  {rows: random(k, d), add: func(m *Measures) { m.Displacement = &some }, want: Healthy, says: "displacement from the start: 0.3", never: "no different"},
		"random in few dimensions":       {rows: random(k, 8), want: Healthy},
		"random, never moved":            {rows: random(k, d), add: func(m *Measures) { m.Displacement = &zero }, want: Untrained, says: "displacement"},
		"copies, never moved":            {rows: random(k, d).grouped(k, 10, 0.01), add: func(m *Measures) { m.Displacement = &zero }, want: Untrained},
		"groups":                         {rows: random(k, d).grouped(k, 10, 0.05), want: Partial, says: "256 of 256 prototypes sit in 10 groups, the largest has 26"},
		"half in groups":                 {rows: random(k, d).grouped(k/2, 10, 0.05), want: Partial, says: "128 of 256 prototypes sit in 10 groups"},
		"one in eight in groups":         {rows: random(k, d).grouped(k/8, 10, 0.05), want: Undecided},
		"three exact copies":             {rows: random(k, d).grouped(4, 1, 0), want: Partial, says: "prototype 0 has 3 others (1, 2, 3)"},
		"one exact copy in 256":          {rows: random(k, d).grouped(2, 1, 0), want: Healthy, says: "prototype 0 has 1 other (1)"},
		"one point":                      {rows: random(k, d).grouped(k, 1, 0.01), want: Total, says: "point one way"},
		"equal rows":                     {rows: random(k, d).grouped(k, 1, 0), want: Total},
		"two points":                     {rows: random(k, d).grouped(k, 2, 0.01), want: Partial, says: "2 groups"},
		"offset":                         {rows: random(k, d).shifted(8), want: Offset, says: "changes no softmax"},
		"groups and an offset":           {rows: random(k, d).grouped(k, 10, 0.05).shifted(8), want: Partial, says: "once it is taken off"},
		"one point and an offset":        {rows: random(k, d).grouped(k, 1, 0.01).shifted(8), want: Total},
		"a small offset":                 {rows: random(k, d).shifted(1), want: Healthy},
		"one NaN":                        {rows: random(k, d).set(1, float32(math.NaN())), want: Dead, says: "1 of 256 prototypes hold NaN"},
		"all NaN":                        {rows: random(k, d).set(k, float32(math.NaN())), want: Dead},
		"most zero":                      {rows: random(k, d).set(k*3/4, 0), want: Partial},
		"all zero":                       {rows: random(k, d).set(k, 0), want: Undecided, says: "only 0 of 256"},
		"few":                            {rows: random(7, 4), want: Undecided, says: "too few"},
		"unique and dead":                {rows: random(k, d), add: func(m *Measures) { m.Usage = usedBy(20, 0.9, 0.2) }, want: Dead, says: "90 % of the prototypes are dead"},
		"unique and few images":          {rows: random(k, d), add: func(m *Measures) { m.Usage = usedBy(20, 0.9, 0.2); m.Usage.Images = 700 }, want: Healthy, says: "too few to call prototypes dead"},
		"unique and live":                {rows: random(k, d), add: func(m *Measures) { m.Usage = usedBy(250, 0.05, 0.02) }, want: Healthy, says: "250 of 256 prototypes are used"},
		"groups and dead":                {rows: random(k, d).grouped(k, 10, 0.05), add: func(m *Measures) { m.Usage = usedBy(9, 0.96, 0.2) }, want: Partial, says: "9 of 256 prototypes are used"},
		"offset and dead":                {rows: random(k, d).shifted(8), add: func(m *Measures) { m.Usage = usedBy(9, 0.96, 0.2) }, want: Dead},
		"unique and one has all images":  {rows: random(k, d), add: func(m *Measures) { m.Usage = usedBy(1, 0.99, 1) }, want: Total, says: "no good sign"},
		"unique and uniform predictions": {rows: random(k, d), add: func(m *Measures) { m.Usage = usedBy(250, 0.05, 0.02); m.Usage.Entropy = &uniformAt }, want: Total, says: "predictions are uniform"},
	} {
		t.Run(name, func(t *testing.T) {
			p := checkpoint.Given("x", c.rows.Matrix)
			m := Measure(&p, uniqueness.Epsilons(), nil)
			if c.add != nil {
				c.add(&m)
			}
			v := Judge(&p, &m, Defaults())
			says := func(text string) bool {
				return slices.ContainsFunc(v.Reasons, func(s string) bool { return strings.Contains(s, text) })
			}
			if v.Kind != c.want || !says(c.says) || c.never != "" && says(c.never) {
				t.Errorf("got %s; want %s and %q", v.sentence(), c.want, c.says)
			}
		})
	}
}

// TestThresholds moves a verdict by each threshold.
func TestThresholds(t *testing.T) {
	half := 0.5
	judge := func(rows made, add func(*Measures), set map[string]string) Kind {
		p := checkpoint.Given("x", rows.Matrix)
		m := Measure(&p, uniqueness.Epsilons(), nil)
		if add != nil {
			add(&m)
		}
		th := Defaults()
		if err := th.Set(set); err != nil {
			t.Fatal(err)
		}
		return Judge(&p, &m, th).Kind
	}
	entropy := math.Log(256) * 0.9
	for _, c := range []struct {
		name, value string
		rows        made
		add         func(*Measures)
		want        Kind
	}{
		{"partial", "0.3", random(256, 64).grouped(128, 10, 0.05), nil, Undecided},
		{"healthy", "0.5", random(256, 64).grouped(32, 10, 0.05), nil, Healthy},
		{"copies", "0.5", random(256, 64).grouped(4, 1, 0), nil, Healthy},
		{"spread", "0.001", random(256, 64).grouped(256, 1, 0.01), nil, Offset},
		{"moved", "0.6", random(256, 64), func(m *Measures) { m.Displacement = &half }, Untrained},
		{"dead", "0.05", random(256, 64), func(m *Measures) { m.Usage = usedBy(200, 0.1, 0.02) }, Dead},
		{"dominant", "0.4", random(256, 64), func(m *Measures) { m.Usage = usedBy(200, 0.1, 0.5) }, Total},
		{"uniform", "0.2", random(256, 64), func(m *Measures) { m.Usage = usedBy(200, 0.1, 0.02); m.Usage.Entropy = &entropy }, Total},
	} {
		if before := judge(c.rows, c.add, nil); before == c.want {
			t.Errorf("%s: %s whatever the threshold", c.name, before)
		}
		if got := judge(c.rows, c.add, map[string]string{c.name: c.value}); got != c.want {
			t.Errorf("%s = %s: got %s, want %s", c.name, c.value, got, c.want)
		}
	}
	th := Defaults()
	for text, want := range map[string]string{"partil": "did you mean partial", "x": "they are healthy, partial", "partial": "no number"} {
		if err := th.Set(map[string]string{text: "a"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := th.Set(map[string]string{"dead": "2"}); err == nil || th != Defaults() {
		t.Error(err, th)
	}
}

// TestBaseline compares what is computed of chance with random vectors that are counted.
func TestBaseline(t *testing.T) {
	for _, shape := range [][2]int{{512, 8}, {512, 16}, {2048, 16}, {512, 64}, {2048, 32}, {100, 3}, {5, 1}} {
		k, d := shape[0], shape[1]
		b := baselineOf(k, d, uniqueness.Epsilons(), nil)
		for i, c := range uniqueness.Covers(nil, matrix.RandomUnit(7, k, d), uniqueness.Epsilons()) {
			got := b.Unique[uniqueness.EpsilonText(uniqueness.Epsilons()[i])]
			if slack := 0.01*float64(k) + float64(1.2*math.Sqrt(float64(c.Count()))); math.Abs(float64(got-c.Count())) > slack {
				t.Errorf("[%d, %d] at %g: %d by chance, %d counted", k, d, uniqueness.Epsilons()[i], got, c.Count())
			}
		}
	}
}

func TestKinds(t *testing.T) {
	for text, want := range map[string]Kind{"partial": Partial, "partial collapse": Partial, "total": Total, "never": Untrained, "healthy": Healthy} {
		if got, err := ParseKind(text); err != nil || got != want {
			t.Error(text, got, err)
		}
	}
	if _, err := ParseKind("bad"); err == nil || !strings.Contains(err.Error(), "total, dead, partial") {
		t.Error(err)
	}
	if !Total.AtLeast(Partial) || Healthy.AtLeast(Offset) || !Partial.AtLeast(Partial) {
		t.Error("the order of verdicts is another")
	}
}

// TestCentre counts as metrics do, also rows that lie at the mean.
func TestCentre(t *testing.T) {
	middle := random(40, 16)
	for i := range 20 { // each row and its opposite, and two at their mean
		for j, x := range middle.Row(i) {
			middle.Row(i + 20)[j] = -x
		}
	}
	for name, rows := range map[string]made{
		"random": random(64, 8), "equal": random(64, 8).grouped(64, 1, 0), "groups": random(64, 8).grouped(40, 4, 0.1), "zero rows": random(64, 8).set(9, 0),
		"offset": random(64, 8).shifted(5), "NaN": random(64, 8).set(1, float32(math.NaN())), "opposites": middle,
	} {
		p := checkpoint.Given("x", rows.Matrix)
		m := Measure(&p, uniqueness.Epsilons(), nil)
		for i, c := range uniqueness.CentredCovers(nil, rows.Matrix, uniqueness.Epsilons()) {
			if e := uniqueness.EpsilonText(uniqueness.Epsilons()[i]); m.UniqueCentred[e] != c.Count() {
				t.Errorf("%s at %s: %d, metrics count %d", name, e, m.UniqueCentred[e], c.Count())
			}
		}
	}
}

// sentence is the verdict with its reasons, as one text.
func (v Verdict) sentence() string { return string(v.Kind) + ": " + strings.Join(v.Reasons, "; ") }
