package scalars

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
)

// cell is a finished cell with an observer, probes, and a value that is undefined.
func cell(t *testing.T) *store.CellDir {
	t.Helper()
	p := store.PlanCell{Cell: store.Cell{Method: "swav", Hash: "h"}, Dir: "swav__base__s0"}
	d, err := store.Create(t.TempDir())
	must(t, err)
	_, err = d.Freeze(store.Plan{Schema: store.SchemaVersion, Cells: []store.PlanCell{p}})
	must(t, err)
	c := d.Cell(p)
	must(t, c.Prepare())
	steps, err := c.OpenSteps()
	must(t, err)
	must(t, steps.Append(store.Step{Step: 10, Loss: 4.5, Values: store.Metrics{"lr": 0.1}}))
	must(t, steps.Append(store.Step{Step: 20, Loss: math.NaN()}))
	must(t, steps.Close())
	epochs, err := c.OpenEpochs()
	must(t, err)
	must(t, epochs.Append(store.Epoch{
		Step: 10, Epoch: 0.5, Metrics: store.Metrics{"unique@0.025": 8}, Observers: map[string]store.Metrics{"joint": {"unique@0.025": 6}},
		Probes: map[string]store.Probe{"": {Values: store.Metrics{"changed": 0.25}}},
	}))
	must(t, epochs.Close())
	must(t, c.WriteResult(store.Result{
		Schema: store.SchemaVersion, Cell: p.Cell, Outcome: store.Outcome{Status: store.OK, Epoch: 1}, Metrics: store.Metrics{"nmi": 0.5}, Observers: map[string]store.Metrics{"joint": {"nmi": 1}},
	}))
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormats(t *testing.T) {
	points, err := Points(cell(t))
	must(t, err)
	var table, lines, events bytes.Buffer
	must(t, WriteCSV(&table, points))
	must(t, WriteJSONL(&lines, points))
	must(t, WriteTensorBoard(&events, points, 0.5))
	if diff := cmp.Diff(`kind,step,epoch,learner,metric,unit,value
training,10,,,loss,nats,4.5
training,10,,,lr,,0.1
training,20,,,loss,nats,
measured,10,0.5,,unique@0.025,count of K,8
measured,10,0.5,joint,unique@0.025,count of K,6
probed,10,0.5,,changed,,0.25
final,20,1,,nmi,share,0.5
final,20,1,joint,nmi,share,1
`, table.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"kind":"training","step":10,"values":{"loss":4.5,"lr":0.1}}
{"kind":"training","step":20,"values":{"loss":null}}
{"kind":"measured","step":10,"epoch":0.5,"values":{"unique@0.025":8}}
{"kind":"measured","step":10,"epoch":0.5,"learner":"joint","values":{"unique@0.025":6}}
{"kind":"probed","step":10,"epoch":0.5,"values":{"changed":0.25}}
{"kind":"final","step":20,"epoch":1,"values":{"nmi":0.5}}
{"kind":"final","step":20,"epoch":1,"learner":"joint","values":{"nmi":1}}
`, lines.String()); diff != "" {
		t.Error(diff)
	}
	// The tags with their values, in the order of steps; the undefined loss of step 20 is left out.
	at := 0
	for _, want := range []string{
		"\x0dtraining/loss\x15\x00\x00\x90\x40", "\x15measured/unique@0.025\x15\x00\x00\x00\x41", "\x1bmeasured.joint/unique@0.025\x15\x00\x00\xc0\x40",
		"probed/changed", "final/nmi\x15\x00\x00\x00\x3f", "final.joint/nmi",
	} {
		i := strings.Index(events.String()[at:], want)
		if i < 0 {
			t.Errorf("no %q after byte %d", want, at)
			continue
		}
		at += i
	}
	if n := strings.Count(events.String(), "training/loss"); n != 1 {
		t.Errorf("%d losses", n)
	}
}

// TestACellThatHasOnlyBegun has no final point, and one that has not begun no point at all.
func TestACellThatHasOnlyBegun(t *testing.T) {
	c := cell(t)
	must(t, c.RemoveResult())
	points, err := Points(c)
	must(t, err)
	if last := points[len(points)-1]; last.Kind != Probed {
		t.Errorf("%+v", last)
	}
	if points, err := Points(store.CellAt(t.TempDir(), store.PlanCell{})); err != nil || len(points) > 0 {
		t.Error(fmt.Sprint(points), err)
	}
}
