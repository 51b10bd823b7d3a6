package slurm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"protobench/harness/store"
	"protobench/harness/sweep"
)

// submitted is a run directory with n cells and what is frozen of it.
func submitted(t *testing.T, n int) (*store.Dir, *Frozen) {
	t.Helper()
	d, err := store.Create(filepath.Join(t.TempDir(), "it's 100% run"))
	must(t, err)
	return d, freeze(t, d, n)
}

func freeze(t *testing.T, d *store.Dir, n int) *Frozen {
	t.Helper()
	p := store.Plan{Name: "x"}
	var cells []string
	for i := range n {
		name := fmt.Sprintf("c%d", i)
		p.Cells = append(p.Cells, store.PlanCell{Dir: name, Cell: store.Cell{Method: name, Hash: fmt.Sprintf("%064d", i)}})
		cells = append(cells, name)
	}
	_, err := d.Freeze(p)
	must(t, err)
	self, err := os.Executable()
	must(t, err)
	f, err := Freeze(d, self, "", cells)
	must(t, err)
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func client() *Client { return &Client{timeout: 10 * time.Second, pause: time.Millisecond} }

func cellsOf(tasks []Task) []string {
	var out []string
	for _, t := range tasks {
		out = append(out, t.Cell)
	}
	return out
}

func TestSubmitQueuesEachCellOnce(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 6)
	got, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), []string{"c1", "c2", "c4"})
	must(t, err)
	if d := cmp.Diff(Submission{Name: f.Name(), Jobs: []string{"1"}, Queued: 3, Report: "2", NotQueued: []string{}}, got); d != "" {
		t.Error(d)
	}
	live, err := liveIn(t.Context(), f.Run)
	must(t, err)
	if d := cmp.Diff([]string{"c1", "c2", "c4", ""}, cellsOf(live)); d != "" {
		t.Error(d)
	}
	// Again, with more: those that are queued are left out, and the report waits for both arrays.
	got, err = client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	if got.Queued != 3 || got.Live != 3 || got.Report != "4" {
		t.Errorf("%+v", got)
	}
	calls := cluster.calls("sbatch")
	if dependency := option(calls[3], "dependency"); dependency != "afterany:3:1" {
		t.Errorf("the report waits for %s", dependency)
	}
	live, err = liveIn(t.Context(), f.Run)
	must(t, err)
	if d := cmp.Diff([]string{"c1", "c2", "c4", "c0", "c3", "c5", ""}, cellsOf(live)); d != "" {
		t.Errorf("one report is left: %s", d)
	}
	// Nothing to do: nothing is called.
	before := len(cluster.calls("sbatch"))
	if got, err = client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells); err != nil || got.Live != 6 || len(cluster.calls("sbatch")) != before {
		t.Errorf("%+v %v", got, err)
	}
}

// A task that ended, whichever way, does not keep its cell from being queued.
func TestEndedTasksAreNotLive(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 4)
	_, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	cluster.change(func(s *fakeState) {
		s.Tasks[0].State, s.Tasks[1].State, s.Tasks[2].State, s.Tasks[3].State = "NODE_FAIL", "RUNNING", "TIMEOUT", "COMPLETING"
	})
	got, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	if got.Queued != 2 || got.Live != 2 {
		t.Errorf("%+v", got)
	}
}

