package sweep

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"protobench/internal/setting"
)

// Slurm is the sweep's [slurm] table: what a cluster is asked for. It is no setting of a cell and
// changes no number. What is empty or 0 is left to the cluster.
type Slurm struct {
	Partition  string `key:"partition" doc:"partition of the tasks, or several with commas" also:"queue"`
	Account    string `key:"account" doc:"account that the time is charged to" also:"project"`
	QOS        string `key:"qos" doc:"quality of service"`
	Time       string `key:"time" doc:"time limit of one task, as Slurm writes it: minutes, hours:minutes:seconds or days-hours; a cell that needs longer goes on in the next task" also:"time_limit,walltime,timeout,timeout_min"`
	CPUs       int    `key:"cpus" default:"1" range:"[1,)" doc:"processors, and threads, of a cell" also:"cpus_per_task,cores,threads"`
	Memory     string `key:"mem" doc:"memory of a cell, e.g. 2G" also:"memory,mem_gb"`
	Constraint string `key:"constraint" doc:"features that a node must have, e.g. avx512" also:"features"`
	Cluster    string `key:"cluster" doc:"cluster to submit to where there are several" also:"clusters"`
	Throttle   int    `key:"throttle" default:"0" range:"[0,)" doc:"tasks at a time, over all arrays (0: no limit)" also:"array_parallelism,max_running"`
	ArraySize  int    `key:"array_size" default:"0" range:"[0,)" doc:"most tasks of one array (0: the cluster's MaxArraySize)" also:"max_array_size"`
	Grace      int    `key:"grace" default:"120" range:"[1,65535]" doc:"seconds before the time limit at which a task saves its state and is queued again; Slurm may be 60 s early" also:"signal_delay_s"`
	Restarts   int    `key:"restarts" default:"20" range:"[0,)" doc:"times that a task is queued again before it is given up" also:"max_num_timeout,max_restarts"`

	Extra []string // lines for the batch script, verbatim; those that begin with a hyphen are options of sbatch
}

const (
	slurmTable = "slurm"
	slurmExtra = "slurm.extra"
)

var slurmSchema = sync.OnceValue(func() *setting.Schema {
	return setting.NewSchema([]setting.Table{setting.Of[Slurm](slurmTable).OwnedBy("--executor slurm")}, nil)
})

// SlurmKeys are the keys of the [slurm] table, in the order of listings.
func SlurmKeys() []setting.Key {
	return append(slices.Clone(slurmSchema().Keys()), setting.Key{
		Path: slurmExtra, Type: "list of texts", Default: "[]", Readers: []string{"--executor slurm"},
		Doc: "lines for the batch script, verbatim: those that begin with a hyphen are options of sbatch, others are run before the cell",
	})
}

// DefaultSlurm asks the cluster for nothing in particular.
func DefaultSlurm() Slurm { return setting.Read[Slurm](slurmSchema().Defaults(), slurmTable) }

// slurm reads [slurm].
func (p *parser) slurm() Slurm {
	s := DefaultSlurm()
	v, ok := p.raw[slurmTable]
	if !ok {
		return s
	}
	table, ok := v.(map[string]any)
	if !ok {
		p.report(slurmTable, slurmTable, "found "+setting.Describe(v), "expected a table", `write [slurm] and e.g. partition = "short"`)
		return s
	}
	for _, name := range sortedKeys(table) {
		if e := s.set(name, table[name]); e != nil {
			p.blame(p.line(join(slurmTable, name)), *e)
		}
	}
	if e := s.check(); e != nil {
		p.blame(p.line(e.Key), *e)
	}
	return s
}

// set stores one key's value as TOML has it.
func (s *Slurm) set(name string, value any) *setting.KeyError {
	path := join(slurmTable, name)
	if path == slurmExtra {
		return s.setExtra(value)
	}
	if _, ok := slurmSchema().Find(path); !ok {
		return &setting.KeyError{Key: path, Found: "unknown key", Remedy: slurmSpelling(name)}
	}
	if n, ok := value.(int64); ok && path == "slurm.time" { // minutes
		value = strconv.FormatInt(n, 10)
	}
	v := slurmSchema().Defaults()
	setting.Write(&v, slurmTable, *s)
	if e := v.Set(path, value); e != nil {
		return e
	}
	extra := s.Extra
	*s = setting.Read[Slurm](v, slurmTable)
	s.Extra = extra
	return nil
}

