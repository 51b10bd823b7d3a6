package cli

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"protobench/reports"
)

// pageKeeper renews report/index.html while a run is at work, in a goroutine of its own. Whatever
// goes wrong there never touches the run: the report at its end says it again.
type pageKeeper struct {
	dir   string
	pages reports.Pages
	begin func() // lets pages be made: there is something to see; again changes nothing
	begun chan struct{}
	stop  chan struct{}
	ended chan struct{}
	took  time.Duration // the page before

	first, soonest time.Duration // waits: for the first page, and between pages at least
}

// How often the page is renewed: not before soonest, and so rarely that making pages takes no more
// than one part in share of the processors' time.
const (
	firstPage   = 2 * time.Second
	soonestPage = 10 * time.Second
	pageShare   = 150
)

func keepPage(dir string, first, soonest time.Duration) *pageKeeper {
	k := &pageKeeper{dir: dir, begun: make(chan struct{}), stop: make(chan struct{}), ended: make(chan struct{}), first: first, soonest: soonest}
	k.begin = sync.OnceFunc(func() { close(k.begun) })
	go k.keep()
	return k
}

func (k *pageKeeper) keep() {
	defer close(k.ended)
	select {
	case <-k.stop:
		return
	case <-k.begun:
	}
	wait := k.first
	for {
		select {
		case <-k.stop:
			return
		case <-time.After(wait):
		}
		now := time.Now()
		live := reports.Live{Now: now, Beat: now, Every: k.pause()}
		_ = k.write(&live) // the next one may succeed
		k.took = time.Since(now)
		wait = k.pause()
	}
}

// pause is the time until the next page.
func (k *pageKeeper) pause() time.Duration {
	return max(k.soonest, pageShare*k.took/time.Duration(runtime.GOMAXPROCS(0)))
}

// write makes the page. A panic there is an error like any other.
func (k *pageKeeper) write(live *reports.Live) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("page: %v", p)
		}
	}()
	return k.pages.Write(k.dir, live)
}

// end waits for the page in the making, so that none follows the report.
func (k *pageKeeper) end() {
	close(k.stop)
	<-k.ended
}

// last leaves a page that says that nobody is at work, unless that would keep a reader waiting who
// wants the run to end.
func (k *pageKeeper) last() {
	if k.took > 0 && k.took < 3*time.Second {
		_ = k.write(nil) // the page before stands, and grows stale
	}
}
