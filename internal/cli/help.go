package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/internal/cli/texts"
	"protobench/internal/console"
	"protobench/internal/setting"
)

// topic is a text that helps.
type topic struct{ name, about, file string }

// topics are all of them.
func topics() []topic {
	return []topic{
		{"examples", "command lines for what people do, from a first look to export", "examples.txt"},
		{"sweep", "a sweep file with everything in it", "sweep.toml"},
		{"environment", "environment variables, exit codes, and what goes where", "environment.txt"},
	}
}

type helpCommand struct {
	Topic []string `arg:"" optional:"" help:"examples, sweep, environment, or a verb."`
}

// Run shows a topic, the help of a verb or, without either, what topics there are.
func (c helpCommand) Run(ctx context.Context, w *console.Console) error {
	if len(c.Topic) == 0 {
		return c.list(ctx, w)
	}
	name := strings.Join(c.Topic, " ")
	var names []string
	for _, t := range topics() {
		if t.name == name {
			_, err := io.WriteString(w.Out, texts.Of(t.file))
			return err
		}
		names = append(names, t.name)
	}
	known := verbNames()
	if !slices.Contains(known, name) {
		return fmt.Errorf("no help on %q; %s", name, setting.Suggest(name, append(names, known...), "see protobench help"))
	}
	run(ctx, append(slices.Clone(c.Topic), "--help"), w.Out, w.Err)
	return nil
}

// list is the help of the whole program, and the topics.
func (c helpCommand) list(ctx context.Context, w *console.Console) error {
	run(ctx, []string{"--help"}, w.Out, w.Err)
	var rows [][]string
	for _, t := range topics() {
		rows = append(rows, []string{"  protobench help " + t.name, t.about})
	}
	rows = append(rows, []string{"  protobench help VERB", "arguments and flags of a verb, as VERB --help"})
	_, _ = fmt.Fprintln(w.Out, "\nMore help:") // the table's own writing reports what is wrong
	return console.Table(w.Out, rows[0], rows[1:])
}

// verbs are the commands of the grammar and the groups that hold them, by the words that call them;
// hidden ones, which are for programs, too.
func verbs() map[string]*kong.Node {
	out := map[string]*kong.Node{}
	for _, leaf := range grammarOf().Model.Leaves(false) {
		for n := leaf; n.Type == kong.CommandNode; n = n.Parent {
			out[wordsOf(n)] = n
		}
	}
	return out
}

// verbNames are the names of those that are for people, sorted.
func verbNames() []string {
	var out []string
	for name, n := range verbs() {
		if !n.Hidden {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// wordsOf are those that call a command.
func wordsOf(n *kong.Node) string {
	if n.Parent == nil || n.Parent.Type != kong.CommandNode {
		return n.Name
	}
	return wordsOf(n.Parent) + " " + n.Name
}
