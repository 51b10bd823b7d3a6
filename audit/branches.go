package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"protobench/audit/checkpoint"
)

// digest is what prototypes are compared by once they are gone from memory.
type digest struct {
	stem, branch string
	sum          [sha256.Size]byte
}

func digestOf(p *checkpoint.Prototypes) digest {
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
	return digest{p.Stem(), p.Branch, [sha256.Size]byte(h.Sum(nil))}
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
				text = checkpoint.EqualBranches
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
