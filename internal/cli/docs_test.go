package cli

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"protobench/ablations"
	"protobench/harness/cell"
	"protobench/internal/cli/results"
)

// standIn is what a test does for a command line that documents show.
type standIn struct {
	run string // command of the program, run beside the document's last sweep as my.toml; "" for none
	why string // it is not the command itself
}

const needsCluster = "needs a cluster; testdata/slurm.txtar plays one"

// standIns has the command lines of shell blocks in the documents that tests do not run as they are,
// and what they run instead. Of those that start with make, the target and the variables are looked
// up in the Makefile as well.
func standIns() map[string]standIn {
	committed, err := filepath.Abs(filepath.Join(root, "results", "reference"))
	if err != nil {
		panic("docs test: " + err.Error())
	}
	pivot := "protobench report " + committed + "/joint-vs-decoupled "
	return map[string]standIn{
		"bin/protobench report results/reference/joint-vs-decoupled --row learner --row embedding --col objective --value linear@backbone.teacher":      {pivot + "--row learner --row embedding --col objective --value linear@backbone.teacher", "stands in another folder"},
		"bin/protobench report results/reference/joint-vs-decoupled --value joint/unique@0.025 --filter 'method:*+gmm* OR learner:frozen' --format tex": {pivot + "--value joint/unique@0.025 --filter learner:frozen --format tex", "stands in another folder, and has a quoted word"},
		"protobench serve results":                    {"protobench serve --help", "shows runs until it is interrupted"},
		"make ablation":                               {"protobench run joint-vs-decoupled --dry-run", "trains for 26 minutes"},
		"make test":                                   {"", "runs this test"},
		"make build":                                  {"protobench version", "the program under test is built already"},
		"bin/protobench plan my.toml":                 {"protobench plan my.toml --only=prototypes.count:32 --set=data.limit=200 --set=train.batch=16", "times fewer arms, of fewer images"},
		"bin/protobench run my.toml":                  {"protobench run my.toml --dry-run", "trains for minutes"},
		"bin/protobench run joint-vs-decoupled-quick": {"protobench run joint-vs-decoupled-quick --dry-run", "trains for seconds"},
		"bin/protobench run sweep.toml --set seeds=1 --set train.epochs=4":                                         {"protobench run my.toml --set seeds=1 --set train.epochs=4 --dry-run", "trains for a minute"},
		"bin/protobench plan sweep.toml":                                                                           {"protobench validate my.toml", "times more arms than a test can wait for"},
		"bin/protobench compare results/sweep results/reference/roster --force":                                    {"protobench compare results/reference/fashion-mnist results/reference/roster --force", "the sweep was not run"},
		"protobench run roster --only method:swav --set train.epochs=2 --out results/look":                         {"protobench run roster --only method:swav --set train.epochs=2 --out results/look --dry-run", "trains for seconds"},
		"protobench status results/look":                                                                           {"protobench status results/reference/roster", "nothing was run"},
		"make bench-peers > comparison.md":                                                                         {"protobench bench gemm --size 32 --threads 1", "takes an hour, and needs PyTorch"},
		"protobench run my.toml --out /shared/me/my --executor slurm --slurm partition=short --slurm time=2:00:00": {"protobench run my.toml --dry-run", needsCluster},
		"protobench run my.toml --out /shared/me/my --executor slurm":                                              {"protobench run my.toml --dry-run --only=method:dino", needsCluster},
		"protobench status /shared/me/my":                                                                          {"", needsCluster},
		"protobench cancel /shared/me/my":                                                                          {"", needsCluster},
		"protobench report /shared/me/my":                                                                          {"", "comes after hours of commands"},
		"protobench plan my.toml --commands --out /shared/me/my":                                                   {"protobench plan my.toml --commands --out run", "there is no such folder"},
		"protobench plan my.toml --commands --out /shared/me/my | parallel":                                        {"protobench plan my.toml --commands --out run", "trains for minutes"},
		"protobench plan my.toml --commands --out /shared/me/my | parallel --sshlogin node1,node2":                 {"protobench plan my.toml --commands --out run", "there are no such nodes"},
		"apt-get install --no-install-recommends slurmctld slurmd slurm-client munge":                              {"", "needs the network and root"},
		".ci/slurm": {"", "takes a minute, and is run by .ci/run"},
		"apt-get install --no-install-recommends python3-torch python3-torchvision python3-sklearn libopenblas0-openmp": {"", "needs the network and root"},
	}
}