func (s *Slurm) setExtra(value any) *setting.KeyError {
	wrong := &setting.KeyError{Key: slurmExtra, Found: "found " + setting.Describe(value), Expected: "expected a list of lines", Remedy: `write e.g. extra = ["--exclude=node7", "module load x"]`}
	list, ok := value.([]any)
	if !ok {
		return wrong
	}
	s.Extra = nil
	for _, item := range list {
		line, ok := item.(string)
		if !ok || line == "" || strings.ContainsAny(line, "\n\r\x00") {
			return wrong
		}
		s.Extra = append(s.Extra, line)
	}
	return nil
}

// slurmSpelling suggests a key for one that [slurm] does not have.
func slurmSpelling(name string) string {
	names := []string{"extra"}
	for _, k := range slurmSchema().Keys() {
		_, own := setting.Cut(k.Path)
		if slices.Contains(k.Also, plainly(name)) || own == plainly(name) {
			return "did you mean " + own + "?"
		}
		names = append(names, own)
	}
	return setting.Suggest(name, names, `other options of sbatch go into extra, e.g. extra = ["--exclude=node7"]`)
}

// With is the table with assignments of the command line, such as "time=2:00:00" or
// "extra=--exclude=node7"; extra adds a line, all others replace what stood.
func (s Slurm) With(assignments []string) (Slurm, error) {
	s.Extra = slices.Clone(s.Extra)
	for _, a := range assignments {
		name, text, ok := strings.Cut(a, "=")
		if !ok {
			return s, fmt.Errorf("--slurm %s: expected KEY=VALUE, e.g. --slurm partition=short", a)
		}
		if e := s.assign(strings.TrimSpace(name), strings.TrimSpace(text)); e != nil {
			return s, fmt.Errorf("--slurm %s: %w", a, e)
		}
	}
	if e := s.check(); e != nil {
		return s, fmt.Errorf("--slurm: %w", e)
	}
	return s, nil
}

// assign stores a value that is written without quotes.
func (s *Slurm) assign(name, text string) *setting.KeyError {
	if name == "extra" {
		list := []any{}
		for _, line := range s.Extra {
			list = append(list, line)
		}
		return s.setExtra(append(list, text))
	}
	if k, known := slurmSchema().Find(join(slurmTable, name)); known && k.Type == "integer" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return s.set(name, n)
		}
	}
	return s.set(name, text)
}

// check refuses what sbatch would, and a time limit that leaves no time to work.
func (s *Slurm) check() *setting.KeyError {
	for _, one := range [][2]string{
		{"slurm.partition", s.Partition}, {"slurm.account", s.Account}, {"slurm.qos", s.QOS}, {"slurm.constraint", s.Constraint}, {"slurm.cluster", s.Cluster},
	} {
		if path, text := one[0], one[1]; strings.ContainsAny(text, " \t\n\r\x00") {
			return &setting.KeyError{Key: path, Found: fmt.Sprintf("found %q", text), Expected: "expected a text without spaces"}
		}
	}
	if s.Memory != "" && !regexp.MustCompile(`^[0-9]+[KMGTkmgt]?B?$`).MatchString(s.Memory) {
		return &setting.KeyError{Key: "slurm.mem", Found: fmt.Sprintf("found %q", s.Memory), Expected: "expected a number of megabytes, or one with K, M, G or T", Remedy: `write e.g. mem = "2G"`}
	}
	if s.Time == "" {
		return nil
	}
	limit, ok := slurmTime(s.Time)
	if !ok {
		return &setting.KeyError{Key: "slurm.time", Found: fmt.Sprintf("found %q", s.Time), Expected: "expected minutes, minutes:seconds, hours:minutes:seconds or days-hours[:minutes[:seconds]]", Remedy: `write e.g. time = "2:00:00"`}
	}
	if early := time.Duration(s.Grace+60) * time.Second; limit <= early {
		return &setting.KeyError{
			Key: "slurm.time", Found: fmt.Sprintf("found %q", s.Time), Expected: fmt.Sprintf("expected more than %v, since the signal to stop comes %d s before the limit and up to 60 s earlier", early, s.Grace),
			Remedy: "raise time, or lower slurm.grace",
		}
	}
	return nil
}

// slurmTime reads a time limit as Slurm writes it.
func slurmTime(text string) (time.Duration, bool) {
	m := regexp.MustCompile(`^(?:(\d{1,6})-)?(\d{1,8})(?::(\d{1,8}))?(?::(\d{1,8}))?$`).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n := func(i int) time.Duration {
		v, _ := strconv.Atoi(m[i]) // empty is 0
		return time.Duration(v)
	}
	switch {
	case m[1] != "":
		return n(1)*24*time.Hour + n(2)*time.Hour + n(3)*time.Minute + n(4)*time.Second, true
	case m[4] != "":
		return n(2)*time.Hour + n(3)*time.Minute + n(4)*time.Second, true
	}
	return n(2)*time.Minute + n(3)*time.Second, true
}
