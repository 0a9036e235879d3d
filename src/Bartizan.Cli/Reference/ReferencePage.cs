using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Bartizan.Cli.Reference;

/// <summary>Writes <c>docs/cli.md</c> from the command tree, so that the page can't say what the program doesn't do.</summary>
internal static class ReferencePage
{
    private const string Head = """
        # The command line

        Written by `bartizan docs cli` from the program itself; a test compares the two.

        Results go to stdout, progress and errors to stderr (`error:`, then `hint:`). Colour only on a terminal, never under
        `NO_COLOR`. `--json` prints stable field names. Every command has `--help`; `bartizan completion bash` completes them.

        | exit code | meaning |
        |---|---|
        | 0 | done |
        | 1 | the answer is no: a check failed, an attempt was not stopped, the log does not verify |
        | 2 | used wrongly |
        | 3 | the manifest is invalid |
        | 4 | refused by policy |
        | 5 | this platform can't give what was asked |
        | 125 | bartizan itself failed |

        `run` ends with those only before the agent starts; after that with the agent's own code (128 + n when a signal ended
        it). `--json` and `--status-fd N` say which: `{by: agent|bartizan, code}`.

        """;

    /// <summary>The page.</summary>
    public static string Write(RootCommand root, CommandExamples examples)
    {
        var page = new StringBuilder(Head);
        Commands(page, root, "bartizan", examples);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Commands(StringBuilder page, Command parent, string path, CommandExamples examples)
    {
        foreach (var command in parent.Subcommands.Where(c => !c.Hidden))
        {
            var name = $"{path} {command.Name}";
            if (command.Action is not null)
            {
                One(page, command, name, examples);
            }

            Commands(page, command, name, examples);
        }
    }

    private static void One(StringBuilder page, Command command, string name, CommandExamples examples)
    {
        var usage = string.Concat(command.Arguments.Select(a => $" {Placeholder(a)}"));
        page.Append("\n## `").Append(name).Append(usage).Append("`\n\n").Append(command.Description).Append('\n');
        var options = command.Options.Where(o => !o.Hidden && o is not HelpOption).ToList();
        if (command.Arguments.Count + options.Count > 0)
        {
            page.Append("\n| | |\n|---|---|\n");
            foreach (var argument in command.Arguments)
            {
                Row(page, $"`{Placeholder(argument)}`", argument.Description);
            }

            foreach (var option in options)
            {
                var words = string.Join(
                    ", ",
                    option.Aliases.Prepend(option.Name).Order(StringComparer.Ordinal).Select(a => $"`{a}`")
                );
                Row(page, words, option.Description);
            }
        }

        if (examples.Of(command) is { } example)
        {
            page.Append("\n```sh\n").Append(example).Append("\n```\n");
        }
    }

    private static void Row(StringBuilder page, string what, string? says) =>
        page.Append("| ")
            .Append(what)
            .Append(" | ")
            .Append((says ?? "").Replace("|", "\\|", StringComparison.Ordinal))
            .Append(" |\n");

    private static string Placeholder(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "…" : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}{many}]" : $"<{argument.Name}>{many}";
    }
}
