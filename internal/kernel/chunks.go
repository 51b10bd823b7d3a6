package kernel

// ChunkSize is how many numbers of a flat array are one task of a [Team].
const ChunkSize = 16384

// Chunks shares the range [0,n) between the team's threads in pieces of size (the last may be shorter). The cut depends on n and size
// alone.
func (t *Team) Chunks(n, size int, run func(lo, hi int)) {
	t.Do((n+size-1)/size, func(i int) { run(i*size, min(n, (i+1)*size)) })
}

// RowChunk is how many rows of a matrix are one task, about [ChunkSize] numbers.
func RowChunk(cols int) int { return max(1, ChunkSize/max(1, cols)) }
