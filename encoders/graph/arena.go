package graph

import "slices"

// Arena is memory that programs share which never run at the same time, such as those of student,
// teacher and evaluation. What a program keeps from one run to the next, its roots and its
// borders of zeros, is safe: roots have buffers of their own, and borders where another program
// writes are renewed. Compile the largest program first: a later one that needs more gets an arena
// of its own.
type Arena struct {
	programs []*memory
	data     []float32
}

// settle gives a program of a size its place.
func (a *Arena) settle(m *memory, size int) {
	if size > len(a.data) {
		a.data, a.programs = newArena(size), nil
	}
	m.arena, m.base = a.data, a.base(m, size)
	for _, o := range a.programs {
		for _, b := range m.blocks {
			for _, c := range o.blocks {
				b.border = b.border || b.key.halo && b.soiledFrom(m.base, c, o.base)
				c.border = c.border || c.key.halo && c.soiledFrom(o.base, b, m.base)
			}
		}
	}
	a.programs = append(a.programs, m)
}

// base is where a program goes: where it writes over the fewest borders, since renewing them takes
// time in every run.
func (a *Arena) base(m *memory, size int) int {
	starts := []int{0}
	for _, o := range a.programs {
		starts = append(starts, o.base)
		for _, c := range o.blocks {
			starts = append(starts, o.base+c.at, o.base+c.at+c.room())
		}
	}
	slices.Sort(starts)
	best, least := 0, -1
	for _, at := range slices.Compact(starts) {
		if at+size > len(a.data) {
			break
		}
		if spoiled := a.spoiled(m, at); least < 0 || spoiled < least {
			best, least = at, spoiled
		}
	}
	return best
}

// spoiled is the size of the other programs' maps whose border m would be the first to write over.
func (a *Arena) spoiled(m *memory, base int) (size int) {
	for _, o := range a.programs {
		for _, c := range o.blocks {
			for _, b := range m.blocks {
				if c.key.halo && !c.border && c.soiledFrom(o.base, b, base) {
					size += c.key.size
					break
				}
			}
		}
	}
	return size
}
