package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/internal/cli/foreign"
	"protobench/internal/console"

	"github.com/google/go-cmp/cmp"
)

// audited runs the command on files of the audit's own tests.
func audited(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	for i, a := range args {
		if path := filepath.Join("..", "..", "audit", "testdata", a); !filepath.IsAbs(a) && exists(path) {
			args[i] = path
		}
	}
	code = run(t.Context(), append([]string{"audit"}, args...), &o, &e)
	return code, o.String(), e.String()
}

// TestAuditExits: a verdict is no failure unless it is asked to be one; a file that cannot be
// audited is, and the others are audited all the same.
func TestAuditExits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"swav.pth.tar"}, console.OK, "partial collapse", ""},
		{[]string{"swav.pth.tar"}, console.OK, "nearest cosine, median  1", ""},
		{[]string{"swav.pth.tar", "--fail-on", "partial"}, foreign.ExitVerdict, "partial collapse", "the verdict is partial collapse"},
		{[]string{"swav.pth.tar", "--fail-on", "total"}, console.OK, "partial collapse", ""},
		{[]string{"tensor.pt", "--fail-on", "partial"}, foreign.ExitVerdict, "total collapse", "total collapse"},
		{[]string{"solo_swav.ckpt", "--fail-on", "undecided"}, console.OK, "healthy", ""},
		{[]string{"swav.pth.tar", "--fail-on", "bad"}, console.Usage, "", `verdict "bad" is none of total`},
		{[]string{"swav.pth.tar", "--eps", "0"}, console.Usage, "", "--eps 0"},
		{[]string{"swav.pth.tar", "--threshold", "partal=1"}, console.Usage, "", "did you mean partial"},
		{[]string{"swav.pth.tar", "--threshold", "partial=0.1", "--threshold", "copies=1"}, console.OK, "undecided", ""},
		{[]string{"swav.pth.tar", "--temperature", "-1"}, console.Usage, "", "--temperature"},
		{nil, console.Usage, "", "nothing to audit"},
		{[]string{"backbone.pth", "swav.pth.tar"}, console.Usage, "partial collapse", "no prototypes in this file"},
		{[]string{"none.pth"}, console.Usage, "", "no such file"},
		{[]string{"solo_swav.ckpt", "--init", "solo_swav.ckpt"}, console.OK, "never trained", ""},
		{[]string{"solo_swav.ckpt", "--features", "array.npy"}, console.OK, "of 48 prototypes are used by 48 images (cosines)", ""},
		{[]string{"solo_swav.ckpt", "--features", "array.npy", "--scores", "linear"}, console.OK, "by 48 images (inner products)", ""},
		{[]string{"solo_swav.ckpt", "--features", "tensor.pt", "--temperature", "0.1"}, console.OK, "mean entropy of predictions", ""},
	} {
		code, out, errs := audited(t, slices.Clone(c.args)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.err) || c.err == "" && errs != "" {
			t.Errorf("%v: exit code %d, want %d and %q, %q; got\n%s%s", c.args, code, c.code, c.out, c.err, out, errs)
		}
	}
}

// TestAuditObject: scripts rely on the keys of --json.
func TestAuditObject(t *testing.T) {
	t.Parallel()
	keys := []string{
		"baseline", "dtype", "effective_rank", "file", "groups", "key", "largest_group", "nearest_cosine", "prototype_mean_norm", "reasons", "row_norms", "shape", "unique", "unique_centred", "verdict",
	}
	for _, c := range []struct {
		args []string
		more []string
	}{
		{[]string{"msn_half.pth.tar", "--json"}, nil},
		{[]string{"msn_half.pth.tar", "--json", "--features", "array.npy"}, []string{"dead", "live_unique", "used"}},
	} {
		_, out, errs := audited(t, c.args...)
		var got map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err, errs)
		}
		var have []string
		for key := range got {
			have = append(have, key)
		}
		slices.Sort(have)
		want := slices.Sorted(slices.Values(append(slices.Clone(keys), c.more...)))
		if d := cmp.Diff(want, have); d != "" {
			t.Error(d)
		}
		if got["verdict"] != "healthy" || got["dtype"] != "float16" || got["key"] != "prototypes" {
			t.Error(out)
		}
		if d := cmp.Diff([]any{48.0, 16.0}, got["shape"]); d != "" {
			t.Error(d)
		}
		random := got["baseline"].(map[string]any)
		for _, shape := range []map[string]any{got, random} {
			if q := shape["nearest_cosine"].(map[string]any); len(q) != 3 || !(q["p05"].(float64) < q["median"].(float64) && q["median"].(float64) < q["p95"].(float64)) {
				t.Error(q)
			}
			if rank := shape["effective_rank"].(float64); rank < 12 || rank > 16 {
				t.Error(rank)
			}
		}
		if u := got["unique"].(map[string]any); len(u) != 5 || u["0.025"] != 48.0 {
			t.Error(u)
		}
	}
}

// TestAuditSeries prints what became of prototypes, and one object for it.
func TestAuditSeries(t *testing.T) {
	t.Parallel()
	one := filepath.Join(t.TempDir(), "epoch1.pth")
	two := filepath.Join(filepath.Dir(one), "epoch2.pth")
	for path, from := range map[string]string{one: "msn.pth.tar", two: "msn_parameter.pth.tar"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "audit", "testdata", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, out, errs := audited(t, two, one)
	if errs != "" || !strings.Contains(out, "series of prototypes, 48 prototypes") || !strings.Contains(out, "collapse begins: step 2") {
		t.Error(out, errs)
	}
	if at := strings.Index(out, "epoch1.pth"); at > strings.Index(out, "epoch2.pth") {
		t.Error("the files are not in the order of training")
	}
	_, out, errs = audited(t, two, one, "--json")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); errs != "" || len(lines) != 3 || !strings.Contains(lines[2], `"collapse_begins":"step 2"`) {
		t.Error(out, errs)
	}
}

// TestAuditLog judges logs with the number of prototypes of the checkpoint beside them.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "log.txt")
	text := strings.Repeat("{\"train_loss\": 3.8712, \"epoch\": 1}\n", 20) // ln 48
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "report")
	code, out, errs := audited(t, "solo_swav.ckpt", "--log", log, "--report", report, "--fail-on", "total")
	if code != foreign.ExitVerdict || !strings.Contains(out, "train_loss stands at 3.8712 = ln 48") {
		t.Error(code, out, errs)
	}
	if page := readText(t, filepath.Join(report, "README.md")); !strings.Contains(page, "ln 48") || !strings.Contains(page, "**healthy**") {
		t.Error(page)
	}
	code, out, errs = audited(t, "--log", log, "--json")
	if want := `"verdict":"healthy"`; code != console.OK || !strings.Contains(out, want) || errs != "" { // no published training has 48
		t.Error(code, out, errs)
	}
}
