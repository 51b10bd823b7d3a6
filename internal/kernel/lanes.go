package kernel

import "unsafe"

// lanes is what the kernels over flat arrays read at fixed offsets. They take whole blocks of eight or sixteen numbers;
// the rest, or all of it without the assembly, is done in Go by the same operations: both give the same bits.
type lanes struct {
	p      [6]unsafe.Pointer
	blocks int
	c      [8]float32
	f      [2]float64
}

func (l *lanes) ptr() *byte { return (*byte)(unsafe.Pointer(l)) }

// whole returns how many of n numbers the assembly takes in blocks of 1<<shift.
func whole(n, shift int) int {
	if isa == Generic {
		return 0
	}
	return n >> shift << shift
}

// The two sizes of blocks, as shifts.
const (
	by8  = 3
	by16 = 4
)

// laneSums are a sum's sixteen lanes: number i goes to lane i mod 16, so its order depends on the length alone.
type laneSums [16]float64

func (s *laneSums) ptr() unsafe.Pointer { return unsafe.Pointer(s) }

// total adds the lanes up by halves.
func (s *laneSums) total() float64 {
	for w := 8; w > 0; w /= 2 {
		for i := range w {
			s[i] += s[i+w]
		}
	}
	return s[0]
}

// start is the address of a slice's first number.
func start[T float32 | float64](x []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