func TestSubmitSaysWhatTheSiteAsksFor(t *testing.T) {
	cluster := newFakeCluster(t)
	t.Setenv("SLURM_ARRAY_TASK_ID", "7")
	t.Setenv("SLURM_MEM_PER_NODE", "100")
	t.Setenv("SBATCH_ARRAY_INX", "1")
	t.Setenv("SBATCH_ACCOUNT", "mine")
	_, f := submitted(t, 2)
	s := sweep.Slurm{
		Partition: "short", Account: "a", QOS: "q", Time: "1:00:00", CPUs: 3, Memory: "2G", Constraint: "avx512", Grace: 90, Restarts: 4,
		Extra: []string{"module load x", "--exclude=node7", "#SBATCH --nice"},
	}
	_, err := client().submit(t.Context(), f, s, f.Cells, "--checkpoint=30s")
	must(t, err)
	args := cluster.calls("sbatch")[0]
	logs := strings.ReplaceAll(f.Run, "%", "%%") + "/logs/%A_%a.log"
	want := []string{
		"--parsable", "--job-name=" + f.Name(), "--partition=short", "--account=a", "--qos=q", "--time=1:00:00", "--mem=2G", "--constraint=avx512",
		"--comment=offset=0", "--array=0-1", "--output=" + logs, "--requeue", "--open-mode=append", "--signal=B:USR1@90", "--cpus-per-task=3", f.script("cell"), "0",
	}
	if d := cmp.Diff(want, args); d != "" {
		t.Error(d)
	}
	script, err := os.ReadFile(f.script("cell"))
	must(t, err)
	program := strings.ReplaceAll(filepath.Join(f.Run, "slurm", f.Program.File), "'", `'\''`)
	text := "#!/bin/sh\n#SBATCH --exclude=node7\n#SBATCH --nice\nmodule load x\nexec '" + program + "' work '" + strings.ReplaceAll(f.Run, "'", `'\''`) +
		"' --submission=" + f.Name() + " --offset=\"$1\" --restarts=4 --limit='1:00:00' '--checkpoint=30s'\n"
	if d := cmp.Diff(text, string(script)); d != "" {
		t.Error(d)
	}
	for _, v := range cluster.look().Environ {
		if strings.HasPrefix(v, "SLURM_") || strings.HasPrefix(v, "SBATCH_ARRAY") {
			t.Errorf("the commands see %s", v)
		}
	}
	if !slices.Contains(cluster.look().Environ, "SBATCH_ACCOUNT=mine") {
		t.Error("the user's own account is lost")
	}
}

// sbatch may fail although the job was taken, and succeed when it is asked again.
func TestLostSubmissionsAreFoundByName(t *testing.T) {
	for fault, calls := range map[string]int{"lost": 2, "unheard": 3, "cluster": 2, "hang": 3} {
		t.Run(fault, func(t *testing.T) {
			cluster := newFakeCluster(t)
			_, f := submitted(t, 3)
			cluster.change(func(s *fakeState) { s.Faults["sbatch 1"] = fault })
			c := client()
			if fault == "hang" {
				c.timeout = time.Second
			}
			got, err := c.submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
			must(t, err)
			if d := cmp.Diff(Submission{Name: f.Name(), Jobs: []string{"1"}, Queued: 3, Report: "2", NotQueued: []string{}}, got); d != "" {
				t.Error(d)
			}
			if n := len(cluster.calls("sbatch")); n != calls {
				t.Errorf("%d calls of sbatch", n)
			}
			if n := len(cluster.look().Tasks); n != 4 {
				t.Errorf("%d tasks", n)
			}
		})
	}
}

// What later arrays are refused leaves the first ones queued, and the same command goes on later.
func TestRefusedArraysAreNamed(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 7)
	cluster.change(func(s *fakeState) { s.MaxArray, s.Limit = 3, 6 })
	got, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	if d := cmp.Diff([]string{"c6"}, got.NotQueued); d != "" || got.Queued != 6 || !strings.Contains(got.Refusal, "AssocMaxSubmitJobLimit") {
		t.Errorf("%+v", got)
	}
	cluster.change(func(s *fakeState) { s.Limit, s.Tasks = 0, s.Tasks[3:] }) // the first three cells are done
	got, err = client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells[3:])
	must(t, err)
	if got.Queued != 1 || got.Live != 3 || got.Report == "" || got.Refusal != "" {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsQueuedWhileTheQueueIsUnknown(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 3)
	cluster.change(func(s *fakeState) { s.Faults["squeue 1"] = "unheard" })
	if _, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells); err == nil || !strings.Contains(err.Error(), "squeue: ") {
		t.Error(err)
	}
	// A submission that failed, and of which nobody can say whether it was taken, is not repeated.
	cluster.change(func(s *fakeState) { s.Faults["sbatch 1"], s.Faults["squeue 3"] = "lost", "unheard" })
	got, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	if len(cluster.calls("sbatch")) != 1 || !strings.Contains(got.Refusal, "unknown") || len(got.NotQueued) != 3 {
		t.Errorf("%+v", got)
	}
	// A comment that a site has changed: which cell the task has cannot be told.
	cluster.change(func(s *fakeState) { s.Tasks[0].Comment = "site" })
	if _, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells); err == nil || !strings.Contains(err.Error(), "which cell task 1_0") {
		t.Error(err)
	}
}

