using System.CommandLine;
using Bartizan.Cli.Reference;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan docs cli</c>, hidden: writes the reference page of the command line.</summary>
internal static class DocsCommand
{
    /// <summary>Builds the command for a tree.</summary>
    public static Command Make(RootCommand root, Func<CommandExamples> examples)
    {
        var cli = new Command("cli", "Prints docs/cli.md.");
        cli.SetAction(_ =>
        {
            Screen.Line(ReferencePage.Write(root, examples()).TrimEnd());
            return ExitCode.Done;
        });
        return new Command("docs", "Writes the pages that are made from the program.")
        {
            Hidden = true,
            Subcommands = { cli },
        };
    }
}
