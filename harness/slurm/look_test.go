package slurm

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/harness/sweep"
)

// cellAt is a planned cell of a run directory.
func cellAt(t *testing.T, d *store.Dir, i int) *store.CellDir {
	t.Helper()
	p, err := d.Plan()
	must(t, err)
	c := d.Cell(p.Cells[i])
	must(t, c.Prepare())
	return c
}

// end gives a cell a result.
func end(t *testing.T, c *store.CellDir, status, reason string) {
	t.Helper()
	must(t, c.WriteResult(store.Result{Cell: c.Plan().Cell, Outcome: store.Outcome{Status: status, Reason: reason}}))
}

// elsewhere claims a cell for a process of another host that has said nothing for some time.
func elsewhere(t *testing.T, c *store.CellDir, quiet time.Duration) {
	t.Helper()
	then := time.Now().Add(-quiet)
	b, err := json.Marshal(store.Owner{Purpose: "cell", Host: "node9", Boot: "another", PID: 5, Started: then, Heartbeat: then, Token: "x"})
	must(t, err)
	path := filepath.Join(c.Path(), ".claim")
	must(t, os.WriteFile(path, append(b, '\n'), 0o600))
	must(t, os.Chtimes(path, then, then))
}

func TestLookJoinsQueueAndFiles(t *testing.T) {
	cluster := newFakeCluster(t)
	d, f := submitted(t, 8)
	if q, err := Look(t.Context(), d); err != nil || q == nil || len(q.NoTask) != 8 || !q.Idle() {
		t.Fatalf("%+v %v", q, err)
	}
	_, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells[:7])
	must(t, err)
	cluster.change(func(s *fakeState) {
		for i := range s.Tasks {
			switch s.Tasks[i].Index {
			case "0", "1": // c0 is done, though its task is not gone; c1 runs
				s.Tasks[i].State, s.Tasks[i].Node = "RUNNING", "n1"
			case "2", "3", "4", "6": // c2 failed, c3 diverged, c4 went away, c6 is silent
				s.Tasks[i].State = "FAILED"
			}
		}
	})
	end(t, cellAt(t, d, 0), store.OK, "")
	elsewhere(t, cellAt(t, d, 1), 45*time.Second)
	failed := cellAt(t, d, 2)
	must(t, (&Here{Job: "1", Index: 2, Restarts: 0}).Note(f.Run, failed))
	must(t, (&Here{Job: "1", Index: 2, Restarts: 1}).Note(f.Run, failed))
	end(t, failed, store.Failed, "no luck")
	end(t, cellAt(t, d, 3), store.Diverged, "")
	elsewhere(t, cellAt(t, d, 6), 5*time.Minute)
	elsewhere(t, cellAt(t, d, 7), 15*time.Second) // of no task, and at work

	q, err := Look(t.Context(), d)
	must(t, err)
	if d := cmp.Diff("slurm: 1 waiting, 1 running, 1 failed, 2 without a task, the report is pending", q.Summary()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"c4", "c6"}, q.NoTask); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Failed{{"c2", "no luck", filepath.Join(f.Run, "logs", "1_2.log")}}, q.Failed); d != "" {
		t.Error(d)
	}
	if len(q.Silent) != 2 || q.Silent[0].Cell != "c1" || !q.Silent[0].By.Live || q.Silent[1].Cell != "c6" || q.Silent[1].By.Live || q.Diverged != 1 {
		t.Errorf("%+v", q)
	}
	for _, task := range q.Tasks {
		if task.Cell == "c0" {
			t.Error("a task whose cell is done is shown")
		}
	}
	// The files are shown whatever becomes of the queue.
	n := len(cluster.calls("squeue"))
	cluster.change(func(s *fakeState) { s.Faults["squeue "+string(rune('0'+n+1))] = "unheard" })
	q, err = Look(t.Context(), d)
	must(t, err)
	if q.Idle() || len(q.NoTask) != 0 || len(q.Failed) != 1 || !strings.Contains(q.Summary(), "the queue cannot be asked now (squeue: ") {
		t.Errorf("%+v", q)
	}
}

// A task that ends between a look at the files and one at the queue has left a result.
func TestSubmitLooksForResultsAfterTheQueue(t *testing.T) {
	newFakeCluster(t)
	d, f := submitted(t, 3)
	end(t, cellAt(t, d, 1), store.OK, "")
	cellAt(t, d, 2)
	got, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	if got.Queued != 2 || got.Ended != 1 || got.Live != 0 {
		t.Errorf("%+v", got)
	}
}

// Runs that were never submitted have nothing to do with a cluster.
func TestLookAtALocalRun(t *testing.T) {
	cluster := newFakeCluster(t)
	d, err := store.Create(t.TempDir())
	must(t, err)
	if q, err := Look(t.Context(), d); q != nil || err != nil || len(cluster.look().Calls) > 0 {
		t.Errorf("%+v %v", q, err)
	}
}
