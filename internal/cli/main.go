package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/datasets/augment"
	"protobench/internal/blas"
)

// Exit codes.
const (
	exitOK          = 0   // all right
	exitFailed      = 1   // some cells failed
	exitUsage       = 2   // usage, configuration, or files that cannot be read or written
	exitInterrupted = 130 // stopped by a signal, state saved
)

// Main runs the program with the process's arguments and signals and returns
// its exit code. The first interrupt, or one of a batch system's signals, lets cells save their
// state; the second ends the process at once.
func Main() int {
	blas.Use()
	defer runtime.KeepAlive(collectEarly())
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop()
	context.AfterFunc(ctx, stop) // from then on signals have their usual effect
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
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

// commands is the grammar of the command line.
type commands struct {
	Run       runCommand       `cmd:"" help:"Plan a sweep, run the cells that are missing, write the report."`
	Plan      planCommand      `cmd:"" help:"Show a sweep's cells, the time they take and what its seeds can show."`
	Validate  validateCommand  `cmd:"" help:"Report everything that is wrong with a sweep file."`
	List      listCommand      `cmd:"" help:"List what there is: presets, learners, data sets, metrics, keys, …"`
	Status    statusCommand    `cmd:"" help:"Show how far a run is."`
	Report    reportCommand    `cmd:"" help:"Write the report of a run again."`
	Explain   explainCommand   `cmd:"" help:"Judge a sweep's claims by its results."`
	Relate    relateCommand    `cmd:"" help:"Say how two metrics go together, over all finished cells, between arms and within them."`
	Reproduce reproduceCommand `cmd:"" help:"Train a finished cell anew and compare every bit."`
	Film      filmCommand      `cmd:"" help:"Train a finished cell anew and picture where its prototypes went."`
	Audit     auditCommand     `cmd:"" help:"Judge prototypes from anywhere: collapsed, dead, or fine."`
	Probe     probeCommand     `cmd:"" help:"Measure features from anywhere: k-NN, linear and few-shot probes, their spectrum."`
	Export    exportCommand    `cmd:"" help:"Write what a finished cell learned, for Python and others."`
	Bench     benchCommand     `cmd:"" help:"Measure how fast this machine trains, evaluates and augments."`
	Data      dataCommand      `cmd:"" help:"List, fetch, verify and view data sets."`
	Doctor    doctorCommand    `cmd:"" help:"Show what this machine and this program offer."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// console is where a command writes.
type console struct{ out, err io.Writer }

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
			_, _ = fmt.Fprintln(w.err, "warning:", text) // nothing is left to tell if this fails
		}
	}
}

// run is the whole command line: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var grammar commands
	helped := false
	parser, err := kong.New(&grammar, kong.Name("protobench"), variables(runtime.GOMAXPROCS(0)),
		kong.Description("Benchmark and ablation harness for prototypical self-supervised learning."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&console{stdout, stderr}))
	if err != nil {
		panic("cli: " + err.Error()) // the grammar is constant
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitOK
	}
	if err != nil {
		return complain(stderr, fmt.Errorf("%w; see protobench --help", err))
	}
	return complain(stderr, parsed.Run())
}

// complain prints an error and returns its exit code.
func complain(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if text := message(err); text != "" {
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
	return kong.Vars{"cpus": strconv.Itoa(cpus), "augments": strings.Join(append([]string{"default"}, augment.Presets()...), ","), "scales": scaleNames()}
}
