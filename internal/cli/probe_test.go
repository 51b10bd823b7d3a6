package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/console"
	"protobench/internal/stream"
	"protobench/internal/tensorfile"
)

// featureFiles writes features of two classes: both splits, and one set as .npy with its labels.
func featureFiles(t *testing.T) (both, set, labels string) {
	t.Helper()
	dir, rng := t.TempDir(), stream.New(1, "features")
	make2 := func(n int) (x, y tensorfile.Tensor) {
		x, y = tensorfile.Tensor{Shape: []int{n, 4}}, tensorfile.Tensor{Shape: []int{n}}
		for i := range n {
			for j := range 4 {
				x.F32 = append(x.F32, float32(rng.NormFloat64()+float64(2*(i%2)*(j%2))))
			}
			y.I64 = append(y.I64, int64(i%2))
		}
		y.I64[0] = -1
		return x, y
	}
	var all []tensorfile.Tensor
	for _, s := range []string{"train", "test"} {
		x, y := make2(60)
		x.Name, y.Name = "x_"+s, "y_"+s
		all = append(all, x, y)
	}
	both, set, labels = filepath.Join(dir, "both.npz"), filepath.Join(dir, "x.npy"), filepath.Join(dir, "y.npy")
	x, y := make2(80)
	for _, err := range []error{tensorfile.WriteNPZ(both, all), tensorfile.WriteNPY(set, x), tensorfile.WriteNPY(labels, y)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return both, set, labels
}

// TestProbe shows a table that fits 100 columns, and one object for scripts.
func TestProbe(t *testing.T) {
	t.Parallel()
	both, set, labels := featureFiles(t)
	out, _ := command(t, console.OK, "probe", both)
	for _, want := range []string{
		"59 images (and 1 without a label", "4 dimensions, 2 classes", "k-NN, k 20, τ 0.07", "linear, L-BFGS, L2 ", "linear, SGD, rate ", "10 a class, mean of 5 draws",
		"train's largest class", "RankMe", "warning: k-NN: only 59 training rows vote",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(line); n > 101 && !strings.HasPrefix(line, "train ") && !strings.HasPrefix(line, "test ") { // paths are as long as they are
			t.Errorf("%d columns: %s", n, line)
		}
	}
	out, _ = command(t, console.OK, "probe", set, "--labels", labels, "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || strings.Count(out, "\n") != 1 {
		t.Fatal(err, out)
	}
	var keys []string
	for k := range got {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	want := []string{"classes", "dimensions", "few_shot", "knn", "largest_class", "linear", "linear_sgd", "representation", "test", "train", "warnings"}
	if d := cmp.Diff(want, keys); d != "" {
		t.Error(d)
	}
	sized := got["test"].(map[string]any)
	if linear := got["linear"].(map[string]any); linear["accuracy"].(float64) < 0.8 || len(linear["interval"].([]any)) != 2 || sized["images"] != 16.0 {
		t.Error(linear, sized)
	}
	again, _ := command(t, console.OK, "probe", set, "--labels", labels, "--json")
	other, _ := command(t, console.OK, "probe", set, "--labels", labels, "--json", "--seed", "1")
	if again != out || other == out {
		t.Error("the split is not that of its seed")
	}
	out, _ = command(t, console.OK, "probe", set, both, "--labels", labels, "--labels", both, "--json")
	if flags, _ := command(t, console.OK, "probe", "--test", both, "--train", set, "--labels", labels, "--labels", both, "--json"); flags != out {
		t.Error("--train and --test are other files than two in order")
	}
	if !strings.Contains(out, `"test":{"file":"`+both+`","key":"x_test","images":59`) {
		t.Error(out)
	}
}

func TestProbeExits(t *testing.T) {
	t.Parallel()
	both, set, labels := featureFiles(t)
	for want, args := range map[string][]string{
		"no labels for its array":                  {set},
		"no features to learn from":                {"--test", both},
		"--share 1":                                {both, "--share", "1"},
		"3 files of features":                      {both, both, both},
		"1 files of labels for 2":                  {both, both, "--labels", labels},
		`no array [N, D] that is called "nothing"`: {both, "--key", "nothing"},
		"no such file":                             {"none.npz"},
	} {
		if _, errs := command(t, console.Usage, append([]string{"probe"}, args...)...); !strings.Contains(errs, want) {
			t.Errorf("%v: %s; want %q", args, errs, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"probe", both}, &out, &errs); code != console.Interrupted || out.Len() > 0 {
		t.Error(code, out.String(), errs.String())
	}
}
