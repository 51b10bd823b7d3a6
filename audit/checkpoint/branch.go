package checkpoint

import "strings"

// EqualBranches is what it means when student and teacher are one.
const EqualBranches = "student ≡ teacher, bit for bit: one object under two names, or an average that copies (facebookresearch/dinov2 issue 407)"

// Stem is what the prototypes' module is called but for the words that say whose it is, which
// student and teacher have in common.
func (x Found) Stem() string {
	stem, _ := stemOf(moduleOf(x.Key))
	return stem
}

// branchOf says by a name whose weights it is of: "teacher", "student", or "" where it does not
// tell.
func branchOf(name string) string {
	_, branch := stemOf(name)
	return branch
}

// branchWords are what student and teacher are called, alone or before an underscore.
func branchWords() [][2]string {
	return [][2]string{
		{"teacher", "teacher"}, {"momentum", "teacher"}, {"target", "teacher"}, {"ema", "teacher"}, {"student", "student"}, {"online", "student"},
	}
}

// stemOf parts a module's name into what it is and whose it is.
func stemOf(name string) (stem, branch string) {
	var rest []string
	for _, part := range strings.Split(plain(name), ".") {
		of := ""
		for _, word := range branchWords() {
			prefix, b := word[0], word[1]
			if part == prefix {
				part, of = "", b
			} else if cut, ok := strings.CutPrefix(part, prefix+"_"); ok {
				part, of = cut, b
			}
		}
		if of != "" {
			branch = of
		}
		if part != "" {
			rest = append(rest, part)
		}
	}
	return strings.Join(rest, "."), branch
}
