package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/budget"
	"protobench/internal/bench"
	"protobench/internal/blas"
	"protobench/internal/setting"
)

// Exit codes.
const (
	exitOK          = 0   // all right
	exitFailed      = 1   // something failed: cells, their report, a check
	exitUsage       = 2   // usage, configuration, or files that cannot be read or written
	exitInterrupted = 130 // stopped by a signal, state saved
)

// Main runs the program with the process's arguments and signals and returns
// its exit code. The first interrupt, or one of a batch system's signals, lets cells save their
// state; the second ends the process at once.
func Main() int {
	blas.Use()
	defer runtime.KeepAlive(collectEarly())
	limit, by := budget.Available()
	if by == budget.FreeMemory { // of which there may be more in a moment
		limit = 0
	}
	keepBelow(limit)
	ctx, stop := untilSignal(stopSignals()...)
	defer stop()
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// untilSignal is done at the first of some signals, with a cause that people understand. From then
// on, and once it is stopped, signals have their usual effect.
func untilSignal(signals ...os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	came := make(chan os.Signal, 1)
	signal.Notify(came, signals...)
	go func() {
		select {
		case s := <-came:
			signal.Stop(came)
			cancel(stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(came); cancel(context.Canceled) }
}

// stopped is the cause of what a signal ended.
type stopped struct{ by os.Signal }

func (s stopped) Error() string {
	switch s.by {
	case os.Interrupt:
		return "stopped by Ctrl-C"
	case syscall.SIGTERM:
		return "stopped by SIGTERM"
	}
	return "stopped by a signal: " + s.by.String()
}

// halted is what to say where a signal, or whoever called, ended the work.
func halted(ctx context.Context, rest string) error {
	why := "interrupted"
	var s stopped
	if errors.As(context.Cause(ctx), &s) {
		why = s.Error()
	}
	return exitError{exitInterrupted, why + rest}
}

// failure is what failed, a text each; nil where nothing did.
func failure(texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	return exitError{exitFailed, strings.Join(texts, "\n")}
}

// collectEarly has garbage collected once it is a tenth of what is in use, not as much again.
// Nearly all memory in use are numbers in which the collector finds nothing to follow, so that a
// collection takes a moment and the resident set stays flat. What it returns has to be kept: it
// counts as in use and is never touched, so that it takes no memory. Without it a command that
// needs few megabytes would collect every few hundred kilobytes, and spend half its time there.
func collectEarly() []byte {
	const percent, floor = 10, 80 << 20
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return nil
	}
	debug.SetGCPercent(percent)
	return make([]byte, floor)
}

// collectLate has garbage collected once it is half of what is in use, until what it returns is called: for
// results, which are maps and texts, where early collection doubles the time of a report.
func collectLate() (early func()) {
	if _, chosen := os.LookupEnv("GOGC"); chosen {
		return func() {}
	}
	before := debug.SetGCPercent(50)
	return func() { debug.SetGCPercent(before) }
}

// keepBelow has the collector work harder before the process comes to nine tenths of a limit, rather
// than over it, until what it returns is called; 0 is no limit. GOMEMLIMIT stands as it is.
func keepBelow(limit int64) (undo func()) {
	if _, chosen := os.LookupEnv("GOMEMLIMIT"); chosen || limit <= 0 {
		return func() {}
	}
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, limit/10*9))
	return func() { debug.SetMemoryLimit(before) }
}

