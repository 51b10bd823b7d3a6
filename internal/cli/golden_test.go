package cli

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata/golden")

// TestGoldenOutputs compares whole outputs, letter by letter, but for what masks take out.
func TestGoldenOutputs(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many commands, which other tests run under the race detector")
	}
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/golden", UpdateScripts: *update, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mask": maskOutput},
	})
}

// mask replaces what depends on machine and moment.
type mask struct {
	name    string
	pattern *regexp.Regexp
	with    string
}

// masks are the only things in outputs that tests do not look at, by the names that scripts give
// them.
func masks() []mask {
	const duration = `(?:\d+ h \d\d min|\d+ min \d\d s|\d+ s)`
	return []mask{
		{"time", regexp.MustCompile(`(?m) +[0-9.]+ [kM]B +([0-9.]+ [kM]B) +[0-9]+\.[0-9] +` + duration + ` +` + duration + `$`), "  PEAK  $1  MS  TIME  TIME"}, // an arm's row of plan
		{"time", regexp.MustCompile(` × [0-9]+\.[0-9] ms: about ` + duration + ` on`), " × MS ms: about TIME on"},                                              // its sum
		{"time", regexp.MustCompile(duration + ` of it training and ` + duration), "TIME of it training and TIME"},                                             // in its parts
		{"time", regexp.MustCompile(`"(step_ms|train_s|eval_s|peak_bytes)":[0-9.e+-]+`), `"$1":TIME`},                                                          // and both with --json
		{"metrics", regexp.MustCompile(`"metrics":\{[^}]*\}`), `"metrics":{…}`},                                                                                // other numbers without vector instructions
		{"version", regexp.MustCompile(`(?m)^protobench [0-9]+\.[0-9]+\.[0-9]+[^, \n]*`), "protobench VERSION"},                                                // raised with each release, and the commit
		{"machine", regexp.MustCompile(`(?m)^go\S+ \w+/\w+, \d+ CPUs?, .+$`), "GO OS/ARCH, N CPUs, CPU"},                                                       // doctor's lines
		{"machine", regexp.MustCompile(`(?m)^processor: .+$`), "processor: EXTENSIONS"},                                                                        //
		{"machine", regexp.MustCompile(`(?m)^kernels: (?:avx512|avx2|generic) \(here: .+\)$`), "kernels: ISA (here: …)"},                                       //
		{"machine", regexp.MustCompile(`(?m)^train.precision = "bf16": .+$`), `train.precision = "bf16": …`},                                                   //
		{"machine", regexp.MustCompile(`(?m)^memory for cells: .+$`), "memory for cells: …"},                                                                   //
		{"peak", regexp.MustCompile(`(?m)^(?:peak of \S+: \d+ GFLOP/s with 1 thread, \d+ with \d+\n)+`), "PEAKS\n"},
	}
}

// maskOutput is the command `mask NAME…` of scripts: the last command's standard output with masks
// put on. A mask that finds nothing to hide is an error, so that none outlives its reason.
func maskOutput(ts *testscript.TestScript, neg bool, names []string) {
	if neg || len(names) == 0 {
		ts.Fatalf("usage: mask NAME…")
	}
	text := ts.ReadFile("stdout")
	for _, name := range names {
		before := text
		for _, m := range masks() {
			if m.name == name {
				text = m.pattern.ReplaceAllString(text, m.with)
			}
		}
		if text == before {
			ts.Fatalf("mask %s hides nothing", name)
		}
	}
	_, err := fmt.Fprint(ts.Stdout(), text)
	ts.Check(err)
}

// TestHelpCoversEveryVerb: the script of help texts asks each verb of the grammar, and each group
// of verbs.
func TestHelpCoversEveryVerb(t *testing.T) {
	t.Parallel()
	script := readText(t, "testdata/golden/help.txtar")
	for path := range verbs() {
		if !strings.Contains(script, "\nexec protobench "+path+" --help\n") {
			t.Errorf("testdata/golden/help.txtar does not ask protobench %s", path)
		}
	}
}

// TestListsCoverEveryKind: the script of listings asks for each kind that list knows.
func TestListsCoverEveryKind(t *testing.T) {
	t.Parallel()
	script := readText(t, "testdata/golden/list.txtar")
	for _, kind := range verbs()["list"].Positional[0].EnumSlice() {
		// all is parts and keys again; as Markdown it is docs/methods.md, which has a test of its
		// own.
		if kind != "all" && !strings.Contains(script, "\nexec protobench list "+kind+"\n") {
			t.Errorf("testdata/golden/list.txtar does not list %s", kind)
		}
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
