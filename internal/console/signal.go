package console

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal is done at the first of some signals, with a cause that people understand. From then
// on, and once it is stopped, signals have their usual effect.
func UntilSignal(signals ...os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	came := make(chan os.Signal, 1)
	signal.Notify(came, signals...)
	go func() {
		select {
		case s := <-came:
			signal.Stop(came)
			cancel(Stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(came); cancel(context.Canceled) }
}

// Stopped is the cause of what a signal ended.
type Stopped struct{ By os.Signal }

func (s Stopped) Error() string {
	switch s.By {
	case os.Interrupt:
		return "stopped by Ctrl-C"
	case syscall.SIGTERM:
		return "stopped by SIGTERM"
	}
	return "stopped by a signal: " + s.By.String()
}

// Halted is what to say where a signal, or whoever called, ended the work.
func Halted(ctx context.Context, rest string) error {
	why := "interrupted"
	var s Stopped
	if errors.As(context.Cause(ctx), &s) {
		why = s.Error()
	}
	return ExitError{Interrupted, why + rest}
}

// Given is an error of work that a signal ends: its exit code where that is why.
func Given(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return Halted(ctx, ": nothing was begun")
	}
	return err
}

// Await runs work that writes nothing until a signal comes, which it is not asked to notice: the
// program ends then.
func Await[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := work()
		done <- outcome{v, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
