package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/internal/setting"
)

// A cell may read a key that changes nothing at its other settings: when a queue begins that has no
// room, how much of a warm-up that takes no epochs. Such a key is without effect. It is refused
// like one that is not read, unless it stands at its default, where it says nothing; and it counts
// as its default in the cell's hash and config, so that equal numbers have one name.

// Needs that are no condition on a key, as their tags have them.
const (
	ownLearner = "own learner"                            // acts on the arm's own learner alone, never on observers
	inColour   = "images in colour"                       // changes nothing of gray ones
	mayFlip    = "images that may be flipped (data.flip)" // changes nothing where a mirror image is of another class
)

// Uses reports whether a key that the cell reads changes its numbers at the cell's other settings.
func (c *Cell) Uses(k setting.Key) bool {
	return c.Reads(k) && !slices.ContainsFunc(k.Needs, func(need string) bool { return !c.meets(k, need) })
}

// meets reports whether one of a need's alternatives holds.
func (c *Cell) meets(k setting.Key, need string) bool {
	return slices.ContainsFunc(strings.Split(need, "|"), func(one string) bool {
		switch one {
		case ownLearner:
			return slices.ContainsFunc(c.Composition.Learners(), func(l string) bool { return slices.Contains(k.Readers, l) })
		case inColour:
			return c.inColour()
		case mayFlip:
			return c.mayFlip()
		}
		if strings.Contains(one, "=") {
			return c.holds(one)
		}
		has, _ := c.Augment().Has(one, c.local())
		return has
	})
}

// SuitsImages reports whether the cell's images let a key have an effect, as far as they are known.
func (c *Cell) SuitsImages(k setting.Key) bool {
	return (!slices.Contains(k.Needs, inColour) || c.inColour()) &&
		(!slices.Contains(k.Needs, mayFlip) || c.mayFlip())
}

// set is the cell's data set, nil where that is not known: keys that need something of it are then
// taken to have their effect.
func (c *Cell) set() *datasets.Set {
	if c.look == nil {
		return nil
	}
	return c.look(c.Data())
}

// inColour reports whether the images have colours, as far as that is known.
func (c *Cell) inColour() bool {
	set := c.set()
	return set == nil || set.Train.Channels != 1
}

// mayFlip reports whether the data allow flipped views, as far as that is known.
func (c *Cell) mayFlip() bool {
	if flip := c.Settings.Text("data.flip"); flip != "auto" {
		return flip == "yes"
	}
	set := c.set()
	return set == nil || set.Flip
}

// holds tests path=value, path!=value or path!=path. What the cell does not read of it fulfils no
// condition.
func (c *Cell) holds(condition string) bool {
	path, right, _ := strings.Cut(condition, "=")
	path, unequal := strings.CutSuffix(path, "!")
	if !c.Reads(key(path)) {
		return false
	}
	if other, ok := Schema().Find(right); ok {
		right = fmt.Sprint(c.Settings.Get(other.Path))
	}
	return (fmt.Sprint(c.Settings.Get(path)) == right) != unequal
}

// Conditions are what the key needs to have an effect, for people; empty where it always has one.
func Conditions(k setting.Key) string {
	alternatives := strings.NewReplacer("|", " or ", "!=", " ≠ ", "=", " = ", ownLearner, "a learner that is no observer")
	return alternatives.Replace(strings.Join(k.Needs, " and "))
}

// settle puts the keys without effect back to their defaults, one after the other: where two need
// each other (how far a warm-up goes, and for how long), the first one's default can give the
// second one its effect.
func (c *Cell) settle() {
	for settled := false; !settled; {
		settled = true
		for _, k := range Schema().Keys() {
			if c.Settings.IsDefault(k.Path) || !c.Reads(k) || c.Uses(k) {
				continue
			}
			c.Settings.MustSet(k.Path, k.DefaultValue())
			delete(c.Axes, k.Path) // another key's default has taken its effect
			settled = false
		}
	}
}

// wanted says what a key that changes nothing in these cells is missing.
func wanted(k setting.Key, cells []Cell) string {
	switch {
	case slices.ContainsFunc(cells, func(c Cell) bool { return c.Reads(k) }):
		return "it has an effect with " + Conditions(k)
	case len(k.Readers) == 0: // of a table that reference rows do not read
		return "it is read by arms"
	}
	return "it is read by " + commas(k.Readers)
}

// remedy says how to be rid of a key that changes nothing in these cells: what it needs can be set,
// unless that is another learner or other images, or it has to go.
func remedy(k setting.Key, cells []Cell, leave string) string {
	if slices.ContainsFunc(cells, func(c Cell) bool {
		return c.Reads(k) && !slices.ContainsFunc([]string{ownLearner, inColour}, func(need string) bool {
			return slices.Contains(k.Needs, need) && !c.meets(k, need)
		})
	}) {
		return "set that too, or " + leave
	}
	return leave
}

// idle reports that a written key changes nothing in any of the cells, and why: none reads it, or
// it is without effect and not at its default.
func idle(cells []Cell, path string) (why, leave string, ok bool) {
	k := key(path)
	for i := range cells {
		c := &cells[i]
		if c.Uses(k) || c.Reads(k) && c.Settings.IsDefault(path) {
			return "", "", false
		}
	}
	return wanted(k, cells), remedy(k, cells, "remove it"), true
}
