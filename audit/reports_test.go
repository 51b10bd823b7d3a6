package audit

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/metrics/matrix"
)

// TestReports: what people reported in public, made small, gets the verdict that would have helped
// them. Plateaus at ln K of every size that was reported are in TestLogs.
func TestReports(t *testing.T) {
	file := func(name string) string { return filepath.Join("testdata", name) }
	sound := written(t, "sound.safetensors", "prototypes.weight", matrix.RandomUnit(1, 48, 16))
	of := func(path string) Verdict { return one(t, path, options()).Verdict }
	with := func(images matrix.Matrix) Verdict {
		o := options()
		o.Features = &Features{Path: written(t, "features.safetensors", "x", images)}
		return one(t, sound, o).Verdict
	}
	log := func(text string) Verdict {
		r, err := Log(logFile(t, "log.txt", text), nil, Defaults())
		if err != nil {
			t.Fatal(err)
		}
		return r.Verdict
	}
	near := func(centres, n int) matrix.Matrix { // images at few of the prototypes
		p, noise := matrix.RandomUnit(1, 48, 16), matrix.RandomUnit(5, n, 16)
		for i := range n {
			for j := range 16 {
				noise.Row(i)[j] = p.Row(i % centres)[j] + float32(0.05*float64(noise.Row(i)[j]))
			}
		}
		return noise
	}
	again := func() Verdict { // of the second checkpoint of prototypes that nothing trains
		o := options()
		o.Series = true
		a := New(o)
		var last []Result
		for range 2 {
			var err error
			if last, err = a.File(sound); err != nil {
				t.Fatal(err)
			}
		}
		return last[0].Verdict
	}
	for name, c := range map[string]struct {
		got  Verdict
		want Kind
		says []string // of the reasons and remedies
	}{
		"swav 71":                       {of(file("swav_71.pth")), Partial, []string{"prototype 0 has 3 others (12, 57, 90)"}},
		"swav 120, dino 43, 246":        {log(dinoLog(slices.Repeat([]float64{11.0904}, 10)...)), Total, []string{"ln 65536", "dino issue 61"}},
		"dinov2 407, the files":         {of1(t, file("one_object.pth")), Total, []string{"student ≡ teacher", "dinov2 issue 407"}},
		"dinov2 407, the log":           {log(dinoLog(slices.Repeat([]float64{8.317765}, 10)...)), Total, []string{"ln 4096", "one object under both names"}},
		"dino 61":                       {of(file("dino_61.pth")), Healthy, []string{"teacher_temp 0.3 is not below the student's temperature 0.1"}},
		"dinov2 272, the log":           {log(dinoLog(append(along(30, 9.7, 8.2), 0.05, 0.04, 0.04, 0.04)...)), Total, []string{"falls from 8.2"}},
		"dinov2 272, the features":      {with(near(1, 200)), Total, []string{"100 % of the images (1 used of 48): a loss near zero is no good sign"}},
		"dinov2 314, 492, 101":          {log("{\"iteration\": 10, \"koleo_loss\": 0.3}\n{\"iteration\": 20, \"koleo_loss\": Infinity}\n"), Dead, []string{"koleo_loss is +Inf at step 20 first", "two equal embeddings"}},
		"swav 67":                       {log(dinoLog(7.9, 7.8, math.NaN(), math.NaN())), Dead, []string{"NaN at epoch 2 first", "Sinkhorn's exp overflows on embeddings without L2"}},
		"swav 42, 32; lightly 1148":     {with(near(6, 480)), Dead, []string{"of the prototypes are dead", "swav issue 42"}},
		"lightly 1586":                  {again(), Untrained, []string{"displacement from the start is", "lightly issue 1586"}},
		"dinov2 117, 512; dino 66, 217": {of(file("start.pth")), Healthy, []string{"no different from random ones, as before any training"}},
	} {
		text := c.got.sentence()
		for _, r := range c.got.Remedies {
			text += "; " + r.String()
		}
		if c.got.Kind != c.want || slices.ContainsFunc(c.says, func(s string) bool { return !strings.Contains(text, s) }) {
			t.Errorf("%s: got %s\nwant %s, which says %q", name, text, c.want, c.says)
		}
	}
}

// of1 is the verdict on the first set of a file's prototypes.
func of1(t *testing.T, path string) Verdict {
	t.Helper()
	r, err := New(options()).File(path)
	if err != nil {
		t.Fatal(err)
	}
	return r[0].Verdict
}