// TestCommandsOfDocuments runs the shell blocks of the documents, or what stands for them.
func TestCommandsOfDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many commands, which other tests run under the race detector")
	}
	t.Parallel()
	data := madeUpData(t)
	known, met := standIns(), map[string]bool{}
	for _, d := range documents(t) {
		sweep := ""
		for _, b := range d.blocks {
			switch b.language {
			case "toml":
				sweep = b.text
			case "sh":
				for _, line := range b.commandLines() {
					met[line] = true
					s, ok := known[line]
					if !ok {
						s = standIn{run: strings.TrimPrefix(line, "bin/")} // itself
					}
					t.Run(d.name+"/"+line, func(t *testing.T) { t.Parallel(); s.test(t, line, sweep, data) })
				}
			case "text", "python": // the audit's tests run the latter
			default:
				t.Errorf("%s:%d: a block of %q; expected sh, toml, python or text, so that it is known what to do with it", d.name, b.line, b.language)
			}
		}
	}
	for line := range known {
		if !met[line] {
			t.Errorf("%q stands in no document any more: take it out of the stand-ins", line)
		}
	}
}

func (s standIn) test(t *testing.T, line, sweep, data string) {
	if words := strings.Fields(line); words[0] == "make" {
		checkMake(t, words[1:])
	}
	if s.run == "" {
		t.Logf("not run: %s", s.why)
		return
	}
	runWith(t, sweep, data, s.run)
}

// runWith runs a command of the program in a folder that has the sweep as my.toml and the committed
// runs under results/reference, and returns what it prints.
func runWith(t *testing.T, sweep, data, command string) string {
	t.Helper()
	words := strings.Fields(command)
	if words[0] != "protobench" {
		t.Fatalf("%q is no command of the program: add it to the stand-ins", command)
	}
	c := exec.CommandContext(t.Context(), words[0], words[1:]...)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), "PROTOBENCH_DATA="+data)
	if err := os.WriteFile(filepath.Join(c.Dir, "my.toml"), []byte(sweep), 0o600); err != nil {
		t.Fatal(err)
	}
	reference, err := filepath.Abs(filepath.Join(root, "results", "reference"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(c.Dir, "results"), 0o700), os.Symlink(reference, filepath.Join(c.Dir, "results", "reference"))); err != nil {
		t.Fatal(err)
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// TestSweepsOfDocuments: whoever copies a sweep from a document gets one that the program takes,
// without a warning.
func TestSweepsOfDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many commands, which other tests run under the race detector")
	}
	t.Parallel()
	data := madeUpData(t)
	n := 0
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.language == "toml" {
				n++
				t.Run(d.name, func(t *testing.T) {
					t.Parallel()
					if out := runWith(t, b.text, data, "protobench validate my.toml"); strings.Contains(out, "warning") {
						t.Error(out)
					}
				})
			}
		}
	}
	if n == 0 {
		t.Error("no document has a sweep")
	}
}

// madeUpData is a folder with the images that sweeps of documents name: files of the right form and
// size, with noise in them.
func madeUpData(t *testing.T) string {
	t.Helper()
	const side, classes = 28, 10
	folder := filepath.Join(t.TempDir(), "fashion-mnist")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for split, n := range map[string]int{"train": 4096, "t10k": 256} {
		images, labels := header(0x803, n, side, side), header(0x801, n)
		for i := range n * side * side {
			images = append(images, byte(uint32(i)*2654435761>>24))
		}
		for i := range n {
			labels = append(labels, byte(i%classes))
		}
		for name, b := range map[string][]byte{"images-idx3-ubyte": images, "labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(folder, split+"-"+name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return filepath.Dir(folder)
}

// header begins an IDX file.
func header(values ...int) []byte {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, uint32(v))
	}
	return out
}

