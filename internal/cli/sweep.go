package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"protobench/ablations"
	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/sweep"
	"protobench/internal/console"
	"protobench/internal/setting"
)

// sweepArgument is a sweep file, or the name of an embedded ablation.
type sweepArgument struct {
	Sweep string   `arg:"" help:"Sweep file (with a path or ending in .toml), or the name of an ablation."`
	Set   []string `sep:"none" placeholder:"KEY=VALUE" help:"Set a key of the sweep anew, in TOML, e.g. --set seeds=1 --set train.epochs=2; arms and the matrix go before."`
}

// text returns the sweep's text, with what is set anew, and what errors call it. What is wrong with
// the file itself is told by the file's own lines.
func (a sweepArgument) text() (file, text string, err error) {
	file, text, err = a.own()
	if err != nil || len(a.Set) == 0 {
		return file, text, err
	}
	if _, err := sweep.Parse(file, text, harness.Catalogue()); err != nil {
		return "", "", err
	}
	text, err = sweep.Override(file, text, a.Set)
	return file + " with --set", text, err
}

// own is the text as it is written.
func (a sweepArgument) own() (file, text string, err error) {
	if strings.ContainsRune(a.Sweep, os.PathSeparator) || strings.Contains(a.Sweep, "/") || filepath.Ext(a.Sweep) == ".toml" {
		text, err = sweep.ReadText(a.Sweep)
		return a.Sweep, text, err
	}
	text, ok := ablations.Text(a.Sweep)
	if !ok {
		otherwise := "see `protobench list ablations`; a sweep file needs a path, e.g. ./" + a.Sweep
		return "", "", fmt.Errorf("no ablation %q; %s", a.Sweep, setting.Suggest(a.Sweep, ablations.Names(), otherwise))
	}
	return a.Sweep, text, nil
}

// plan reads the sweep and fixes its cells. All that is wrong comes back at once.
func (a sweepArgument) plan(data *datasets.Library) (*harness.Plan, error) {
	file, text, err := a.text()
	if err != nil {
		return nil, err
	}
	return harness.NewPlan(file, text, harness.Catalogue(), data)
}

// planned is the plan, unless a signal comes first.
func (a sweepArgument) planned(ctx context.Context, data *datasets.Library) (*harness.Plan, error) {
	p, err := console.Await(ctx, func() (*harness.Plan, error) { return a.plan(data) })
	return p, console.Given(ctx, err)
}

// selectedJobs plans a sweep until a signal comes, and takes the cells that are selected.
func selectedJobs(ctx context.Context, a sweepArgument, s selection, data *datasets.Library) (*harness.Plan, []cell.Job, error) {
	p, err := a.planned(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	jobs, err := s.jobs(p)
	return p, jobs, err
}

// message is the text of an error. Configuration errors start with file and line, as editors
// understand them.
func message(err error) string {
	var config *sweep.ConfigError
	if errors.As(err, &config) || err.Error() == "" {
		return err.Error()
	}
	return "protobench: " + err.Error()
}

// selection limits a plan to some of its cells.
type selection struct {
	Only string `placeholder:"EXPR" help:"Only cells that match, e.g. \"method:swav seed:0 OR loss.temperature:0.2\"; a space is and, a leading - is not."`
}

func (s selection) jobs(p *harness.Plan) ([]cell.Job, error) {
	if s.Only == "" {
		return p.Jobs, nil
	}
	f, err := sweep.ParseFilter(s.Only)
	if err != nil {
		return nil, err
	}
	return p.Select(f)
}

// warnOf shows the warnings of some jobs' settings, each once with the methods that it is of.
func warnOf(w *console.Console, jobs []cell.Job) {
	var all []harness.Warning
	methods := map[string][]string{} // by text
	for _, one := range harness.Warnings(jobs) {
		if methods[one.Text] == nil {
			all = append(all, one)
		}
		methods[one.Text] = append(methods[one.Text], one.Method)
	}
	for _, one := range all {
		if names := methods[one.Text]; len(names) > 1 {
			w.Warn("methods " + strings.Join(names, ", ") + ": " + one.Text)
			continue
		}
		w.Warn(one.String())
	}
}
