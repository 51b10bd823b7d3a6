package kernel

// ChunkSize is how many numbers of a flat array are one task of a [Team].
const ChunkSize = 16384

// RowChunk is how many rows of a matrix are one task, about [ChunkSize] numbers.
func RowChunk(cols int) int { return max(1, ChunkSize/max(1, cols)) }
