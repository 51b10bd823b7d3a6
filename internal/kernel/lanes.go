package kernel

import "unsafe"

// lanes is what the kernels over flat arrays read at fixed offsets. They take whole blocks of eight
// or sixteen numbers; the rest, or all of it without the assembly, is done in Go by the same
// operations: both give the same bits.
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

// laneSums are the sixteen lanes of a sum over whole blocks: number i goes to lane i mod 16. The
// lanes are added up by halves, and then what is left of the numbers one by one, so a sum's order
// depends on its length alone.
type laneSums [16]float64

func (s *laneSums) total() float64 {
	for w := 8; w > 0; w /= 2 {
		for i := range w {
			s[i] += s[i+w]
		}
	}
	return s[0]
}

// finish adds the terms from on to a sum that the assembly has begun, or takes all of it.
func finish(sum float64, from, n int, term func(i int) float64) float64 {
	if from == 0 && n >= 16 {
		var s laneSums
		for ; from < n>>by16<<by16; from++ {
			s[from%16] += term(from)
		}
		sum = s.total()
	}
	for i := from; i < n; i++ {
		sum += term(i)
	}
	return sum
}

// start is the address of a slice's first number.
func start[T float32 | float64](x []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