// commands is the grammar of the command line.
type commands struct {
	everywhere

	Init       initCommand       `cmd:"" help:"Write a commented sweep to start from."`
	Run        runCommand        `cmd:"" help:"Plan a sweep, run the cells that are missing, write the report."`
	Plan       planCommand       `cmd:"" help:"Show a sweep's cells, the time they take and what its seeds can show."`
	Validate   validateCommand   `cmd:"" help:"Report everything that is wrong with a sweep file."`
	List       listCommand       `cmd:"" help:"List what there is: presets, learners, data sets, metrics, keys, …"`
	Status     statusCommand     `cmd:"" help:"Show how far a run is."`
	Cancel     cancelCommand     `cmd:"" help:"Take a run's tasks out of the cluster's queue."`
	Work       workCommand       `cmd:"" hidden:"" help:"Run single cells of a planned run, beside other processes that do the same."`
	Report     reportCommand     `cmd:"" help:"Write the report of a run again."`
	Explain    explainCommand    `cmd:"" help:"Judge a sweep's claims by its results."`
	Serve      serveCommand      `cmd:"" help:"Show runs in a browser on this machine, live."`
	Relate     relateCommand     `cmd:"" help:"Say how two metrics go together, over all finished cells, between arms and within them."`
	Compare    compareCommand    `cmd:"" help:"Show in what two runs, or two cells, differ, and what came of it."`
	Best       bestCommand       `cmd:"" help:"Rank the finished cells of all runs by a metric."`
	Reproduce  reproduceCommand  `cmd:"" help:"Train a finished cell anew and compare every bit."`
	Film       filmCommand       `cmd:"" help:"Train a finished cell anew and picture where its prototypes went."`
	Audit      auditCommand      `cmd:"" help:"Judge prototypes from anywhere: collapsed, dead, or fine."`
	Probe      probeCommand      `cmd:"" help:"Measure features from anywhere: k-NN, linear and few-shot probes, their spectrum."`
	Export     exportCommand     `cmd:"" help:"Write what a cell learned, or its curves, for Python, TensorBoard and others."`
	Bench      bench.Command     `cmd:"" help:"Measure how fast this machine trains, evaluates and augments."`
	Data       dataCommand       `cmd:"" help:"List, fetch, verify and view data sets."`
	Doctor     doctorCommand     `cmd:"" help:"Show what this machine and this program offer."`
	Help       helpCommand       `cmd:"" help:"Show help by example: on sweeps, on what people do, on a verb."`
	Completion completionCommand `cmd:"" help:"Print a script that completes command lines in a shell."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// console is where a command writes.
type console struct{ out, err io.Writer }

// everywhere are the flags that every verb has.
type everywhere struct {
	NoColor bool             `help:"No colours; so has NO_COLOR set, and output that goes elsewhere than to a terminal."`
	Version kong.VersionFlag `help:"Print the version."`
}

// AfterApply finds out what the terminal can show.
func (e everywhere) AfterApply(w *console) error {
	w.err = onScreen(w.err, e.NoColor)
	return nil
}

// exitError carries an exit code other than that of a usage error.
type exitError struct {
	code int
	text string
}

func (e exitError) Error() string { return e.text }

// warn tells people what was asked for and is not done, or not as they may think.
func (w *console) warn(texts ...string) {
	for _, text := range texts {
		if text != "" {
			_, _ = fmt.Fprintln(w.err, painted(w.err, yellow, "warning:"), text) // nothing is left to tell if this fails
		}
	}
}

// run is the whole command line: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	w := &console{stdout, stderr}
	if len(args) > 0 && args[0] == completeVerb {
		complete(stdout, args[1:])
		return exitOK
	}
	helped := false
	parser := grammarOf(kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(w, w.bench()))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitOK
	}
	if err != nil {
		return complain(stderr, meant(err))
	}
	return complain(w.err, interrupted(ctx, parsed.Run()))
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

// bench is what measurements need of the command line.
func (w *console) bench() *bench.Host {
	return &bench.Host{Out: w.out, Warn: w.warn, Plan: func(ctx context.Context, sweep string) (*harness.Plan, *datasets.Library, error) {
		data := openData(ctx)
		p, err := sweepArgument{Sweep: sweep}.plan(data)
		return p, data, given(ctx, err)
	}}
}

// interrupted gives the error of work that a signal ended its exit code.
func interrupted(ctx context.Context, err error) error {
	var coded exitError
	if errors.Is(err, context.Canceled) && !errors.As(err, &coded) {
		return halted(ctx, "")
	}
	return err
}

// complain prints an error and returns its exit code.
func complain(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if text := message(err); text != "" {
		if rest, ours := strings.CutPrefix(text, "protobench: "); ours {
			text = painted(stderr, red, "protobench:") + " " + rest
		}
		_, _ = fmt.Fprintln(stderr, text) // nothing is left to tell if this fails
	}
	var coded exitError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitUsage
}

// variables are what help texts and choices take from elsewhere.
func variables(cpus int) kong.Vars {
	vars := bench.Variables()
	vars["cpus"], vars["version"] = strconv.Itoa(cpus), "protobench "+version()
	return vars
}