func TestWithoutSlurm(t *testing.T) {
	_, f := submitted(t, 1)
	t.Setenv("PATH", t.TempDir())
	if _, err := Submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells); err == nil || !strings.Contains(err.Error(), "squeue: not found; Slurm's commands have to be in the PATH") {
		t.Error(err)
	}
}

// An edited sweep and a new build are another submission; what the first one queued is still known.
func TestTasksOfEarlierSubmissionsAreLive(t *testing.T) {
	newFakeCluster(t)
	d, f := submitted(t, 3)
	_, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	g := freeze(t, d, 5)
	if f.Name() == g.Name() || g.Plan.File != "plan.2.json" {
		t.Fatalf("%s, %+v", g.Name(), g.Plan)
	}
	got, err := client().submit(t.Context(), g, sweep.DefaultSlurm(), g.Cells)
	must(t, err)
	if got.Queued != 2 || got.Live != 3 {
		t.Errorf("%+v", got)
	}
	if n, err := Cancel(t.Context(), f.Run); err != nil || n != 6 {
		t.Errorf("%d tasks cancelled, %v", n, err)
	}
	if live, err := liveIn(t.Context(), f.Run); err != nil || len(live) != 0 {
		t.Errorf("%v %v", live, err)
	}
}

func TestCancelLooksAgain(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 2)
	_, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	cluster.change(func(s *fakeState) { s.Tasks[1].Reason = "stubborn" })
	if _, err := client().cancel(t.Context(), []*Frozen{f}); err == nil || !strings.Contains(err.Error(), "1 of 3 tasks are still in the queue: scancel 1_1") {
		t.Error(err)
	}
}

func TestFrozenRefusesWhatWasChanged(t *testing.T) {
	d, f := submitted(t, 2)
	program := filepath.Join(Folder(f.Run), f.Program.File)
	must(t, f.Check(f.Run, program))
	if info, err := os.Stat(program); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("the copy cannot be run: %v", err)
	}
	if cell, err := f.Cell(1); err != nil || cell != "c1" {
		t.Errorf("%s %v", cell, err)
	}
	if p, err := f.ReadPlan(f.Run); err != nil || len(p.Cells) != 2 {
		t.Errorf("%+v %v", p, err)
	}
	for _, i := range []int{-1, 2} {
		if _, err := f.Cell(i); err == nil {
			t.Errorf("cell %d", i)
		}
	}
	other := filepath.Join(t.TempDir(), "other")
	must(t, os.WriteFile(other, []byte("x"), 0o700))
	if err := f.Check(f.Run, other); err == nil || !strings.Contains(err.Error(), "not the program that submitted") {
		t.Error(err)
	}
	plan := filepath.Join(d.Path(), "plan.json")
	text, err := os.ReadFile(plan)
	must(t, err)
	must(t, os.WriteFile(plan, append(text, ' '), 0o600))
	if err := f.Check(f.Run, program); err == nil || !strings.Contains(err.Error(), "not the plan that was submitted") {
		t.Error(err)
	}
	list := filepath.Join(Folder(f.Run), f.Name()+".json")
	text, err = os.ReadFile(list)
	must(t, err)
	must(t, os.WriteFile(list, []byte(strings.Replace(string(text), "c1", "c9", 1)), 0o600))
	if _, err := All(f.Run); err == nil || !strings.Contains(err.Error(), "its content was changed") {
		t.Error(err)
	}
}

func TestInside(t *testing.T) {
	if h, err := Inside(); h != nil || err != nil {
		t.Skip("inside of a task")
	}
	t.Setenv("SLURM_ARRAY_JOB_ID", "12")
	t.Setenv("SLURM_ARRAY_TASK_ID", "3")
	h, err := Inside()
	must(t, err)
	if d := cmp.Diff(&Here{Job: "12", Index: 3}, h); d != "" {
		t.Error(d)
	}
	t.Setenv("SLURM_RESTART_COUNT", "2")
	t.Setenv("SLURM_CPUS_PER_TASK", "4")
	if h, err = Inside(); err != nil || h.Restarts != 2 || h.Threads != 4 || h.String() != "12_3" {
		t.Errorf("%+v %v", h, err)
	}
	t.Setenv("SLURM_ARRAY_TASK_ID", "x")
	if _, err = Inside(); err == nil {
		t.Error("x is a task")
	}
}

