package files

import (
	"path"
	"regexp"
	"strings"
)

// The words that say which split a name is of.
var (
	separators = regexp.MustCompile(`[-_. ]+`)
	splitWords = map[string]string{"train": "train", "training": "train", "tr": "train", "test": "test", "t10k": "test", "te": "test",
		"val": "val", "valid": "val", "validation": "val", "unlabeled": "unlabelled", "unlabelled": "unlabelled", "extra": "unlabelled"}
)

// Words parts a name, in small letters.
func Words(name string) []string { return separators.Split(strings.ToLower(name), -1) }

// SplitWord is the split that a word in small letters says (train, test, val, unlabelled); "" where
// it says none.
func SplitWord(word string) string { return splitWords[word] }

// SplitOf is the split that the words of a file's name say, or else its folder's; "" where they say
// none.
func SplitOf(file string) string {
	for _, name := range []string{path.Base(file), path.Base(path.Dir(file))} {
		for _, word := range Words(name) {
			if split := SplitWord(word); split != "" {
				return split
			}
		}
	}
	return ""
}
