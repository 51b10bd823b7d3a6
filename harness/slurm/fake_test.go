package slurm

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test binary Slurm's commands where it is called by their names.
func TestMain(m *testing.M) {
	switch name := filepath.Base(os.Args[0]); name {
	case "sbatch", "squeue", "scancel", "scontrol":
		os.Exit(fakeMain(name, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeState is a cluster in a file.
type fakeState struct {
	Calls    [][]string // with the command's name first
	Environ  []string   // of the last call
	Tasks    []fakeTask
	LastID   int
	MaxArray int
	Faults   map[string]string // by "command number", e.g. "sbatch 2": what that call does
	Limit    int               // most tasks in the queue; 0 for any number
}

type fakeTask struct{ Job, Index, Name, State, Reason, Node, Comment string }

const fakeVariable = "FAKE_SLURM"

// fakeCluster puts Slurm's commands into the PATH; look and change reach the cluster's state.
type fakeCluster struct {
	t    *testing.T
	file string
}

func newFakeCluster(t *testing.T) *fakeCluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts this program a hundred times, which takes seconds each under the race detector")
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sbatch", "squeue", "scancel", "scontrol"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	c := &fakeCluster{t, filepath.Join(dir, "state.json")}
	writeFake(c.file, fakeState{MaxArray: 1001, Faults: map[string]string{}})
	t.Setenv(fakeVariable, c.file)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return c
}

func (c *fakeCluster) look() fakeState { return readFake(c.file) }

func (c *fakeCluster) change(f func(*fakeState)) {
	s := readFake(c.file)
	f(&s)
	writeFake(c.file, s)
}

// calls are the arguments of the calls of a command.
func (c *fakeCluster) calls(name string) [][]string {
	var out [][]string
	for _, call := range c.look().Calls {
		if call[0] == name {
			out = append(out, call[1:])
		}
	}
	return out
}

func readFake(path string) fakeState {
	var s fakeState
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		panic(err)
	}
	return s
}

func writeFake(path string, s fakeState) {
	b, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

// fakeMain is one of the commands.
func fakeMain(name string, args []string) int {
	path := os.Getenv(fakeVariable)
	s := readFake(path)
	defer func() { writeFake(path, s) }()
	s.Calls, s.Environ = append(s.Calls, append([]string{name}, args...)), os.Environ()
	n := 0
	for _, call := range s.Calls {
		if call[0] == name {
			n++
		}
	}
	fault := s.Faults[fmt.Sprintf("%s %d", name, n)]
	switch fault {
	case "hang":
		writeFake(path, s)
		time.Sleep(time.Minute)
	case "unheard":
		fmt.Fprintln(os.Stderr, "slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
		return 1
	case "refuse":
		fmt.Fprintln(os.Stderr, "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy")
		return 1
	}
	switch name {
	case "sbatch":
		return s.sbatch(args, fault)
	case "squeue":
		return s.squeue(args)
	case "scancel":
		return s.scancel(args)
	}
	return s.scontrol(args)
}

func option(args []string, name string) string {
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, "--"+name+"="); ok {
			return v
		}
	}
	return ""
}

func (s *fakeState) sbatch(args []string, fault string) int {
	indices := arrayOf(option(args, "array"))
	for _, i := range indices {
		if n, err := strconv.Atoi(i); err == nil && n >= s.MaxArray {
			fmt.Fprintln(os.Stderr, "sbatch: error: Batch job submission failed: Invalid job array specification")
			return 1
		}
	}
	if s.Limit > 0 && len(s.Tasks)+len(indices) > s.Limit {
		fmt.Fprintln(os.Stderr, "sbatch: error: AssocMaxSubmitJobLimit sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)")
		return 1
	}
	s.LastID++
	id := strconv.Itoa(s.LastID)
	for _, i := range indices {
		s.Tasks = append(s.Tasks, fakeTask{id, i, option(args, "job-name"), "PENDING", "None", "", option(args, "comment")})
	}
	switch fault {
	case "lost":
		fmt.Fprintln(os.Stderr, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation")
		return 1
	case "cluster":
		fmt.Println(id + ";elsewhere")
	default:
		fmt.Println(id)
	}
	return 0
}

func arrayOf(text string) []string {
	if text == "" {
		return []string{"N/A"}
	}
	text, _, _ = strings.Cut(text, "%")
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, _ := strconv.Atoi(from)
		b, _ := strconv.Atoi(to)
		for i := a; i <= b; i++ {
			out = append(out, strconv.Itoa(i))
		}
	}
	return out
}

func (s *fakeState) squeue(args []string) int {
	names, job := strings.Split(option(args, "name"), ","), ""
	if i := slices.Index(args, "-j"); i >= 0 {
		job = args[i+1]
	}
	for _, t := range s.Tasks {
		switch {
		case job == t.Job+"_"+t.Index:
			fmt.Println(t.State)
		case job == "" && slices.Contains(names, t.Name):
			fmt.Println(strings.Join([]string{t.Job, t.Index, t.Name, t.State, t.Reason, t.Node, t.Comment}, "|"))
		}
	}
	return 0
}

// scancel takes one name, or ids.
func (s *fakeState) scancel(args []string) int {
	s.Tasks = slices.DeleteFunc(s.Tasks, func(t fakeTask) bool {
		return t.Reason != "stubborn" && (slices.Contains(args, "--name="+t.Name) || slices.Contains(args, t.Job))
	})
	return 0
}

func (s *fakeState) scontrol(args []string) int {
	if slices.Equal(args, []string{"show", "config"}) {
		fmt.Printf("Configuration data as of today\nMaxArraySize            = %d\nMaxDBDMsgs = 20\n", s.MaxArray)
		return 0
	}
	if len(args) == 2 && args[0] == "requeue" && regexp.MustCompile(`^\d+_\d+$`).MatchString(args[1]) {
		return 0
	}
	fmt.Fprintln(os.Stderr, "scontrol: unknown")
	return 1
}
