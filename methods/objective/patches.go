package objective

import (
	G "gorgonia.org/gorgonia"

	"protobench/internal/team"
)

// Patches is the loss of hidden patches that an objective adds where its traits say so: at each of
// them the student predicts what the teacher, which sees it, makes of it.
type Patches interface {
	// Hide sets the masks [N,P] of a step, 1 where a patch is hidden, of views of rows × columns
	// patches.
	Hide(masks []float32, rows, columns int, seed uint64, step, epoch int)
	// Prepare makes the targets from the teacher's patch embeddings z [N·P,D], prototypes c [K,D] and
	// masks [N,P].
	Prepare(team *team.Team, z, c, masks []float32, epoch int)
	// Node adds the loss of the student's patch embeddings z [N·P,D] under prototypes c [K,D].
	Node(z, c *G.Node, gradient bool) (*G.Node, error)
	// Rows is N·P.
	Rows() int
	// Loss is that of the last step.
	Loss() float64
}
