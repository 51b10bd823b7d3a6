package methods

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Complete fills in the learner where the objective implies it.
func Complete(c part.Composition) part.Composition {
	if o, ok := findObjective(c.Objective); ok && c.Learner == "" && o.Owns() {
		c.Learner = c.Objective
	}
	return c
}

// CheckComposition refuses a composition that names something unknown or makes no sense, with the
// reason; nil where there is none.
func CheckComposition(c part.Composition) *setting.KeyError {
	if _, err := part.Phases(c.Learner); err != nil {
		return &setting.KeyError{Key: "learner", Found: strings.TrimPrefix(err.Error(), "learner: ")}
	}
	for _, check := range []func(part.Composition) *setting.KeyError{knownParts, orderly, together, sensible, once} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

// knownParts refuses names that no part has.
func knownParts(c part.Composition) *setting.KeyError {
	for _, named := range []struct {
		key, axis string
		names     []string
	}{
		{"objective", "objective", []string{c.Objective}}, {"learner", "learner", c.Learners()}, {"observers", "learner", c.Observers},
		{"regularizers", "regularizer", c.Regularizers}, {"embedding", "embedding", []string{c.Embedding}},
	} {
		all := namesOf(named.axis)
		for _, n := range named.names {
			if !slices.Contains(all, n) {
				return refuse(named.key, "expected one of "+strings.Join(all, ", "), "%q is unknown", n)
			}
		}
	}
	return nil
}

// namesOf are the names on an axis; the slice is shared.
func namesOf(axis string) []string { return axisNames()[axis] }

var axisNames = sync.OnceValue(func() map[string][]string {
	names := map[string][]string{}
	for _, c := range Components() {
		names[c.Axis] = append(names[c.Axis], c.Name)
	}
	return names
})

// refuse is the one reason why a composition makes no sense.
func refuse(key, remedy, found string, a ...any) *setting.KeyError {
	return part.Refuse(key, remedy, found, a...)[0]
}

// orderly refuses schedules whose phases cannot follow each other.
func orderly(c part.Composition) *setting.KeyError {
	learners := c.Learners()
	for i, name := range learners {
		l, _ := learner.Find(name)
		switch {
		case i > 0 && name == learners[i-1]:
			return refuse("learner", "make one phase of the two", "%q follows itself", name)
		case l.Gradient && slices.Contains(learners[:i], name):
			return refuse("learner", "", "%q stands twice in the schedule; its gradient belongs to one phase", name)
		case l.First != "" && i > 0:
			return refuse("learner", "take \"frozen\" later on", "%q %s and can only be the first phase", name, l.First)
		}
	}
	return nil
}

// together refuses what cannot stand beside an objective that owns its prototypes, and learners
// that belong to another one.
func together(c part.Composition) *setting.KeyError {
	if o, _ := findObjective(c.Objective); o.Owns() {
		return alone(c)
	}
	for _, l := range c.Learners() {
		if o, _ := findObjective(l); o.Owns() {
			return refuse("learner", "take one of the other learners, or that objective", "%q is a part of objective %q and works with no other", l, l)
		}
	}
	for _, l := range c.Observers {
		if o, _ := findObjective(l); o.Owns() {
			return refuse("observers", "drop it", "%q is a part of objective %q and cannot watch another one", l, l)
		}
	}
	return nil
}

func alone(c part.Composition) *setting.KeyError {
	if c.Learner != c.Objective {
		return refuse("learner", fmt.Sprintf("leave the learner out or write %q", c.Objective), "objective %q learns its prototypes itself, and %q cannot", c.Objective, c.Learner)
	}
	if len(c.Observers) > 0 {
		return refuse("observers", "drop observers", "an observer learns by the objective of its host, and %q has no place for other prototypes than its own", c.Objective)
	}
	for _, name := range c.Regularizers {
		if r, _ := term.Find(name); !r.Features {
			return refuse("regularizers", "drop it (those on features can stay)", "%s acts on prototypes or on predictions over them, which objective %q keeps to itself", name, c.Objective)
		}
	}
	return nil
}

// sensible refuses regularizers that could not act, or that an objective has already.
func sensible(c part.Composition) *setting.KeyError {
	o, _ := findObjective(c.Objective)
	for _, name := range c.Regularizers {
		if r, _ := term.Find(name); r.Prototypes && !learner.Gradient(c.Learner) {
			return refuse("regularizers", "take learner \"joint\" or drop it", "%s acts through the gradient of the prototypes, which learner %q does not use", name, c.Learner)
		}
		if own, covered := o.Covers[name]; covered {
			return refuse("regularizers", fmt.Sprintf("set %s and drop %s", own, name), "objective %q has a term of its own for what %s does", c.Objective, name)
		}
	}
	return nil
}

// once refuses a name that stands twice in a list.
func once(c part.Composition) *setting.KeyError {
	for _, list := range []struct {
		key   string
		names []string
	}{{"regularizers", c.Regularizers}, {"observers", c.Observers}} {
		for i, n := range list.names {
			if slices.Contains(list.names[:i], n) {
				return refuse(list.key, "", "%q is named twice", n)
			}
		}
	}
	return nil
}
