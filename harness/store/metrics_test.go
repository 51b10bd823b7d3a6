package store

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestMetricsBytes(t *testing.T) {
	m := Metrics{"b": math.NaN(), "a@0.025": 0.1, "c": math.Inf(-1), "k": 256, "s": 1e-9, "l": 1e21, "n": -0.5}
	got, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a@0.025":0.1,"b":null,"c":null,"k":256,"l":1e+21,"n":-0.5,"s":1e-09}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMetricsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Metrics(rapid.MapOf(rapid.String(), rapid.Float64()).Draw(t, "m"))
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Metrics
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		for k, v := range want {
			if math.IsInf(v, 0) {
				want[k] = math.NaN()
			}
		}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
			t.Fatal(d)
		}
	})
}

// Whatever is valid JSON is read as encoding/json reads it into a map of numbers, and what that
// refuses is refused.
func FuzzMetrics(f *testing.F) {
	for _, text := range []string{
		`{}`, `null`, `{"a":1}`, ` { "a" : -1.5e-3 , "b" : null , "a":2 } `, "{\"a\":\t1\n,\r\"b\":2}", `{"\u0061\"\\":1,"ü":2,"":3}`, `{"a":"1"}`, `{"a":true}`, `{"a":[1]}`, `{"a":{"b":1}}`,
		`{"a":1e999}`, `[1]`, `3`, `"a"`, `{"a":-0}`, `{"b}":1,"c,":2}`, "{\"\x91\":1}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		var want map[string]*float64
		refused := json.Unmarshal(raw, &want)
		var got Metrics
		if err := json.Unmarshal(raw, &got); (err == nil) != (refused == nil) {
			t.Fatalf("%s: %v, encoding/json says %v", raw, err, refused)
		}
		if refused != nil {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %v", raw, got)
		}
		for k, v := range want {
			if v == nil && !math.IsNaN(got[k]) || v != nil && math.Float64bits(*v) != math.Float64bits(got[k]) {
				t.Fatalf("%s: %s is %v", raw, k, got[k])
			}
		}
	})
}

func TestNotFiniteSignals(t *testing.T) {
	step := Step{Step: 3, Loss: math.NaN(), Values: Metrics{"lr": 0.1}, Events: []Event{{"gmm", "reseed", 4}}}
	b, err := json.Marshal(step)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"step":3,"loss":null,"values":{"lr":0.1},"events":[{"learner":"gmm","kind":"reseed","prototype":4}]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back Step
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(step, back, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	timing := Timing{TrainS: 1.5, StepMSMedian: math.NaN()}
	if b, err = json.Marshal(timing); err != nil || string(b) != `{"train_s":1.5,"eval_s":0,"step_ms_median":null}` {
		t.Errorf("got %s, %v", b, err)
	}
}