// A task that was cancelled is not put back into the queue.
func TestRequeueLooksAtItsOwnState(t *testing.T) {
	cluster := newFakeCluster(t)
	_, f := submitted(t, 2)
	_, err := client().submit(t.Context(), f, sweep.DefaultSlurm(), f.Cells)
	must(t, err)
	h := &Here{Job: "1", Index: 1}
	for state, want := range map[string]bool{"RUNNING": true, "COMPLETING": false, "CANCELLED": false} {
		cluster.change(func(s *fakeState) { s.Tasks[1].State = state })
		if queued, err := client().Requeue(t.Context(), h); err != nil || queued != want {
			t.Errorf("%s: %v %v", state, queued, err)
		}
	}
	if calls := cluster.calls("scontrol"); len(calls) != 2 || !slices.Equal(calls[1], []string{"requeue", "1_1"}) {
		t.Errorf("%v", calls)
	}
}

func TestArrays(t *testing.T) {
	show := func(all []array) string {
		text := ""
		for _, a := range all {
			text += fmt.Sprintf("%d:%s", a.offset, a)
			if a.after >= 0 {
				text += fmt.Sprintf(">%d", a.after)
			}
			text += " "
		}
		return strings.TrimSpace(text)
	}
	for _, c := range []struct {
		indices        []int
		size, throttle int
		want           string
	}{
		{[]int{0, 1, 2, 3}, 10, 0, "0:0-3"},
		{[]int{5, 6, 9}, 10, 2, "5:0-1,4%2"},
		{[]int{0, 1, 2, 3, 4}, 2, 4, "0:0-1%1 2:0-1%1 4:0%2"},
		{[]int{0, 1, 2, 3, 4}, 2, 2, "0:0-1%1 2:0-1%1 4:0%1>0"},
		{[]int{0, 1, 2}, 1, 1, "0:0%1 1:0%1>0 2:0%1>1"},
		{[]int{0, 500, 1001, 1002}, 1001, 0, "0:0,500 1001:0-1"},
	} {
		if got := show(arrays(c.indices, c.size, c.throttle)); got != c.want {
			t.Errorf("%v by %d, %d at a time: %s, want %s", c.indices, c.size, c.throttle, got, c.want)
		}
	}
}

// Every index has one task, no number is beyond the array's size, and no more run at a time than
// the throttle says.
func TestArraysCoverAllIndices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		indices := rapid.SliceOfDistinct(rapid.IntRange(0, 300), func(i int) int { return i }).Draw(t, "indices")
		slices.Sort(indices)
		size, throttle := rapid.IntRange(1, 50).Draw(t, "size"), rapid.IntRange(0, 9).Draw(t, "throttle")
		all := arrays(indices, size, throttle)
		var covered []int
		running := map[int]int{} // by lane: of arrays that wait for each other one runs at a time
		lane := make([]int, len(all))
		for i, a := range all {
			for _, n := range a.tasks {
				if n < 0 || n >= size {
					t.Fatalf("task %d of an array of %d", n, size)
				}
				covered = append(covered, a.offset+n)
			}
			if lane[i] = i; a.after >= 0 {
				lane[i] = lane[a.after]
			}
			running[lane[i]] = max(running[lane[i]], a.throttle)
		}
		if !slices.Equal(covered, indices) {
			t.Fatalf("%v became %v", indices, covered)
		}
		total := 0
		for _, n := range running {
			if n == 0 && throttle > 0 {
				t.Fatal("an array without a throttle")
			}
			total += n
		}
		if throttle > 0 && total > throttle {
			t.Fatalf("%d at a time, %d are allowed", total, throttle)
		}
	})
}

func TestCallsEndWithTheirContext(t *testing.T) {
	cluster := newFakeCluster(t)
	cluster.change(func(s *fakeState) { s.Faults["squeue 1"] = "hang" })
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	began := time.Now()
	if _, err := client().call(ctx, "squeue"); err == nil || time.Since(began) > 5*time.Second {
		t.Error(err, time.Since(began))
	}
}
