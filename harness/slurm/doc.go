// Package slurm runs the cells of a run directory as tasks of a Slurm cluster.
//
// Files are the truth and Slurm is a hint: a cell is done when its result stands in the run
// directory, whatever the queue says. The package asks sbatch, squeue, scancel and scontrol and
// needs no accounting database. What a task is to do is frozen at submission in DIR/slurm: the list
// of cells, the digest of the plan and a copy of the program. Tasks are found by a name that is the
// digest of that list, never by an id that the cluster may lose and hand out again.
//
// It knows nothing of training: what a task does with its cell is up to the command line.
package slurm