// TestPythonOfFiles runs the code by which docs/files.md reads prototypes, on a committed cell.
func TestPythonOfFiles(t *testing.T) {
	t.Parallel()
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip(python + " has no numpy")
	}
	_, rest, _ := strings.Cut(readText(t, filepath.Join(root, "docs", "files.md")), "```python\n")
	code, _, _ := strings.Cut(rest, "```")
	cells, err := filepath.Glob(filepath.Join(root, "results/reference/joint-vs-decoupled/cells/swav+gmm__base__s0__*"))
	if err != nil || len(cells) != 1 {
		t.Fatal(cells, err)
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", safetensorsOfNumpy+code, filepath.Join(cells[0], "prototypes.safetensors")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var r struct{ Metrics map[string]float64 }
	if err := json.Unmarshal([]byte(readText(t, filepath.Join(cells[0], "result.json"))), &r); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("256 prototypes, %.0f unique, %.0f dead\n", r.Metrics["unique@0.025"], 256*r.Metrics["dead"]); !strings.HasPrefix(string(out), want) {
		t.Errorf("%s, want %s", out, want)
	}
}

// safetensorsOfNumpy reads files for Pythons without the safetensors package.
const safetensorsOfNumpy = `
import json, sys, types, numpy
def load_file(path):
    raw = open(path, "rb").read()
    n = int.from_bytes(raw[:8], "little")
    out = {}
    for key, e in json.loads(raw[8:8 + n]).items():
        if key != "__metadata__":
            a, b = e["data_offsets"]
            out[key] = numpy.frombuffer(raw[8 + n + a:8 + n + b], {"F32": "<f4", "I64": "<i8"}[e["dtype"]]).reshape(e["shape"])
    return out
try:
    import safetensors.numpy
except ImportError:
    for name in ["safetensors", "safetensors.numpy"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["safetensors.numpy"].load_file = load_file
`

// TestEventsPage: docs/events.md has every event and every field of them.
func TestEventsPage(t *testing.T) {
	t.Parallel()
	page := readText(t, filepath.Join(root, "docs", "events.md"))
	has := func(what string) {
		if !strings.Contains(page, "`"+what+"`") {
			t.Errorf("docs/events.md does not have %s", what)
		}
	}
	for _, line := range []any{cell.Event{}, results.ReportLine{}} {
		for i := range reflect.TypeOf(line).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(line).Field(i).Tag.Get("json"), ",")
			has(name)
		}
	}
	for _, kind := range regexp.MustCompile(`(?m)^\t\w+ += "(\w+)"`).FindAllStringSubmatch(readText(t, filepath.Join(root, "harness", "cell", "event.go")), -1) {
		if kind[1] != cell.Stepped { // told to the terminal alone
			has(kind[1])
		}
	}
}

