package slurm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Client calls Slurm's commands, which have to be in the PATH.
type Client struct {
	Cluster string // "" for the one that the commands choose

	timeout time.Duration // of one command
	pause   time.Duration // before a second try; twice as long before the third
}

// NewClient is a client of a cluster, "" for the one that Slurm's configuration names.
func NewClient(cluster string) *Client {
	return &Client{Cluster: cluster, timeout: time.Minute, pause: 2 * time.Second}
}

// call runs a command and returns its standard output.
func (c *Client) call(ctx context.Context, name string, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	command := exec.CommandContext(ctx, name, args...)
	command.Env = cleaned(os.Environ())
	command.WaitDelay = time.Second
	var out, said strings.Builder
	command.Stdout, command.Stderr = &out, &said
	err := command.Run()
	switch {
	case err == nil:
		return out.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("%s: not found; Slurm's commands have to be in the PATH (load your site's module, or log in to a node that submits)", name)
	case ctx.Err() != nil:
		return "", &callError{name, fmt.Sprintf("no answer within %v", c.timeout), true}
	}
	text := strings.Join(strings.Fields(said.String()), " ")
	return "", &callError{name, cmp.Or(text, err.Error()), unheard(text)}
}

// callError is what a command of Slurm complains of.
type callError struct {
	command, text string
	passing       bool // the controller was not heard, so that it may have done what was asked
}

func (e *callError) Error() string { return e.command + ": " + e.text }

// unheard tells trouble on the way to the controller from a refusal.
func unheard(text string) bool {
	return regexp.MustCompile(`(?i)unable to contact|timed out|timeout|connection refused|connection reset|zero bytes|communication|send/recv|temporarily unable|try again`).MatchString(text)
}

func passing(err error) bool {
	var e *callError
	return errors.As(err, &e) && e.passing
}

// kept are the variables that the commands read and that a site or its users set for all their
// jobs.
var kept = []string{"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_TIME_FORMAT", "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS", "SBATCH_RESERVATION"}

// cleaned is the environment without what Slurm itself sets in a job: a submission from inside a
// job would inherit its task number and memory.
func cleaned(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return (strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "SBATCH_")) && !slices.Contains(kept, name)
	})
}

// onCluster begins the arguments of squeue, sbatch and scancel.
func (c *Client) onCluster(args ...string) []string {
	if c.Cluster == "" {
		return args
	}
	return append([]string{"--clusters=" + c.Cluster}, args...)
}

// control runs scontrol, which calls the flag by another name than squeue and scancel do.
func (c *Client) control(ctx context.Context, args ...string) (string, error) {
	if c.Cluster != "" {
		args = append([]string{"--cluster=" + c.Cluster}, args...)
	}
	return c.call(ctx, "scontrol", args...)
}

// defaultArraySize is Slurm's MaxArraySize where a site says nothing.
const defaultArraySize = 1001

// maxArraySize asks the controller for the number of tasks that an array can have: their numbers
// are below it.
func (c *Client) maxArraySize(ctx context.Context) (int, error) {
	out, err := c.control(ctx, "show", "config")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`(?m)^MaxArraySize\s*=\s*(\d+)`).FindStringSubmatch(out)
	if m == nil {
		return defaultArraySize, nil
	}
	n, err := strconv.Atoi(m[1])
	if err == nil && n < 1 {
		err = errors.New("scontrol: MaxArraySize = 0, so that this cluster takes no job arrays; run `protobench plan SWEEP --commands` and submit its lines")
	}
	return n, err
}
