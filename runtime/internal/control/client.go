package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotRunning is wrapped by errors that say that no process runs a job.
var ErrNotRunning = errors.New("not running")

// Call asks the process that runs a job in that folder for a command, waits until it is done, and returns the folder of the savepoint
// if one was made. It is an error if the pipeline that runs there has another name than job, unless that is "". Note is called with what the job waits
// for meanwhile. Cancelling ctx ends the wait, not the command.
func Call(ctx context.Context, folder, job string, command Command, note func(string)) (path string, err error) {
	conn, err := dial(ctx, folder)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()

	line, err := json.Marshal(request{Command: command, Job: job, Notes: true})
	if err != nil {
		return "", err
	}
	if _, err := conn.Write(append(line, '\n')); err != nil {
		return "", fmt.Errorf("ask the job in %s: %w", folder, err)
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		var answer response
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			return "", fmt.Errorf("the answer of the job in %s: %w", folder, err)
		}
		switch {
		case answer.Note != "":
			note(answer.Note)
		case answer.Error != "":
			return answer.Path, errors.New(answer.Error)
		default:
			return answer.Path, nil
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return "", fmt.Errorf("the process that runs the job in %s ended before it answered", folder)
}

// dial connects to the socket of a folder. A folder without one, or with one that nobody listens at, is ErrNotRunning.
func dial(ctx context.Context, folder string) (conn net.Conn, err error) {
	err = withShortPath(folder, len(SocketName), func(short string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", filepath.Join(short, SocketName))
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the job in %s is %w", folder, ErrNotRunning)
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("the job in %s is %w any more: its process left a socket behind, as one does that was killed", folder, ErrNotRunning)
	case err != nil:
		return nil, fmt.Errorf("reach the job in %s: %w", folder, err)
	}
	return conn, nil
}

// Running returns the folders of the jobs that run: dir itself, and those directly below it. Those that it could not look into are an error beside them.
func Running(ctx context.Context, dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	folders := []string{dir}
	for _, entry := range entries {
		if entry.IsDir() {
			folders = append(folders, filepath.Join(dir, entry.Name()))
		}
	}
	var running []string
	var errs []error
	for _, folder := range folders {
		conn, err := dial(ctx, folder)
		switch {
		case errors.Is(err, ErrNotRunning):
		case err != nil:
			errs = append(errs, err)
		default:
			conn.Close()
			running = append(running, folder)
		}
	}
	return running, errors.Join(errs...)
}
