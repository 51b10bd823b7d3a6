package audit

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/audit/logs"
)

// dinoLog is a log as DINO writes it, one line an epoch.
func dinoLog(losses ...float64) string {
	var b strings.Builder
	for i, v := range losses {
		text := fmt.Sprint(v)
		switch {
		case math.IsNaN(v):
			text = "NaN"
		case math.IsInf(v, 1):
			text = "Infinity"
		}
		fmt.Fprintf(&b, "{\"train_loss\": %s, \"train_lr\": 0.0005, \"train_wd\": 0.04, \"epoch\": %d}\n", text, i)
	}
	return b.String()
}

func logFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// along is n values from a to b.
func along(n int, a, b float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = a + float64((b-a)*float64(i)/float64(n-1))
	}
	return out
}

// TestLogs reads what people reported: losses that stand at, or rise to, ln K of every size in
// those reports, a fall to near zero, and numbers that are none.
func TestLogs(t *testing.T) {
	level := math.Log(65536)
	type row struct {
		text, want string
		kind       Kind
		ks         []int
	}
	cases := map[string]row{
		"learns":            {dinoLog(along(40, 10.5, 3)...), "a log cannot show copies", Healthy, nil},
		"rises to ln K":     {dinoLog(append(along(20, 10.9, 8), append(along(5, 8, level), level, level, level, level)...)...), "train_loss rises from 8.0000 at epoch 19", Total, nil},
		"fall":              {dinoLog(9.8, 9.5, 9.1, 9, 8.8, 8.8, 8.7, 8.6, 8.6, 8.5, 0.05, 0.05, 0.04, 0.04), "falls from 8.5 at epoch 9 to 0.05 at epoch 10", Total, nil},
		"fall and back":     {dinoLog(9.8, 9.5, 9.1, 9, 8.8, 8.8, 8.7, 8.6, 8.6, 8.5, 0.05, 8, 7.5, 7.2), "a log cannot show copies", Healthy, nil},
		"slow":              {dinoLog(along(200, 10, 0.01)...), "a log cannot show copies", Healthy, nil},
		"NaN":               {dinoLog(9, 8, math.NaN(), math.NaN()), "train_loss is NaN at epoch 2 first, 8 before, and never a number again", Dead, nil},
		"one NaN":           {dinoLog(9, 8, math.NaN(), 7, 6, 5), "train_loss is NaN at epoch 2 first", Undecided, nil},
		"K of a checkpoint": {dinoLog(math.Log(777), math.Log(777), math.Log(777), math.Log(777)), "= ln 777", Total, []int{777}},
		"no such K":         {dinoLog(math.Log(777), math.Log(777), math.Log(777), math.Log(777)), "a log cannot show copies", Healthy, []int{778}},
		"too short":         {dinoLog(level, level), "a log cannot show copies", Healthy, nil},
		"KoLeo": {"{\"iteration\": 10, \"dino_loss\": 9.1, \"koleo_loss\": 0.3}\n{\"iteration\": 20, \"dino_loss\": 9.0, \"koleo_loss\": Infinity}\n",
			"koleo_loss is +Inf at step 20 first, 0.3 before: two equal embeddings", Dead, nil},
		"entropy":  {"epoch,step,prediction_entropy,train_loss\n0,10,6.2,6.3\n0,20,6.2380,\n1,30,6.2381,\n1,40,6.2383,\n", "prediction_entropy ends at 6.2381", Total, []int{512}},
		"marginal": {"step,mean_entropy,train_loss\n10,6.238,5\n20,6.238,4\n30,6.238,3\n", "a log cannot show copies", Healthy, []int{512}},
		"KL":       {"step,kl,train_loss\n10,0.5,5\n20,0.0001,4\n30,0,3\n40,0,3\n50,0,3\n", "predictions are the targets", Undecided, nil},
	}
	for _, k := range []int{512, 1000, 1024, 2048, 3000, 4096, 8192, 16384, 60000, 65536, 131072} {
		v := math.Round(1e4*math.Log(float64(k))) / 1e4
		cases[fmt.Sprint("plateau ", k)] = row{dinoLog(v, v, v, v+0.0002, v), fmt.Sprintf("= ln %d", k), Total, nil}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := Log(logFile(t, "log.txt", c.text), c.ks, Defaults())
			if err != nil {
				t.Fatal(err)
			}
			if r.Kind != c.kind || !strings.Contains(r.sentence(), c.want) {
				t.Errorf("got %s; want %s and %q", r.sentence(), c.kind, c.want)
			}
		})
	}
}

func TestLogObject(t *testing.T) {
	b, err := json.Marshal(LogResult{"f", Verdict{Kind: Total, Reasons: []string{"why"}}})
	if d := cmp.Diff(`{"file":"f","verdict":"total collapse","reasons":["why"]}`, string(b)); err != nil || d != "" {
		t.Error(err, d)
	}
}

// FuzzCurve judges any curve; what is not healthy has a reason.
func FuzzCurve(f *testing.F) {
	f.Add("train_loss", binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.NaN())))
	f.Add("entropy", make([]byte, 64))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		c := logs.Curve{Name: name, Clock: "step"}
		for ; len(b) >= 8; b = b[8:] {
			c.At = append(c.At, float64(len(c.At)))
			c.Values = append(c.Values, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
		kind, why := curve{c}.judge(sizes(), Defaults())
		if kind != Healthy && len(why) == 0 || slices.Contains(why, "") {
			t.Errorf("%s without a reason: %+v", kind, c)
		}
	})
}
