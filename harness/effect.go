package harness

import (
	"fmt"
	"slices"
	"strings"
)

// A cell may read a key that changes nothing at its other settings: when a queue begins that has no room, how much of a
// warm-up that takes no epochs. Such a key is without effect. It is refused like one that is not read, unless it stands at its
// default, where it says nothing; and it counts as its default in the cell's hash and config, so that equal numbers have one name.

// ownLearner is the need of keys that act on the arm's own learner alone, never on observers.
const ownLearner = "own learner"

// Uses reports whether a key that the cell reads changes its numbers at the cell's other settings.
func (c *Cell) Uses(k Key) bool {
	return c.Reads(k) && !slices.ContainsFunc(k.Needs, func(need string) bool { return !c.meets(k, need) })
}

// meets reports whether one of a need's alternatives holds.
func (c *Cell) meets(k Key, need string) bool {
	return slices.ContainsFunc(strings.Split(need, "|"), func(one string) bool {
		if one == ownLearner {
			return slices.ContainsFunc(c.Composition.Learners(), func(l string) bool { return slices.Contains(k.Readers, l) })
		}
		return holds(one, &c.Settings)
	})
}

// holds tests path=value, path!=value or path!=path.
func holds(condition string, r *Resolved) bool {
	path, right, _ := strings.Cut(condition, "=")
	path, unequal := strings.CutSuffix(path, "!")
	if other, ok := findKey(right); ok {
		right = fmt.Sprint(other.Get(r))
	}
	key, _ := findKey(path)
	return (fmt.Sprint(key.Get(r)) == right) != unequal
}

// Conditions are what the key needs to have an effect, for people; empty where it always has one.
func (k Key) Conditions() string {
	alternatives := strings.NewReplacer("|", " or ", "!=", " ≠ ", "=", " = ", ownLearner, "a learner that is no observer")
	return alternatives.Replace(strings.Join(k.Needs, " and "))
}

// settle puts the keys without effect back to their defaults.
func (c *Cell) settle() {
	defaults, was := Defaults(), *c
	for _, k := range allKeys() {
		if len(k.Needs) > 0 && was.Reads(k) && !was.Uses(k) {
			k.put(&c.Settings, k.Get(&defaults))
		}
	}
}

// wanted says what a key that changes nothing in these cells is missing.
func (k Key) wanted(cells []Cell) string {
	if slices.ContainsFunc(cells, func(c Cell) bool { return c.Reads(k) }) {
		return "it has an effect with " + k.Conditions()
	}
	return "it is read by " + commas(k.Readers)
}

// idle reports that a written key changes nothing in any of the cells, and why: none reads it, or it is without effect and not at
// its default.
func idle(cells []Cell, path string) (why, remedy string, ok bool) {
	key, _ := findKey(path) // exists, or it would not count as written
	defaults, unread := Defaults(), true
	for i := range cells {
		c := &cells[i]
		if c.Uses(key) || c.Reads(key) && key.Get(&c.Settings) == key.Get(&defaults) {
			return "", "", false
		}
		unread = unread && !c.Reads(key)
	}
	if unread {
		return key.wanted(cells), "remove it", true
	}
	return key.wanted(cells), "set that too, or remove it", true
}
