package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// errRefused is that of a plan whose start would be refused: the plan says why.
var errRefused = errors.New("the start would be refused")

func (p *program) planCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan [arguments of the pipeline]",
		Short: "Print what a run would go on from, and what would become of each operator and state",
		Long: "Print what a run with the same arguments would go on from, and what would become of each operator and state: restored as it was,\n" +
			"converted to the form of this program, shared out among another number of subtasks, dropped, or refused and why; which splits a\n" +
			"source would read, and how many transactions a sink would commit.\n\n" +
			"Nothing is changed, and a job that runs in the folder runs on. The exit code is 1 if the run would be refused.",
		Example: fmt.Sprintf("  %s plan -D %s=DIR\n  %s plan -D %s=NEW --savepoint DIR/WordCount/savepoints/savepoint-WordCount-7-51ab3d4e", p.name, dirKey, p.name, dirKey),
		RunE: func(cmd *cobra.Command, args []string) error {
			with, err := p.prepare(args, false, true)
			if err != nil {
				return err
			}
			planned, err := with.job.Plan(cmd.Context(), Environment{Config: with.config, Logger: slog.New(slog.DiscardHandler), FS: vfs.OS()})
			if err != nil {
				return err
			}
			if err := p.printPlan(planned, asJSON); err != nil {
				return err
			}
			if !planned.OK() {
				return errRefused
			}
			return nil
		},
	}
	cmd.Flags().Var(&shortFlag{p, pathKey, "path"}, "savepoint", "the same as -D "+pathKey+"=path")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	p.addParallelism(cmd)
	return cmd
}

func (p *program) printPlan(planned *plan.Plan, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprint(p.out, planned.Text())
		return err
	}
	encoder := json.NewEncoder(p.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(planned)
}
