package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/ablations"
	"protobench/datasets"
	"protobench/internal/cli/texts"
	"protobench/internal/console"
	"protobench/metrics"
)

// completeVerb is what the shells' scripts call: the words of a command line after the program's
// name, of which the last is to be completed. It is no verb for people.
const completeVerb = "__complete"

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of ${enum}."`
}

// Run prints the script that completes command lines in a shell.
func (c completionCommand) Run(w *console.Console) error {
	_, err := io.WriteString(w.Out, texts.Of("completion."+c.Shell))
	return err
}

// candidate is a word that may stand in a place, and what it is.
type candidate struct{ word, about string }

// complete prints what may stand in place of the last word, one a line with what it is after a tab;
// nothing where it may be a file.
func complete(w io.Writer, words []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	for _, c := range candidates(grammarOf().Model, words) {
		if strings.HasPrefix(c.word, words[len(words)-1]) {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", c.word, c.about) // nothing is left to tell if this fails
		}
	}
}

func candidates(model *kong.Application, words []string) []candidate {
	node, place, value := walk(model, words[:len(words)-1])
	last := words[len(words)-1]
	if value != nil {
		return valuesOf(value.Value, "")
	}
	if name, _, cut := strings.Cut(last, "="); cut && strings.HasPrefix(last, "--") {
		if f := flagOf(node, name); f != nil {
			return valuesOf(f.Value, name+"=")
		}
		return nil
	}
	if strings.HasPrefix(last, "-") {
		return flagsOf(node)
	}
	return wordsAt(node, place)
}

// walk follows words to the command that they call, the number of its arguments so far, and the flag
// whose value comes next; nil where none does.
func walk(model *kong.Application, words []string) (node *kong.Node, place int, value *kong.Flag) {
	node = model.Node
	for _, word := range words {
		if value != nil {
			value = nil
			continue
		}
		if strings.HasPrefix(word, "-") {
			if f := flagOf(node, word); f != nil && !f.IsBool() {
				value = f
			}
			continue
		}
		if i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word }); i >= 0 {
			node = node.Children[i]
			continue
		}
		place++
	}
	return node, place, value
}

// flagOf finds a flag of a command or of those above it, as it is written.
func flagOf(node *kong.Node, word string) *kong.Flag {
	for n := node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

func flagsOf(node *kong.Node) (out []candidate) {
	for n := node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden {
				out = append(out, candidate{"--" + f.Name, f.Help})
			}
		}
	}
	return out
}

// wordsAt are the commands below one and the values of its next argument.
func wordsAt(node *kong.Node, place int) (out []candidate) {
	for _, n := range node.Children {
		if !n.Hidden {
			out = append(out, candidate{n.Name, n.Help})
		}
	}
	if n := len(node.Positional); n > 0 && (place < n || node.Positional[n-1].IsCumulative()) {
		out = append(out, valuesOf(node.Positional[min(place, n-1)], "")...)
	}
	return out
}

// valuesOf are what an argument or a flag may be, each after a prefix; none where that is a file or a
// number.
func valuesOf(v *kong.Value, prefix string) (out []candidate) {
	add := func(words []string) {
		for _, word := range words {
			out = append(out, candidate{prefix + word, ""})
		}
	}
	switch v.Name {
	case "sweep":
		add(ablations.Names())
	case "metric", "x", "y":
		add(metrics.Keys())
	case "topic":
		for _, t := range topics() {
			out = append(out, candidate{t.name, t.about})
		}
		add(verbNames())
	case "name", "name|path":
		for _, d := range datasets.List() {
			out = append(out, candidate{prefix + d.Name, d.Doc})
		}
	default:
		add(slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" }))
	}
	return out
}
