package relation

import (
	"flag"
	"fmt"
	"image"
	"path/filepath"
	"testing"

	"protobench/reports/drawing/picturetest"
)

var update = flag.Bool("update", false, "rewrite the reference pictures")

// TestPictures compares the picture of few runs, which are told apart, on a straight axis of percent,
// and that of many, told apart by their learners, over paths of several decades.
func TestPictures(t *testing.T) {
	got := map[string]*image.RGBA{}
	draw := func(name, x, y string, points []Point) {
		b, err := Picture(points, x, y, Levels(points), OneCurve(points)).PNG()
		if err != nil {
			t.Fatal(err)
		}
		got[name+".png"] = picturetest.Decoded(t, b)
	}
	few := paradox()
	for i, p := range paradox() {
		p.Run, p.Y = "other", p.Y+float64(30-3*i)
		few = append(few, p)
	}
	draw("few_runs", "live_unique@0.025", "linear_fine@backbone.teacher", few)
	var many []Point
	for run := range 10 {
		for i, p := range paradox() {
			p.Run, p.Learner = fmt.Sprint("run", run), []string{"joint", "gmm", "frozen"}[i/5]
			p.X, p.Y = 0.5*(1+p.X)*float64(1+run), 100-p.Y-float64(3*run)
			many = append(many, p)
		}
	}
	draw("many_runs", "path", "unique@0.025", many)
	picturetest.Compare(t, filepath.Join("testdata", "pictures"), got, *update)
}
