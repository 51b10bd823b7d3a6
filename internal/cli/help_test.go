package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/cell"
	"protobench/internal/cli/texts"
	"protobench/internal/console"
	"protobench/internal/setting"
)

// TestSweepsThatAreShown: the sweep of the help, and the one that init writes, are taken as they are
// and without a warning.
func TestSweepsThatAreShown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	help, _ := command(t, console.OK, "help", "sweep")
	all, own := filepath.Join(dir, "all.toml"), filepath.Join(dir, "own.toml")
	if err := os.WriteFile(all, []byte(help), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, console.OK, "init", own)
	for _, path := range []string{all, own} {
		if out, errs := command(t, console.OK, "validate", path); !strings.Contains(out, "all right") || errs != "" {
			t.Errorf("%s%s", out, errs)
		}
	}
	if text := readText(t, own); !strings.Contains(text, "\nname     = \"own\"\n") || !strings.Contains(text, "results/own/report") || strings.Contains(text, "FILE") {
		t.Error(text)
	}
	before := readText(t, own)
	if _, errs := command(t, console.Usage, "init", own); !strings.Contains(errs, "there already") || readText(t, own) != before {
		t.Error(errs)
	}
	if _, errs := command(t, console.Usage, "init", filepath.Join(dir, "sweep")); !strings.Contains(errs, "ends in .toml") {
		t.Error(errs)
	}
}

// TestExamplesOfTheHelp: verbs, flags and names of every line exist.
func TestExamplesOfTheHelp(t *testing.T) {
	t.Parallel()
	lines := regexp.MustCompile(`(?m)^  protobench (.*?)(?:  .*)?$`).FindAllStringSubmatch(texts.Of("examples.txt"), -1)
	if len(lines) < 20 {
		t.Errorf("%d lines", len(lines))
	}
	for _, m := range lines {
		checkVerb(t, strings.Fields(m[1]))
	}
	for line := range strings.Lines(texts.Of("examples.txt") + texts.Of("environment.txt") + texts.Of("sweep.toml")) {
		if n := len([]rune(line)); n > 110 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

func TestHelpOnTopicsAndVerbs(t *testing.T) {
	t.Parallel()
	if out, _ := command(t, console.OK, "help"); !strings.Contains(out, "Commands:") || !strings.Contains(out, "protobench help sweep") {
		t.Error(out)
	}
	want, _ := command(t, console.OK, "bench", "step", "--help")
	if got, _ := command(t, console.OK, "help", "bench", "step"); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if _, errs := command(t, console.Usage, "help", "exmaples"); !strings.Contains(errs, `no help on "exmaples"; did you mean examples?`) {
		t.Error(errs)
	}
}

// TestNearestNames: verbs, flags and names that are written wrong are told with what was meant.
func TestNearestNames(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"stauts x":                      `did you mean "status"?`,
		"run x --retri-failed":          `did you mean "--retry-failed"?`,
		"list encodrs":                  "did you mean encoders?",
		"bench step --encoder resent18": "did you mean resnet18?",
		"run joint-vs-decopled":         "did you mean joint-vs-decoupled",
		"list zzzzzzzzzzzzzzzzz":        "see protobench --help",
	} {
		if _, errs := command(t, console.Usage, strings.Fields(line)...); !strings.Contains(errs, want) {
			t.Errorf("%s: %s", line, errs)
		}
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"sta":                           "status",
		"list enc":                      "encoders",
		"export t":                      "tensorboard",
		"run joint-vs-decoupled-q":      "joint-vs-decoupled-quick",
		"run --out dir joint-vs-d":      "joint-vs-decoupled joint-vs-decoupled-quick",
		"bench step --encoder v":        "vit",
		"bench step --encoder=v":        "--encoder=vit",
		"best linear@backbone.t":        "linear@backbone.teacher",
		"relate dead live_unique@0.05":  "live_unique@0.05",
		"run x --retry":                 "--retry-failed",
		"run -j ":                       "",
		"audit --nothing=":              "",
		"run ./my":                      "",
		"help sw":                       "sweep",
		"data fetch fashion":            "fashion-mnist",
		"status dir ":                   "",
		"completion ":                   "bash fish zsh",
		"list encoders --no-":           "--no-color",
		"best live_unique@0.025 dir li": "",
	} {
		var out bytes.Buffer
		complete(&out, strings.Split(line, " "))
		got := map[string]bool{}
		for one := range strings.Lines(out.String()) {
			word, _, _ := strings.Cut(one, "\t")
			got[word] = true
		}
		wanted := map[string]bool{}
		for _, word := range strings.Fields(want) {
			wanted[word] = true
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

// TestCompletionInShells asks the shells that there are.
func TestCompletionInShells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ shell, script, want string }{
		{"bash", `source <(protobench completion bash)
try() { COMP_LINE="$1" COMP_POINT=${#1}; _protobench; echo "$1: ${COMPREPLY[*]}"; }
try "protobench stat"; try "protobench best live_unique@0.0"; try "protobench bench step --encoder=v"; try "protobench completion "; try "protobench run my"
complete -p protobench`, `protobench stat: status
protobench best live_unique@0.0: 0.025 0.05
protobench bench step --encoder=v: vit
protobench completion : bash zsh fish
protobench run my: 
complete -o default -F _protobench protobench
`},
		{"fish", `protobench completion fish | source; complete --do-complete "protobench stat"`, "status\tShow how far a run is.\n"},
		{"zsh", `autoload -Uz compinit; compinit -D; source <(protobench completion zsh)
_describe() { print -r -- "$1: ${(P)2}"; }
words=(protobench stat); CURRENT=2; _protobench; print -r -- ${_comps[protobench]}`, "protobench: status:Show how far a run is.\n_protobench\n"},
	} {
		t.Run(c.shell, func(t *testing.T) {
			if _, err := exec.LookPath(c.shell); err != nil {
				t.Skip("there is no " + c.shell)
			}
			cmd := exec.CommandContext(t.Context(), c.shell, "-c", c.script)
			cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(c.want, string(out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAWarningIsSaidOnce with all the methods that it is of.
func TestAWarningIsSaidOnce(t *testing.T) {
	t.Parallel()
	job := func(name string, warnings ...setting.Warning) (j cell.Job) {
		j.Cell.Composition.Name, j.Cell.Warnings = name, warnings
		return j
	}
	both := setting.Warning{Key: "k", Text: "both"}
	var errs bytes.Buffer
	w := &console.Console{Out: &bytes.Buffer{}, Err: &errs}
	warnOf(w, []cell.Job{job("a", both), job("a", both), job("b", both, setting.Warning{Key: "l", Text: "b alone"}), job("c", setting.Warning{Key: "data", Text: "few"})})
	if want := "warning: methods a, b: both\nwarning: method b: b alone\nwarning: data: few\n"; errs.String() != want {
		t.Errorf("%q, want %q", errs.String(), want)
	}
}

// TestVersions: the flag and the verb say the same.
func TestVersions(t *testing.T) {
	t.Parallel()
	verb, _ := command(t, console.OK, "version")
	flag, _ := command(t, console.OK, "--version")
	if verb != flag || !strings.HasPrefix(verb, "protobench ") {
		t.Errorf("%q and %q", verb, flag)
	}
}
