package sweep

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a cluster is asked for is no setting of a cell: neither hash nor config tells it.
func TestSlurmChangesNoCell(t *testing.T) {
	plain, err := Parse("t.toml", oneArm, realCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Slurm{CPUs: 1, Grace: 120, Restarts: 20}, plain.Slurm); diff != "" {
		t.Error(diff)
	}
	s, err := Parse("t.toml", oneArm+`
[slurm]
partition = "short,long"
account = "a"
qos = "low"
time = 240
cpus = 2
mem = "2G"
constraint = "avx512|avx2"
throttle = 8
array_size = 100
grace = 60
restarts = 3
cluster = "c"
extra = ["--exclude=node7", "module load x"]
`, realCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	want := Slurm{
		Partition: "short,long", Account: "a", QOS: "low", Time: "240", CPUs: 2, Memory: "2G", Constraint: "avx512|avx2", Throttle: 8, ArraySize: 100,
		Grace: 60, Restarts: 3, Cluster: "c", Extra: []string{"--exclude=node7", "module load x"},
	}
	if diff := cmp.Diff(want, s.Slurm); diff != "" {
		t.Error(diff)
	}
	for i := range s.Cells {
		if diff := cmp.Diff(plain.Cells[i].canonical("f")+plain.Cells[i].TOML("x"), s.Cells[i].canonical("f")+s.Cells[i].TOML("x")); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSlurmRefusesWhatItDoesNotKnow(t *testing.T) {
	for text, want := range map[string]string{
		"partitio = 'x'":          "t.toml:6: slurm.partitio: unknown key; did you mean partition?",
		"cpus_per_task = 2":       "slurm.cpus_per_task: unknown key; did you mean cpus?",
		"gres = 'gpu:1'":          "slurm.gres: unknown key; other options of sbatch go into extra",
		"cpus = 0":                "t.toml:6: slurm.cpus: found 0; expected a value in [1,)",
		"cpus = 'two'":            "slurm.cpus: found the text",
		"time = 'soon'":           `t.toml:6: slurm.time: found "soon"; expected minutes`,
		"time = 3":                `slurm.time: found "3"; expected more than 3m0s`,
		"mem = '2 G'":             "slurm.mem",
		"partition = 'a b'":       "slurm.partition",
		"extra = '--exclude=x'":   "slurm.extra: found the text",
		"extra = [\"a\\nb\"]":     "slurm.extra",
		"time = 4\ngrace = 200\n": "slurm.time: found \"4\"; expected more than 4m20s",
	} {
		_, err := Parse("t.toml", oneArm+"[slurm]\n"+text+"\n", realCatalogue())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := Parse("t.toml", "slurm = 3\n"+oneArm, realCatalogue()); err == nil || !strings.Contains(err.Error(), "t.toml:1: slurm: found the integer 3; expected a table") {
		t.Error(err)
	}
}

func TestSlurmSettingsOfTheCommandLine(t *testing.T) {
	table := DefaultSlurm()
	table.Time, table.Extra = "2:00:00", []string{"--exclude=node7"}
	s, err := table.With([]string{"time=2", "grace=30", "cpus=4", "extra=module load x", "extra=--gres=a=1"})
	if err != nil {
		t.Fatal(err)
	}
	want := Slurm{Time: "2", CPUs: 4, Grace: 30, Restarts: 20, Extra: []string{"--exclude=node7", "module load x", "--gres=a=1"}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if len(table.Extra) != 1 || table.CPUs != 1 {
		t.Errorf("the table itself has changed: %+v", table)
	}
	for a, want := range map[string]string{
		"time": "--slurm time: expected KEY=VALUE", "cpu=2": "--slurm cpu=2: slurm.cpu: unknown key; did you mean cpus?",
		"cpus=many": "--slurm cpus=many: slurm.cpus: found", "time=1": "--slurm: slurm.time: found \"1\"; expected more than",
	} {
		if _, err := table.With([]string{a}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", a, err)
		}
	}
}

func TestSlurmTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90": 90 * time.Minute, "5:30": 5*time.Minute + 30*time.Second, "1:02:03": time.Hour + 2*time.Minute + 3*time.Second, "2-3": 51 * time.Hour,
		"1-2:30": 26*time.Hour + 30*time.Minute, "1-00:00:01": 24*time.Hour + time.Second,
	} {
		if got, ok := slurmTime(text); !ok || got != want {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "1h", "1:2:3:4", "-5", "1-", "infinite"} {
		if got, ok := slurmTime(text); ok {
			t.Errorf("%s: %v", text, got)
		}
	}
}
