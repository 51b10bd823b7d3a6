package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"protobench/methods"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// TestBenchStepJSON checks the keys that other programs read, and that the numbers fit each other.
func TestBenchStepJSON(t *testing.T) {
	var out bytes.Buffer
	args := []string{"step", "--encoder", "convnet", "--batch", "8", "--prototypes", "32", "--steps", "2", "--threads", "2", "--winograd", "4", "--json"}
	measure(t, &out, args...)
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	number := func(key string) float64 {
		v, ok := got[key].(float64)
		if !ok {
			t.Errorf("%s: %v", key, got[key])
		}
		return v
	}
	step := number("step_s")
	// 15,138,816 multiply-adds a view and 128 × 32 with prototypes; the first layer has 884,736.
	near := func(key string, want float64) {
		if v := number(key); !(math.Abs(v-want) <= 1e-9*want) {
			t.Errorf("%s is %v, want %v", key, v, want)
		}
	}
	near("gflop_per_step", 2e-9*16*(3*(15_138_816+128*32)-884_736))
	near("images_per_s", 8/step)
	near("gflop_per_s", number("gflop_per_step")/step)
	near("peak_share", number("gflop_per_s")/number("peak_gflop_per_s"))
	for key, want := range map[string]float64{"batch": 8, "prototypes": 32, "threads": 2, "steps": 2, "winograd": 4} {
		near(key, want)
	}
	if first := number("loss_first"); !(math.Abs(first-math.Log(32)) <= 1) || number("loss_last") == first {
		t.Errorf("losses %v and %v of 32 prototypes", first, got["loss_last"])
	}
	if first, last := number("resident_bytes_first"), number("resident_bytes_last"); runtime.GOOS == "linux" && min(first, last) < 1<<20 || max(first, last) > 1.1*number("peak_bytes") {
		t.Errorf("%v bytes are resident after a tenth of the steps, %v at the end, %v at most", first, last, number("peak_bytes"))
	}
	if number("bytes_per_step") < 0 || number("peak_bytes") < 1<<20 || got["isa"] == "" || got["encoder"] != "convnet" {
		t.Errorf("%v", got)
	}
}

// measure runs the verb as the command line does.
func measure(t *testing.T, out io.Writer, args ...string) {
	t.Helper()
	host := &Host{Out: out, Warn: func(texts ...string) {
		if text := strings.Join(texts, ""); text != "" {
			t.Errorf("warning: %s", text)
		}
	}}
	parser, err := kong.New(&Command{}, Variables(), kong.BindTo(t.Context(), (*context.Context)(nil)), kong.Bind(host))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = parsed.Run()
	}
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

func TestMedian(t *testing.T) {
	if a, b := median([]float64{3, 1, 2}), median([]float64{4, 1, 3, 2}); a != 2 || b != 2.5 {
		t.Errorf("got %v and %v", a, b)
	}
}

func TestCosts(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	before := []methods.Operation{{Kind: "a", Spent: ms(5)}, {Kind: "b", Spent: ms(1)}, {Kind: "a"}}
	after := []methods.Operation{{Kind: "a", Spent: ms(10)}, {Kind: "b", Spent: ms(31)}, {Kind: "a", Spent: ms(5)}}
	got := costs(before, after, []float64{0.03, 0.05})
	want := []opCost{{"update and the rest", 20, 0.5}, {"b", 15, 0.375}, {"a", 5, 0.125}}
	near := cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) < 1e-9 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}
