package reports

import (
	"fmt"
	"strings"

	"protobench/metrics"
)

// definitions says what the columns mean, in this sweep's numbers.
func (s *sweep) definitions() string {
	return strings.Replace(definitions, "{live}", s.liveText(), 1)
}

// liveText gives the threshold of live prototypes in images, per size of data and prototypes.
func (s *sweep) liveText() string {
	text := ""
	seen := map[[2]int]bool{}
	for _, a := range s.trained() {
		if a.first == nil || a.first.counts == nil {
			continue
		}
		n, k := a.first.images(), a.first.shown.Rows
		if seen[[2]int{n, k}] {
			continue
		}
		seen[[2]int{n, k}] = true
		need := leastLive(n, k)
		text += fmt.Sprintf(" With n = %d and K = %d that is %d", n, k, need)
		if need == 1 {
			text += " image: live means used."
		} else {
			text += " images."
		}
	}
	return text
}

// leastLive is the smallest number of images that makes one of k prototypes live.
func leastLive(n, k int) int {
	counts := make([]int, k)
	for counts[0] = 1; !metrics.Live(counts, n)[0]; counts[0]++ {
	}
	return counts[0]
}

const definitions = `- **unique@ε**: prototypes that remain when, in index order, each one that no earlier remaining one covers at cosine distance below ε is kept; on effective prototypes, in % of K. Low values are partial collapse. The rows of random unit vectors show what no training at all gives.
- **unique-centred@ε**: the same after the prototypes' mean is taken off and they are normalised again. A common offset shrinks all distances without changing any softmax; where this column is high and unique@ε low, the loss of uniqueness is only such an offset.
- **live-unique@ε**: unique@ε among live prototypes alone, those with at least max(1, 5 % of n/K) of the n training images.{live} It is the headline: a dead prototype is unique and useless.
- **dead**: share of prototypes that are not live; **used**: share with at least one training image.
- **usage-perplexity**: exp of the entropy of training images over prototypes; K when all are used alike, 1 at total collapse.
- **grouped-perplexity**: the same over groups of duplicates (ε 0.025), that is the effective number of distinct prototypes in use. It needs no threshold on usage.
- **displacement**: mean cosine distance of a prototype from its start. Near 0 a perfect unique@ε says only that nothing moved.
- **path, rad**: angles that a prototype turned by, summed over all steps, mean over prototypes. Far more than the displacement allows is wandering, or re-seeding.
- **reseeds**: how often a prototype was moved onto a badly covered embedding, over the whole training.
- **linear@backbone.teacher**: test accuracy of multinomial logistic regression on standardised frozen features of the EMA teacher; the L2 penalty is chosen on a hold-out of train and the fit repeated on all of train. **student**: the same on the student's features; **fine**: on fine labels.
- **knn20_t0.07@backbone.teacher**: test accuracy of 20 nearest neighbours by cosine with votes exp(cos/0.07) on the same features.
- **rankme.features**: effective rank of the features of training images; **feature-std.teacher**: standard deviation of the normalised features × √dimension. Both fall when features collapse.
- **prototype-mean-norm**: length of the mean of the unit prototypes; 1 when all point one way. **effective_rank.prototypes**: exp of the entropy of their singular values; 1 when all are parallel.
- **nmi**: mutual information of assignments and classes on training images, normalised by the mean of both entropies. It grows with the number of prototypes in use by itself.
- **ms / step**: median wall time of the arm's own training step, without its observers, mean over seeds. It depends on the machine and on what else ran.
- **outcome**: how many of the ended runs collapsed totally, diverged or failed. Collapsed runs stay in the means; the others have no final metrics.
- **frozen** arms hold random unit vectors and are unique by construction; **pixels**, **untrained** and **supervised** are the accuracies of raw pixels, of the encoder before training and of the encoder trained on labels.
`
