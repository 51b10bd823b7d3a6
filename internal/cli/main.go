package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/budget"
	"protobench/internal/bench"
	"protobench/internal/blas"
	"protobench/internal/cli/data"
	"protobench/internal/cli/foreign"
	"protobench/internal/cli/list"
	"protobench/internal/cli/results"
	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/setting"
)

// Main runs the program with the process's arguments and signals and returns
// its exit code. The first interrupt, or one of a batch system's signals, lets cells save their
// state; the second ends the process at once.
func Main() int {
	blas.Use()
	defer runtime.KeepAlive(heap.Early())
	heap.Below(budget.Limit())
	ctx, stop := console.UntilSignal(console.StopSignals()...)
	defer stop()
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// commands is the grammar of the command line.
type commands struct {
	everywhere

	Init       initCommand       `cmd:"" help:"Write a commented sweep to start from."`
	Run        runCommand        `cmd:"" help:"Plan a sweep, run the cells that are missing, write the report."`
	Plan       planCommand       `cmd:"" help:"Show a sweep's cells, the time they take and what its seeds can show."`
	Validate   validateCommand   `cmd:"" help:"Report everything that is wrong with a sweep file."`
	List       list.Command      `cmd:"" help:"List what there is: presets, learners, data sets, metrics, keys, …"`
	Status     statusCommand     `cmd:"" help:"Show how far a run is."`
	Cancel     cancelCommand     `cmd:"" help:"Take a run's tasks out of the cluster's queue."`
	Work       workCommand       `cmd:"" hidden:"" help:"Run single cells of a planned run, beside other processes that do the same."`
	Report     results.Report    `cmd:"" help:"Write the report of a run again."`
	Explain    results.Explain   `cmd:"" help:"Judge a sweep's claims by its results."`
	Serve      results.Serve     `cmd:"" help:"Show runs in a browser on this machine, live."`
	Relate     results.Relate    `cmd:"" help:"Say how two metrics go together, over all finished cells, between arms and within them."`
	Compare    results.Compare   `cmd:"" help:"Show in what two runs, or two cells, differ, and what came of it."`
	Best       results.Best      `cmd:"" help:"Rank the finished cells of all runs by a metric."`
	Reproduce  reproduceCommand  `cmd:"" help:"Train a finished cell anew and compare every bit."`
	Film       filmCommand       `cmd:"" help:"Train a finished cell anew and picture where its prototypes went."`
	Audit      foreign.Audit     `cmd:"" help:"Judge prototypes from anywhere: collapsed, dead, or fine."`
	Probe      foreign.Probe     `cmd:"" help:"Measure features from anywhere: k-NN, linear and few-shot probes, their spectrum."`
	Export     results.Export    `cmd:"" help:"Write what a cell learned, or its curves, for Python, TensorBoard and others."`
	Bench      bench.Command     `cmd:"" help:"Measure how fast this machine trains, evaluates and augments."`
	Data       data.Command      `cmd:"" help:"List, fetch, verify and view data sets."`
	Doctor     doctorCommand     `cmd:"" help:"Show what this machine and this program offer."`
	Help       helpCommand       `cmd:"" help:"Show help by example: on sweeps, on what people do, on a verb."`
	Completion completionCommand `cmd:"" help:"Print a script that completes command lines in a shell."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// everywhere are the flags that every verb has.
type everywhere struct {
	NoColor bool             `help:"No colours; so has NO_COLOR set, and output that goes elsewhere than to a terminal."`
	Version kong.VersionFlag `help:"Print the version."`
}

// AfterApply finds out what the terminal can show.
func (e everywhere) AfterApply(w *console.Console) error {
	w.Err = console.OnScreen(w.Err, e.NoColor)
	return nil
}

// run is the whole command line: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	w := &console.Console{Out: stdout, Err: stderr}
	if len(args) > 0 && args[0] == completeVerb {
		complete(stdout, args[1:])
		return console.OK
	}
	helped := false
	parser := grammarOf(kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(w, benchOf(w)))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return console.OK
	}
	if err != nil {
		return complain(stderr, meant(err))
	}
	return complain(w.Err, interrupted(ctx, parsed.Run()))
}

// grammarOf is the grammar, with what a use of it needs.
func grammarOf(options ...kong.Option) *kong.Kong {
	parser, err := kong.New(&commands{}, append([]kong.Option{
		kong.Name("protobench"), variables(runtime.GOMAXPROCS(0)), kong.Description("Benchmark and ablation harness for prototypical self-supervised learning."),
	}, options...)...)
	if err != nil {
		panic("cli: " + err.Error()) // the grammar is constant
	}
	return parser
}

// meant is an error of usage, with the nearest of the names that were to be chosen from.
func meant(err error) error {
	if m := regexp.MustCompile(`must be one of (".*") but got "(.*)"$`).FindStringSubmatch(err.Error()); m != nil {
		if near := setting.Nearest(m[2], strings.Split(strings.Trim(m[1], `"`), `","`)); near != "" {
			return fmt.Errorf("%w; did you mean %s?", err, near)
		}
	}
	return fmt.Errorf("%w; see protobench --help", err)
}

// benchOf is what measurements need of the command line.
func benchOf(w *console.Console) *bench.Host {
	return &bench.Host{Out: w.Out, Warn: w.Warn, Plan: func(ctx context.Context, sweep string) (*harness.Plan, *datasets.Library, error) {
		data := datasets.OpenUntil(ctx)
		p, err := sweepArgument{Sweep: sweep}.planned(ctx, data)
		return p, data, err
	}}
}

// interrupted gives the error of work that a signal ended its exit code.
func interrupted(ctx context.Context, err error) error {
	var coded console.ExitError
	if errors.Is(err, context.Canceled) && !errors.As(err, &coded) {
		return console.Halted(ctx, "")
	}
	return err
}

// complain prints an error and returns its exit code.
func complain(stderr io.Writer, err error) int {
	if err == nil {
		return console.OK
	}
	if text := message(err); text != "" {
		if rest, ours := strings.CutPrefix(text, "protobench: "); ours {
			text = console.Painted(stderr, console.Red, "protobench:") + " " + rest
		}
		_, _ = fmt.Fprintln(stderr, text) // nothing is left to tell if this fails
	}
	var coded console.ExitError
	if errors.As(err, &coded) {
		return coded.Code
	}
	return console.Usage
}

// variables are what help texts and choices take from elsewhere.
func variables(cpus int) kong.Vars {
	vars := bench.Variables()
	vars["cpus"], vars["version"] = strconv.Itoa(cpus), "protobench "+version()
	return vars
}
