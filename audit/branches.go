package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// equalBranches is what it means when student and teacher are one.
const equalBranches = "student ≡ teacher, bit for bit: one object under two names, or an average that copies (facebookresearch/dinov2 issue 407)"

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

// digest is what prototypes are compared by once they are gone from memory.
type digest struct {
	stem, branch string
	sum          [sha256.Size]byte
}

func digestOf(p *Prototypes) digest {
	h := sha256.New()
	var b [8]byte
	for _, n := range p.Norms {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(n))
		_, _ = h.Write(b[:]) // a hash takes all
	}
	for _, x := range p.Rows.Data {
		binary.LittleEndian.PutUint32(b[:4], math.Float32bits(x))
		_, _ = h.Write(b[:4])
	}
	stem, branch := stemOf(p.module.name)
	return digest{stem, branch, [sha256.Size]byte(h.Sum(nil))}
}

// compareBranches adds to results what student and teacher of each head are to each other.
func compareBranches(results []Result, digests []digest) {
	for j := range results {
		for i := range j {
			a, b := digests[i], digests[j]
			if a.stem != b.stem || a.branch == b.branch || results[i].Rows != results[j].Rows || results[i].Cols != results[j].Cols {
				continue
			}
			text := ""
			switch {
			case a.sum == b.sum:
				text = equalBranches
			case results[i].Kind == results[j].Kind:
				text = "student and teacher agree"
			default:
				text = fmt.Sprintf("student and teacher differ: %s is %s, %s is %s", results[i].Key, results[i].Kind, results[j].Key, results[j].Kind)
			}
			results[i].Reasons = append(results[i].Reasons, text)
			results[j].Reasons = append(results[j].Reasons, text)
		}
	}
}