// TestLinksOfDocuments: files and pictures that documents point at exist.
func TestLinksOfDocuments(t *testing.T) {
	t.Parallel()
	n := 0
	for _, d := range documents(t) {
		for _, link := range d.links {
			target, _, _ := strings.Cut(link, "#")
			if strings.Contains(link, "://") || target == "" {
				continue
			}
			n++
			if !isFileOf(path.Join(path.Dir(d.name), target)) {
				t.Errorf("%s: %s does not exist", d.name, link)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d links: the test sees few of them", n)
	}
}

// isFileOf tells whether the project has a file or folder.
func isFileOf(name string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
	return err == nil
}

// TestPathsOfDocuments: inline code that looks like a path of the project is one. A last part in
// capitals is a placeholder.
func TestPathsOfDocuments(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	top := map[string]bool{}
	for _, f := range folders {
		top[f.Name()] = f.IsDir()
	}
	form, placeholder := regexp.MustCompile(`^\.?[\w-]+/[\w./-]*$`), regexp.MustCompile(`(^|/)[A-Z]+$`)
	n := 0
	for _, d := range documents(t) {
		if d.name == glossaryPage { // has a test of its own
			continue
		}
		for _, s := range d.spans {
			first, _, _ := strings.Cut(s, "/")
			if !form.MatchString(s) || placeholder.MatchString(s) || !top[first] || first == "bin" {
				continue
			}
			n++
			if !isFileOf(s) {
				t.Errorf("%s: %s does not exist", d.name, s)
			}
		}
	}
	if n < 8 {
		t.Errorf("%d paths: the test sees few of them", n)
	}
}

// TestInlineCommandsOfDocuments: commands in the text have targets, verbs, flags, packages and
// tests that exist.
func TestInlineCommandsOfDocuments(t *testing.T) {
	t.Parallel()
	n := 0
	for _, d := range documents(t) {
		for _, s := range d.spans {
			words := strings.Fields(regexp.MustCompile(`^([A-Z_]+=\S+ )+`).ReplaceAllString(s, ""))
			var check func(*testing.T, []string)
			switch {
			case len(words) < 2:
				continue
			case words[0] == "make":
				check = checkMake
			case path.Base(words[0]) == "protobench":
				check = checkVerb
			case words[0] == "go" && words[1] == "test":
				check = checkGoTest
			default:
				continue
			}
			n++
			t.Run(d.name+"/"+s, func(t *testing.T) { check(t, words[1:]) })
		}
	}
	if n < 20 {
		t.Errorf("%d commands: the test sees few of them", n)
	}
}

// checkMake looks for targets, and for the variables that are set.
func checkMake(t *testing.T, words []string) {
	t.Helper()
	makefile := readText(t, filepath.Join(root, "Makefile"))
	for _, w := range words {
		name, _, variable := strings.Cut(w, "=")
		switch {
		case w == ">":
			return
		case variable && !strings.Contains(makefile, "$("+name+")"):
			t.Errorf("the Makefile does not use %s", name)
		case !variable && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`:`).MatchString(makefile):
			t.Errorf("the Makefile has no target %s", name)
		}
	}
}

// checkVerb looks for the verb, its flags, and what it is asked for where that is not a
// placeholder.
func checkVerb(t *testing.T, words []string) {
	t.Helper()
	nodes := verbs()
	node, ok := nodes[words[0]]
	if !ok {
		t.Errorf("no verb %s", words[0])
		return
	}
	if group, ok := nodes[strings.Join(words[:min(2, len(words))], " ")]; ok {
		node = group
	}
	flags := map[string]bool{"--help": true}
	for _, f := range node.Flags {
		flags["--"+f.Name], flags["-"+string(f.Short)] = true, true
	}
	for _, w := range words {
		if name, _, _ := strings.Cut(w, "="); strings.HasPrefix(w, "-") && !flags[name] {
			t.Errorf("%s has no flag %s", words[0], name)
		}
	}
	if len(words) > 1 && regexp.MustCompile(`^[a-z-]+$`).MatchString(words[1]) {
		checkArgument(t, words[0], words[1])
	}
}

// checkArgument looks for an ablation, or a kind of thing to list.
func checkArgument(t *testing.T, verb, argument string) {
	t.Helper()
	switch verb {
	case "run", "plan", "validate":
		if _, ok := ablations.Text(argument); !ok {
			t.Errorf("no ablation %s", argument)
		}
	case "list":
		if !slices.Contains(verbs()["list"].Positional[0].EnumSlice(), argument) {
			t.Errorf("no list of %s", argument)
		}
	}
}

// checkGoTest looks for the packages, and for tests and benchmarks of the given names in them.
func checkGoTest(t *testing.T, words []string) {
	t.Helper()
	tests := ""
	for _, w := range words {
		if folder, ok := strings.CutPrefix(w, "./"); ok {
			files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*_test.go"))
			if len(files) == 0 {
				t.Errorf("%s has no tests", w)
			}
			for _, f := range files {
				tests += readText(t, f)
			}
		}
	}
	for i, w := range words[:len(words)-1] {
		kind, ok := map[string]string{"-run": "Test", "-bench": "Benchmark"}[w]
		name := strings.Trim(words[i+1], "'")
		if !ok || name == "^$" {
			continue
		}
		if !named(tests, kind, name) {
			t.Errorf("no %s of these packages is called %s", kind, name)
		}
	}
}

// named tells whether a test or benchmark in the text of test files has a name that the expression
// matches.
func named(tests, kind, expression string) bool {
	for _, m := range regexp.MustCompile(`func (`+kind+`\w*)\(`).FindAllStringSubmatch(tests, -1) {
		if regexp.MustCompile(expression).MatchString(m[1]) {
			return true
		}
	}
	return false
}
